"""Where the generator's crash tests happen: a schema, an object store, a generation, and the judgement at its end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import structlog
from atelier.generator.v1 import generation_service_pb2 as pb
from opentelemetry.metrics import NoOpMeter

from chassis.auth import Principal, Role, principal
from chassis.postgres import Database
from jobs.runtime import JobRuntime
from ledger import ledger
from ledger import store as ledger_store
from services.generator.config import GeneratorSettings
from services.generator.crediting import credits_of
from services.generator.generating import Generating, GenerationView, read_generation
from services.generator.handlers import export_kind, variation_kind
from services.generator.posing import Posing
from services.generator.steering import Steering
from tests.conftest import Schema
from tests.crash.crew import Crew, Member, until
from tests.crash.generator_program import LIMITS, NAME, main

OWNER = "somebody"
FUNDS = 100
LEASE_SECONDS = 1.0
EXPORT = pb.ExportSpec(preset=pb.EXPORT_PRESET_SQUARE, format=pb.IMAGE_FORMAT_JPEG)
# Of the job that gives a variant its picture's address, in order; test_image_urls.py strikes them.
IMAGE_URL_POINTS = ("image_url.begun", "card.drawn", "card.stored", "image_url.checked", "image_url.written")
PICTURES = """
SELECT sha256 FROM variations UNION SELECT thumbnail_sha256 FROM variations UNION SELECT sha256 FROM exports
"""
TABLES = ("generations", "variations", "exports", "images", "accounts", "entries", "jobs")


class GeneratorCrew(Crew):
    """Workers of the generator."""

    def generate(self, *, aim: str = "", **settings: str) -> Member:
        """A worker. `aim`: as in jobs/points.py, without the file."""
        return self.fork(main, "work", aim=aim, **settings)


@dataclass(frozen=True)
class GeneratorGround:
    """One schema with its object store, and the workers on it."""

    database: Database
    generating: Generating
    steering: Steering
    crew: GeneratorCrew
    folder: Path

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows of a query."""
        async with self.database.connection() as connection:
            return await connection.fetch(query, *arguments)

    async def create(self, poses: list[str], variations: int, *exports: pb.ExportSpec) -> GenerationView:
        """A generation that was accepted."""
        request = pb.CreateGenerationRequest(
            request_id=uuid4().hex,
            gallery=pb.GallerySource(pose_ids=poses),
            variations=variations,
            width=64,
            height=64,
            base_seed=1,
            exports=exports,
        )
        return await self.generating.create(request)

    async def ended(self, generation: GenerationView) -> GenerationView:
        """Wait until the generation and all jobs have ended."""

        async def is_over() -> bool:
            view = await self._read(generation)
            unended = await self.fetch("SELECT FROM jobs WHERE ended_at IS NULL")
            return view.row["state"] != "RUNNING" and unended == []

        await until(is_over, "the generation has ended")
        return await self._read(generation)

    def made(self) -> list[str]:
        """The seed of each image that a backend was asked for, in order."""
        calls = self.folder / "calls"
        return calls.read_text().split() if calls.exists() else []

    async def everything(self) -> list[list[asyncpg.Record]]:
        """All rows there are."""
        return [await self.fetch(f"SELECT * FROM {table} ORDER BY {table}::text") for table in TABLES]  # noqa: S608

    async def problems(self, generation: GenerationView) -> list[str]:
        """What is lost or done twice, where everything should have been made."""
        view = await self._read(generation)
        row, total = view.row, view.row["total"]
        found = []
        if (row["state"], row["succeeded"], row["charged"]) != ("SUCCEEDED", total, total):
            found.append(f"the generation is {row}")
        found += [f"{one['key']} is {one['state']}" for one in view.variations if one["state"] != "SUCCEEDED"]
        found += [f"an export of {one['key']} wasn't made" for one in view.exports if one["sha256"] is None]
        return found + await self._wrong_money(total) + await self._wrong_pictures(total)

    async def _wrong_money(self, total: int) -> list[str]:
        async with self.database.connection() as connection:
            balance = await ledger.get_balance(connection, credits_of(OWNER))
            imbalances = await ledger_store.list_imbalances(connection)
        counted = await self.fetch("SELECT reason, count(*) AS times FROM entries GROUP BY reason ORDER BY reason")
        reasons = {row["reason"]: row["times"] for row in counted}
        found = [f"an imbalance: {row}" for row in imbalances]
        found += [] if (balance.available, balance.reserved) == (FUNDS - total, 0) else [f"a balance of {balance}"]
        return found + ([] if reasons == {"GRANT": 1, "RESERVE": total, "SETTLE": total} else [f"entries: {reasons}"])

    async def _wrong_pictures(self, total: int) -> list[str]:
        told = {row["sha256"] for row in await self.fetch(PICTURES)}
        stored = {path.stem for path in (self.folder / "blobs").rglob("*") if path.is_file()}
        images = (await self.fetch("SELECT count(*) AS images FROM images"))[0]["images"]
        found = [] if told == stored else [f"told: {told}, stored: {stored}"]
        return found + ([] if images == total else [f"{images} images"])

    async def _read(self, generation: GenerationView) -> GenerationView:
        return await read_generation(self.database, generation.row["generation_id"], None)


@asynccontextmanager
async def open_generator_ground(
    *, schema: Schema, secret: Path, redis_url: str | None, folder: Path
) -> AsyncIterator[GeneratorGround]:
    """Ground on a migrated schema, where somebody has funds and is the caller."""
    settings = GeneratorSettings(
        database_url=schema.url.get_secret_value(),
        jwt_secret_file=secret,
        media_secret_file=secret,
        blobs_url=f"file://{folder / 'blobs'}",
    )
    database = Database(
        url=schema.url, schema=schema.name, pool_size=4, statement_timeout_seconds=10, meter=NoOpMeter("crash")
    )
    await database.start()
    token = principal.set(Principal(OWNER, Role.USER))
    try:
        async with database.connection() as connection:
            await ledger.grant(connection, credits_of(OWNER), "funds", FUNDS)
        async with GeneratorCrew(folder, _environment(schema, settings, redis_url, folder)) as crew:
            yield _wired(database, schema, settings, crew, folder)
    finally:
        principal.reset(token)
        await database.stop()


def _environment(schema: Schema, settings: GeneratorSettings, redis_url: str | None, folder: Path) -> dict[str, str]:
    return {
        "ATELIER_GENERATOR_DATABASE_URL": schema.url.get_secret_value(),
        "ATELIER_GENERATOR_SCHEMA_NAME": schema.name,
        "ATELIER_GENERATOR_LEASE_SECONDS": str(LEASE_SECONDS),
        "ATELIER_GENERATOR_GRACE_SECONDS": "0.3",
        # Also how long a frozen worker's transaction keeps its locks.
        "ATELIER_GENERATOR_STATEMENT_TIMEOUT_SECONDS": "3",
        # One after the other, so that it is known how many were begun.
        "ATELIER_GENERATOR_VARIATION_CONCURRENCY": "1",
        "ATELIER_GENERATOR_METRICS_PORT": "0",
        "ATELIER_BLOBS_URL": str(settings.blobs_url),
        "ATELIER_JWT_SECRET_FILE": str(settings.jwt_secret_file),
        "ATELIER_MEDIA_SECRET_FILE": str(settings.media_secret_file),
        "ATELIER_TEST_CALLS": str(folder / "calls"),
        **({} if redis_url is None else {"ATELIER_REDIS_URL": redis_url}),
    }


def _wired(
    database: Database, schema: Schema, settings: GeneratorSettings, crew: GeneratorCrew, folder: Path
) -> GeneratorGround:
    jobs = JobRuntime(
        service="generator",
        database=database,
        kinds=[variation_kind(concurrency=1), export_kind()],
        settings=settings,
        prefix=schema.name,
        meter=NoOpMeter("crash"),
        log=structlog.get_logger("crash"),
    )
    generating = Generating(
        database=database,
        transactions=jobs.transactions,
        posing=Posing(database=database),
        backend_name=NAME,
        limits=LIMITS,
        price=1,
    )
    steering = Steering(database=database, transactions=jobs.transactions, price=1)
    return GeneratorGround(database, generating, steering, crew, folder)
