"""A scan of 1,000 detections, from the call until it has ended, beside a worker that asks and writes card by card.

70 % are known by KEY, 20 % by CATALOG, and 10 % are created from EMBEDDINGs. The two take turns on one database, each
round with a source and an owner of its own, and must come to the same. The naive worker gets its scan accepted for
nothing and has no queue; ours is timed with all of that.
"""

import statistics
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from atelier.resolver.v1 import resolver_service_pb2 as cards_pb
from atelier.resolver.v1 import scan_service_pb2 as pb
from atelier.resolver.v1.scan_service_pb2_grpc import ScanServiceStub

from bench.figures import Figure, at_least
from bench.resolve import BY_KEY, DIMENSIONS, create, mixed_round
from bench.surroundings import Surroundings
from chassis.auth import Role
from services.resolver import store
from services.resolver.detections import detection_columns
from services.resolver.store import SQL

ROUNDS = 9

BY_CATALOGUE = "SELECT id FROM cards WHERE catalog_id = $1"
INSERT_KEY = "INSERT INTO card_keys (source, external_id, card_id) VALUES ($1, $2, $3)"
JUDGE = "UPDATE detections SET tier = $3, card_id = $4 WHERE scan_id = $1 AND detection_id = $2"
ADD_CARD = """INSERT INTO user_cards AS mine (owner, card_id, quantity, first_scan_id) VALUES ($1, $2, 1, $3)
    ON CONFLICT (owner, card_id) DO UPDATE SET quantity = mine.quantity + 1, updated_at = now()"""
RESULT = """SELECT
    (SELECT count(*) FROM scans WHERE owner = $1 AND state = 'SUCCEEDED') AS scans,
    (SELECT count(*) FROM detections WHERE owner = $1 AND tier = 'KEY') AS keys,
    (SELECT count(*) FROM detections WHERE owner = $1 AND tier = 'CATALOG') AS catalogued,
    (SELECT count(*) FROM detections WHERE owner = $1 AND tier = 'EMBEDDING') AS embedded,
    (SELECT count(*) FROM user_cards WHERE owner = $1) AS cards,
    (SELECT sum(quantity) FROM user_cards WHERE owner = $1) AS quantity"""


async def measure(around: Surroundings) -> list[Figure]:
    """Detections a second of the two."""
    await around.import_catalogue()
    connection = await around.postgres()
    ours, naive = [], []
    for number in range(ROUNDS + 1):
        ours.append(await _timed_scan(around, connection, f"ours-{number}"))
        naive.append(await _timed_naive(around, connection, f"naive-{number}"))
    await connection.close()
    # The first round warms up.
    rate, naive_rate = (1000 / statistics.median(seconds[1:]) for seconds in (ours, naive))
    ratio = rate / naive_rate
    against = f"card by card: {naive_rate:,.0f}"
    return [Figure("scans", "scan of 1,000, call to end", "per s", rate, against, ratio, *at_least(ratio, 7))]


async def _timed_scan(around: Surroundings, connection: Any, name: str) -> float:
    """Seconds from CreateScan until WatchScan tells of the end."""
    detections = await _detections(around, name)
    token = around.stack.token(Role.USER, subject=name)
    async with around.channel(f"127.0.0.1:{around.stack.ports.resolver}", token) as channel:
        stub = ScanServiceStub(channel)
        await stub.GetCollection(pb.GetCollectionRequest())
        started = time.perf_counter()
        accepted = await stub.CreateScan(pb.CreateScanRequest(request_id=name, detections=detections))
        async for seen in stub.WatchScan(pb.WatchScanRequest(scan_id=accepted.scan.scan_id)):
            last = seen.scan
        seconds = time.perf_counter() - started
    assert last.state == pb.SCAN_STATE_SUCCEEDED
    await _check(connection, name)
    return seconds


async def _timed_naive(around: Surroundings, connection: Any, name: str) -> float:
    """Seconds of the naive worker on a scan that stands in the same tables."""
    detections = await _detections(around, name)
    scan_id = uuid4()
    columns = detection_columns(detections, DIMENSIONS)
    await store.insert_scan(
        connection, scan_id, owner=name, request_id=name, fingerprint=b"", job_id=uuid4(), total=len(detections)
    )
    await store.insert_detections(connection, scan_id, name, columns)
    started = time.perf_counter()
    await _card_by_card(connection, scan_id, name, detections)
    seconds = time.perf_counter() - started
    await _check(connection, name)
    return seconds


async def _card_by_card(
    connection: "asyncpg.Connection[asyncpg.Record]", scan_id: UUID, owner: str, detections: Sequence[pb.Detection]
) -> None:
    """3, 5 or 7 statements a card, each committed by itself."""
    created = 0
    for detection in detections:
        source, external_id = detection.external.source, detection.external.external_id
        tier, card = "KEY", await connection.fetchrow(BY_KEY, source, external_id)
        if card is None:
            tier, card = "CATALOG", await connection.fetchrow(BY_CATALOGUE, external_id)
            if card is None:
                tier, card = "EMBEDDING", await create(connection, external_id)
                created += 1
            await connection.execute(INSERT_KEY, source, external_id, card["id"])
        await connection.execute(JUDGE, scan_id, detection.detection_id, tier, card["id"])
        await connection.execute(ADD_CARD, owner, card["id"], scan_id)
    await connection.execute(SQL["finish_scan"], scan_id, created)


async def _detections(around: Surroundings, source: str) -> list[pb.Detection]:
    async with around.direct() as stub:
        _, ids = await mixed_round(around, stub, source)
    return [
        pb.Detection(detection_id=f"{number}", external=cards_pb.ExternalId(source=source, external_id=external_id))
        for number, external_id in enumerate(ids)
    ]


async def _check(connection: Any, owner: str) -> None:
    """Both ways must have come to this."""
    found = dict(await connection.fetchrow(RESULT, owner))
    assert found == {"scans": 1, "keys": 700, "catalogued": 200, "embedded": 100, "cards": 1000, "quantity": 1000}, (
        found
    )
