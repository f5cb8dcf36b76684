"""ImportCards of the whole catalogue, new and again, beside a bare COPY of the same rows."""

import statistics
import time
from uuid import uuid4

from bench.figures import Figure, at_most
from bench.surroundings import Surroundings
from services.resolver.records import detail_values
from services.resolver.store import CARD_COLUMNS

ROUNDS = 3


async def measure(around: Surroundings) -> list[Figure]:
    """Seconds for each."""
    first = await timed(around)
    again = statistics.median([await timed(around) for _ in range(ROUNDS)])
    bare = statistics.median([await bare_copy(around) for _ in range(ROUNDS)])
    name = f"ImportCards, {len(around.records):,} cards"
    against = f"bare COPY: {bare:.2f} s"
    return [
        Figure("import", f"{name}, new", "s", first, against, first / bare, *at_most(first, 5)),
        Figure("import", f"{name}, again", "s", again, against, again / bare),
    ]


async def timed(around: Surroundings) -> float:
    """One import through the service."""
    started = time.perf_counter()
    summary = await around.import_catalogue()
    assert (summary.received, summary.rejected) == (len(around.records), 0)
    return time.perf_counter() - started


async def bare_copy(around: Surroundings) -> float:
    """The rows into the staging table in one COPY, rolled back."""
    connection = await around.postgres()
    try:
        started = time.perf_counter()
        transaction = connection.transaction()
        await transaction.start()
        import_id = uuid4()
        rows = [
            (import_id, place, one.catalog_id, *detail_values(one.details)) for place, one in enumerate(around.records)
        ]
        await connection.copy_records_to_table("staged_cards", records=rows, columns=CARD_COLUMNS)
        await transaction.rollback()
        return time.perf_counter() - started
    finally:
        await connection.close()
