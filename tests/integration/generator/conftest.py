"""The generator's use cases on a schema and an object store of the test's own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from atelier.generator.v1 import generation_service_pb2 as pb
from opentelemetry.metrics import Meter

from chassis.auth import Principal, Role, principal
from chassis.blobs import Blobs
from chassis.media import MediaSigner
from chassis.postgres import Database
from jobs.config import JobSettings
from jobs.operating import Operating
from jobs.running import Handler
from jobs.runtime import JobRuntime
from ledger import store as ledger_store
from services.generator.crediting import Crediting
from services.generator.exporting import Exporting
from services.generator.generating import Generating
from services.generator.generation_watching import GenerationWatching
from services.generator.handlers import ExportHandler, export_kind, variation_kind
from services.generator.making import Maker, Making
from services.generator.messages import Messages
from services.generator.pictures import PictureStore
from services.generator.pose_importing import PoseImporting
from services.generator.posing import Posing
from services.generator.steering import Steering
from services.generator.variations import VariationHandler
from tests.conftest import Schema
from tests.integration.generator.backend import PlainBackend

PRICE = 1
OWNER = "ann"


@dataclass(frozen=True)
class Generator:
    """All use cases, sharing one pool, and what they stand on."""

    database: Database
    backend: PlainBackend
    folder: Path
    jobs: JobRuntime
    posing: Posing
    importing: PoseImporting
    generating: Generating
    steering: Steering
    watching: GenerationWatching
    crediting: Crediting
    messages: Messages
    handlers: dict[str, Handler]

    async def fetch(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """What stands in the tables."""
        async with self.database.connection() as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]

    async def fund(self, amount: int, owner: str = OWNER) -> None:
        """Grant credits."""
        await self.crediting.grant(owner=owner, amount=amount, request_id=uuid4().hex)

    async def balance(self, owner: str = OWNER) -> tuple[int, int]:
        """What is there and what is set aside; and no entry is out of place."""
        async with self.database.connection() as connection:
            assert await ledger_store.list_imbalances(connection) == []
        with caller(owner):
            _, balance = await self.crediting.balance("")
        return balance.available, balance.reserved

    async def create(self, owner: str = OWNER, **asked: Any) -> pb.Generation:
        """A generation as its owner is told."""
        with caller(owner):
            return self.messages.generation(await self.generating.create(request(**asked)))

    async def get(self, generation: pb.Generation) -> pb.Generation:
        """The generation as it is now."""
        with caller(generation.owner):
            return self.messages.generation(await self.generating.get(generation.generation_id))

    async def cancel(self, generation: pb.Generation) -> pb.Generation:
        """The generation, cancelled."""
        with caller(generation.owner):
            return self.messages.generation(await self.steering.cancel(generation.generation_id))

    async def retry(self, generation: pb.Generation) -> pb.Generation:
        """The generation, retried."""
        with caller(generation.owner):
            return self.messages.generation(await self.steering.retry(generation.generation_id))

    async def watched(self, generation: pb.Generation) -> list[pb.Generation]:
        """What a watcher is told, up to the generation's end."""
        with caller(generation.owner):
            watch = self.watching.watch(generation.generation_id)
            return [self.messages.generation(view) async for view in watch]

    async def ended(self, generation: pb.Generation) -> pb.Generation:
        """The generation once it has ended."""
        await self.watched(generation)
        return await self.get(generation)

    def stored(self) -> set[str]:
        """Names of the pictures in the object store."""
        return {path.name for path in self.folder.rglob("*") if path.is_file()}


def request(*, poses: list[str] | None = None, prompt: str = "", **more: Any) -> pb.CreateGenerationRequest:
    """A request for small images of the poses, or of the prompt where there are none."""
    asked = {"request_id": uuid4().hex, "width": 64, "height": 64, "base_seed": 7, **more}
    if poses is not None:
        return pb.CreateGenerationRequest(gallery=pb.GallerySource(pose_ids=poses, prompt=prompt), **asked)
    return pb.CreateGenerationRequest(text=pb.TextSource(prompt=prompt or "a still life"), **asked)


@contextmanager
def caller(subject: str, role: Role = Role.USER) -> Iterator[None]:
    """Calls are this caller's for the block's time."""
    token = principal.set(Principal(subject, role))
    try:
        yield
    finally:
        principal.reset(token)


@pytest.fixture
def tables_of() -> list[str]:
    return ["jobs", "ledger", "services/generator"]


@pytest.fixture
def generator(
    database: Database, schema: Schema, meter: Meter, log: structlog.stdlib.BoundLogger, tmp_path: Path
) -> Generator:
    """The use cases; nothing is worked on."""
    secret = tmp_path / "jwt"
    secret.write_text("s" * 64)
    jobs = JobRuntime(
        service="generator",
        database=database,
        kinds=[variation_kind(concurrency=5), export_kind()],
        settings=JobSettings(jwt_secret_file=secret, grace_seconds=1),
        prefix=schema.name,
        meter=meter,
        log=log,
    )
    return _wired(database, jobs, tmp_path / "blobs", log)


def _wired(database: Database, jobs: JobRuntime, folder: Path, log: structlog.stdlib.BoundLogger) -> Generator:
    backend, posing, transactions = PlainBackend(), Posing(database=database), jobs.transactions
    pictures = PictureStore(Blobs(f"file://{folder}"))
    exporting = Exporting(pictures=pictures, log=log)
    making = Making(database=database, maker=Maker(backend, "plain/1"), pictures=pictures)
    return Generator(
        database=database,
        backend=backend,
        folder=folder,
        jobs=jobs,
        posing=posing,
        importing=PoseImporting(database=database),
        generating=Generating(
            database=database,
            transactions=transactions,
            posing=posing,
            backend_name=backend.name,
            limits=backend.limits,
            price=PRICE,
        ),
        steering=Steering(database=database, transactions=transactions, price=PRICE),
        watching=GenerationWatching(database=database, events=jobs.events),
        crediting=Crediting(database=database),
        messages=Messages(MediaSigner("m" * 32)),
        handlers={
            "variation": VariationHandler(database=database, making=making, pictures=pictures, exporting=exporting),
            "export": ExportHandler(database=database, pictures=pictures, exporting=exporting),
        },
    )


@pytest.fixture
async def working(generator: Generator) -> AsyncIterator[Generator]:
    """The use cases with a worker beside them, without Redis."""
    worker = generator.jobs.worker(generator.handlers)
    await worker.start()
    yield generator
    generator.backend.gate.set()
    await worker.stop()


@pytest.fixture
def operating(generator: Generator) -> Operating:
    """The generator's jobs as JobsService steers them."""
    servicer: Any = generator.jobs.service().servicer
    return servicer._operating  # type: ignore[no-any-return]
