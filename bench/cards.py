"""Cards a second, drawn and shown again, at a running generator; and the queries that showing one again costs.

The players are the real ones. Cold: each card is another one. Cached: the same cards over and over. Queries are counted
by the use case itself on the same database, store and Redis, as connections that it borrows.
"""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Sequence

import structlog
from atelier.generator.v1 import card_art_service_pb2 as pb
from atelier.generator.v1.card_art_service_pb2_grpc import CardArtServiceStub
from opentelemetry.metrics import NoOpMeter
from pydantic import SecretStr

from bench.figures import Figure, at_least, at_most
from bench.surroundings import Surroundings
from chassis.blobs import Blobs
from chassis.redis import open_redis
from jobs.config import JobSettings
from jobs.runtime import JobRuntime
from services.generator.card_art_messages import asked_card
from services.generator.card_drawing import CardDrawing
from services.generator.card_rendering import CardRendering
from services.generator.image_url_filling import image_url_kind
from services.generator.image_urls import ImageUrls
from services.generator.pictures import PictureStore
from services.generator.rasteriser import Rasteriser
from services.generator.roster_revision import RosterRevision
from tests.counted_database import CountedDatabase
from tests.shared_data import SHARED_DATA, chunks

SCHEMA = "generator"
CARDS, ROUNDS, HITS = 60, 50, 1_000
CALLERS = 8


async def measure(around: Surroundings) -> list[Figure]:
    """Both rates, and the queries of a hit."""
    records, requests = _records(), []
    for record in records[:: len(records) // CARDS][:CARDS]:
        kind = pb.CARD_KIND_PITCHING if "pitching" in record.details else pb.CARD_KIND_BATTING
        requests.append(pb.RenderCardRequest(player_id=record.player_id, kind=kind))
    async with around.channel(f"127.0.0.1:{around.stack.ports.generator}") as channel:
        stub = CardArtServiceStub(channel)
        await stub.ImportPlayers(_messages(records))
        # Another printing of the first ones starts the processes that draw.
        warm = [pb.RenderCardRequest(player_id=one.player_id, kind=one.kind, variant=9) for one in requests[:CALLERS]]
        await _rate(stub, warm)
        cold = await _rate(stub, requests)
        cached = await _rate(stub, requests * ROUNDS)
    queries = await _queries_of_a_hit(around, requests[0])
    ratio, against = cached / cold, f"cold: {cold:,.1f}"
    return [
        Figure("cards", "cards drawn", "per s", cold),
        Figure("cards", "cards shown again", "per s", cached, against, ratio, *at_least(ratio, 20)),
        Figure("cards", "queries of a cached hit", "queries", queries, f"over {HITS:,}", None, *at_most(queries, 0)),
    ]


async def _rate(stub: CardArtServiceStub, requests: Sequence[pb.RenderCardRequest]) -> float:
    """Answers a second, with some callers at once."""
    waiting = iter(requests)

    async def call() -> None:
        for request in waiting:
            await stub.RenderCard(request)

    began = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(CALLERS)))
    return len(requests) / (time.perf_counter() - began)


async def _queries_of_a_hit(around: Surroundings, request: pb.RenderCardRequest) -> float:
    """Per hit, in a process that has shown the card once."""
    stack = around.stack
    database = CountedDatabase(
        url=SecretStr(stack.database_url(SCHEMA)),
        schema=SCHEMA,
        pool_size=2,
        statement_timeout_seconds=30,
        meter=NoOpMeter("bench"),
    )
    redis = open_redis(SecretStr(stack.redis_url))
    revision = RosterRevision(database=database, redis=redis, prefix=SCHEMA)
    await database.start()
    rendering = _rendering(around, database, revision)
    await rendering.render(asked_card(request))
    before = database.used
    for _ in range(HITS):
        assert (await rendering.render(asked_card(request))).cached
    queries = (database.used - before) / HITS
    await revision.stop()
    await database.stop()
    return queries


def _rendering(around: Surroundings, database: CountedDatabase, revision: RosterRevision) -> CardRendering:
    """The use case as `serve` has it."""
    layout = around.stack.layout
    jobs = JobRuntime(
        service=SCHEMA,
        database=database,
        kinds=[image_url_kind()],
        settings=JobSettings(jwt_secret_file=layout.jwt_secret),
        prefix=SCHEMA,
        meter=NoOpMeter("bench"),
        log=structlog.get_logger(),
    )
    pictures = PictureStore(Blobs(f"file://{layout.blobs}"))
    return CardRendering(
        drawing=CardDrawing(database=database, rasteriser=Rasteriser(processes=1), pictures=pictures),
        revision=revision,
        image_urls=ImageUrls(transactions=jobs.transactions),
        pictures=pictures,
    )


def _records() -> list[pb.PlayerRecord]:
    with gzip.open(SHARED_DATA / "baseball_players.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [_record(line) for line in lines]


def _record(line: str) -> pb.PlayerRecord:
    details = json.loads(line)
    record = pb.PlayerRecord(player_id=details["id"])
    record.details.update(details)
    return record


async def _messages(records: Sequence[pb.PlayerRecord]) -> AsyncIterator[pb.ImportPlayersRequest]:
    for chunk in chunks(records):
        yield pb.ImportPlayersRequest(records=pb.ImportPlayersRequest.Records(records=chunk))
