"""A studio for card art: a schema, an object store, and processes that draw from them, as use cases in one process."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from atelier.generator.v1 import card_art_service_pb2 as pb
from opentelemetry.metrics import NoOpMeter
from pydantic import SecretStr

from chassis.auth import Principal, Role, principal
from chassis.blobs import Blobs
from chassis.redis import open_redis
from jobs.config import JobSettings
from jobs.runtime import JobRuntime
from services.generator.card_browsing import CardBrowsing
from services.generator.card_drawing import CardDrawing
from services.generator.card_rendering import CardRendering
from services.generator.cardart.players import Kind
from services.generator.cardart.tiers import Tier
from services.generator.cards import AskedCard, CardView
from services.generator.image_url_filling import ImageUrlHandler, image_url_kind
from services.generator.image_url_sweeper import ImageUrlSweeper
from services.generator.image_urls import IMAGE_URL_KIND, ImageUrls
from services.generator.import_summary import Summary
from services.generator.pictures import PictureStore
from services.generator.player_importing import PlayerImporting
from services.generator.rasteriser import Rasteriser
from services.generator.roster_revision import RosterRevision
from tests.conftest import Schema
from tests.counted_database import CountedDatabase

HITTER: dict[str, Any] = {
    "first": "Rocío",
    "last": "Vega",
    "teams": ["San Telmo Cóndores"],
    "position": "SS",
    "years": [2009, 2024],
    "bats": "R",
    "throws": "R",
    "batting": {"G": 1877, "AB": 7012, "H": 1990, "HR": 201, "AVG": 0.284},
}


# What was drawn in this run by its SVG and fonts, which make it the same bytes again: drawing a card takes ten times
# what all the rest of a test does, and what these tests are about begins where the picture is there.
_PICTURES: dict[tuple[str, ...], bytes] = {}


class CountingRasteriser(Rasteriser):
    """Keeps count of what it draws. What another test has had drawn is at hand, until somebody wants it drawn anew."""

    def __init__(self, *, processes: int) -> None:
        super().__init__(processes=processes)
        self.drawn = 0
        self._begun = asyncio.Condition()

    def draw_anew(self) -> None:
        """From here on a drawing takes its while, in its process."""
        _PICTURES.clear()

    async def begun(self, number: int) -> None:
        """Return once so many drawings have begun."""
        async with self._begun:
            await self._begun.wait_for(lambda: self.drawn >= number)

    def kill(self) -> bool:
        """Whether processes were drawing, which are killed."""
        drawing = list(self._busy)
        for drawer in drawing:
            drawer.process.kill()
        return bool(drawing)

    async def rasterise(self, svg: str, *, font_files: Sequence[str] = ()) -> bytes:
        """Draw, and count."""
        async with self._begun:
            self.drawn += 1
            self._begun.notify_all()
        asked = (svg, *font_files)
        if asked not in _PICTURES:
            _PICTURES[asked] = await super().rasterise(svg, font_files=font_files)
        return _PICTURES[asked]


@dataclass(frozen=True)
class Process:
    """What one process of the generator knows of cards."""

    database: CountedDatabase
    rasteriser: CountingRasteriser
    revision: RosterRevision
    importing: PlayerImporting
    image_urls: ImageUrls
    rendering: CardRendering
    browsing: CardBrowsing
    jobs: JobRuntime
    handler: ImageUrlHandler
    sweeper: ImageUrlSweeper

    async def import_players(self, **players: dict[str, Any]) -> Summary:
        """Import records by id, each in place of "_" with "-"."""
        records = [record(name.replace("_", "-"), details) for name, details in players.items()]
        return await self.importing.import_players(messages(records))

    async def render(
        self, player_id: str = "vega", kind: Kind = Kind.BATTING, variant: int = 0, tier: Tier | None = None
    ) -> CardView:
        """The card."""
        return await self.rendering.render(AskedCard(player_id, kind, variant, tier))

    async def work(self) -> None:
        """Let a worker do all jobs that wait."""
        worker = self.jobs.worker({IMAGE_URL_KIND: self.handler})
        with self.jobs.events.watch() as watch:
            await worker.start()
            try:
                while await self._unended():
                    await watch.wait()
            finally:
                await worker.stop()

    async def _unended(self) -> int:
        async with self.database.connection() as connection:
            return int(await connection.fetchval("SELECT count(*) FROM jobs WHERE ended_at IS NULL"))


@dataclass(frozen=True)
class Studio:
    """What processes share."""

    schema: Schema
    folder: Path
    secret: Path
    log: structlog.stdlib.BoundLogger
    redis_url: str | None
    database: CountedDatabase
    rasteriser: CountingRasteriser = field(default_factory=lambda: CountingRasteriser(processes=1))

    async def fetch(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """What stands in the tables."""
        async with self.database.connection() as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]

    def objects(self) -> dict[str, Path]:
        """The stored pictures by their hash."""
        return {path.stem: path for path in self.folder.rglob("*") if path.is_file()}

    async def let_redis_forget(self) -> None:
        """Delete the revision from the studio's Redis."""
        assert self.redis_url is not None
        redis = open_redis(SecretStr(self.redis_url))
        assert await redis.delete(f"{{{self.schema.name}}}:roster") == 1
        await redis.aclose()

    @asynccontextmanager
    async def process(self, *, redis_url: str | None = "", trusted_seconds: float = 30.0) -> AsyncIterator[Process]:
        """A process; `redis_url` "": the studio's."""
        url = self.redis_url if redis_url == "" else redis_url
        revision = RosterRevision(
            database=self.database,
            redis=None if url is None else open_redis(SecretStr(url)),
            prefix=self.schema.name,
            trusted_seconds=trusted_seconds,
        )
        await revision.start()
        yield self._wired(revision)
        await revision.stop()

    def _wired(self, revision: RosterRevision) -> Process:
        database, rasteriser = self.database, self.rasteriser
        jobs = JobRuntime(
            service="generator",
            database=database,
            kinds=[image_url_kind()],
            settings=JobSettings(jwt_secret_file=self.secret, grace_seconds=1),
            prefix=self.schema.name,
            meter=NoOpMeter("studio"),
            log=self.log,
        )
        pictures = PictureStore(Blobs(f"file://{self.folder}"))
        image_urls = ImageUrls(transactions=jobs.transactions)
        drawing = CardDrawing(database=database, rasteriser=rasteriser, pictures=pictures)
        return Process(
            database=database,
            rasteriser=rasteriser,
            revision=revision,
            importing=PlayerImporting(database=database, revision=revision),
            image_urls=image_urls,
            rendering=CardRendering(
                drawing=drawing,
                revision=revision,
                image_urls=image_urls,
                pictures=pictures,
            ),
            browsing=CardBrowsing(database=database, pictures=pictures),
            jobs=jobs,
            handler=ImageUrlHandler(database=database, drawing=drawing, pictures=pictures),
            sweeper=ImageUrlSweeper(transactions=jobs.transactions, log=self.log, lacking_seconds=0),
        )


@asynccontextmanager
async def open_studio(
    *, schema: Schema, folder: Path, log: structlog.stdlib.BoundLogger, redis_url: str | None
) -> AsyncIterator[Studio]:
    """A studio on a migrated schema, where an operator calls."""
    secret = folder / "jwt"
    secret.write_text("s" * 64)
    database = CountedDatabase(
        url=schema.url, schema=schema.name, pool_size=10, statement_timeout_seconds=30, meter=NoOpMeter("studio")
    )
    await database.start()
    studio = Studio(schema, folder / "blobs", secret, log, redis_url, database)
    token = principal.set(Principal("operator", Role.OPERATOR))
    try:
        yield studio
    finally:
        principal.reset(token)
        await studio.rasteriser.close()
        await database.stop()


def record(player_id: str, details: dict[str, Any]) -> pb.PlayerRecord:
    """A record as callers send it."""
    message = pb.PlayerRecord(player_id=player_id)
    message.details.update(details)
    return message


async def messages(records: Sequence[pb.PlayerRecord], size: int = 1000) -> AsyncIterator[pb.ImportPlayersRequest]:
    """Records as an import's messages."""
    for start in range(0, len(records), size):
        part = pb.ImportPlayersRequest.Records(records=records[start : start + size])
        yield pb.ImportPlayersRequest(records=part)


def digest(path: Path) -> str:
    """A file's hash, as its name should have it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
