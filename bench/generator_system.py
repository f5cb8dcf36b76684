"""The generator around a backend that returns a constant, in the roles of peers/roles.py: orchestration and no drawing.

A job is a variation: paid, made, stored, and finished with its row, progress and money.
A generation is of 25 poses by 4, its owner one of many.
"""

import asyncio
import functools
import io
import logging
from collections.abc import Sequence
from uuid import uuid4

import structlog
from atelier.generator.v1 import generation_service_pb2 as pb
from PIL import Image

from bench.peers import roles
from chassis.auth import Principal, Role, principal
from ledger import ledger
from services.generator.__main__ import migrate_schema
from services.generator.backends.backend import GeneratedImage, ImageRequest, Limits, Mode
from services.generator.config import GeneratorSettings
from services.generator.crediting import credits_of
from services.generator.gallery import gallery
from services.generator.generating import Generating
from services.generator.making import Maker
from services.generator.posing import Posing
from services.generator.process import foundation, workers

SCHEMA = "generator"
# No larger than a thumbnail: making a small picture of a large one isn't orchestration.
POSES, VARIATIONS, SIDE = 25, 4, 64
OWNERS = 20
UNFINISHED = "SELECT EXISTS (SELECT FROM jobs WHERE ended_at IS NULL)"
LIMITS = Limits(modes=frozenset(Mode), smallest_side=64, largest_side=1024, concurrency=100, styles=("flat",))


class Constant:
    """Gives the same picture for whatever is asked, and tells the bench of each."""

    name = "constant"
    limits = LIMITS

    def __init__(self) -> None:
        self.handle: roles.Handle = lambda _: None
        target = io.BytesIO()
        Image.new("RGB", (SIDE, SIDE), "white").save(target, "PNG")
        self._png = target.getvalue()

    async def generate(self, request: ImageRequest) -> GeneratedImage:
        """The picture."""
        self.handle(b"")
        return GeneratedImage(self._png, SIDE, SIDE, self.name, 0.0)

    async def close(self) -> None:
        """Nothing to let go of."""


class Generator:
    """The parts of the generator's process, with one backend exchanged."""

    async def open(self) -> None:
        """Start what `serve` starts below its server."""
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        self._log = structlog.get_logger()
        self._settings = GeneratorSettings()  # From the environment.
        self._backend = Constant()
        self._base = foundation(self._settings, self._log, maker=Maker(self._backend, "constant"))
        for part in self._base.parts:
            await part.start()

    async def close(self) -> None:
        """Stop it."""
        for part in reversed(self._base.parts):
            await part.stop()

    async def prepare(self) -> None:
        """The tables, and credits for all."""
        await asyncio.to_thread(migrate_schema, self._settings, self._log)
        for number in range(OWNERS):
            await self._base.database.transact(
                functools.partial(ledger.grant, account=credits_of(_owner(number)), key="bench", amount=10**9)
            )

    async def enqueue(self, payloads: Sequence[bytes]) -> None:
        """As many variations, by generations of 100."""
        accept = Generating(
            database=self._base.database,
            transactions=self._base.jobs.transactions,
            posing=Posing(database=self._base.database),
            backend_name=Constant.name,
            limits=LIMITS,
            price=1,
        )
        for number in range(len(payloads) // (POSES * VARIATIONS)):
            principal.set(Principal(_owner(number % OWNERS), Role.USER))
            await accept.create(_request())

    async def work(self, handle: roles.Handle) -> None:
        """A worker, as `work` has."""
        self._backend.handle = handle
        parts = workers(self._base, self._log)
        for part in parts:
            await part.start()
        try:
            await asyncio.Event().wait()
        finally:
            for part in reversed(parts):
                await part.stop()

    async def unfinished(self) -> bool:
        """Whether any variation waits or runs."""
        async with self._base.database.connection() as connection:
            return bool(await connection.fetchval(UNFINISHED))


def _request() -> pb.CreateGenerationRequest:
    poses = [pose.name for pose in gallery()[:POSES]]
    return pb.CreateGenerationRequest(
        request_id=str(uuid4()),
        gallery=pb.GallerySource(pose_ids=poses),
        variations=VARIATIONS,
        width=SIDE,
        height=SIDE,
        style="flat",
    )


def _owner(number: int) -> str:
    return f"owner-{number}"


if __name__ == "__main__":
    roles.main(Generator())
