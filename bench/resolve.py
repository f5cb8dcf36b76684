"""ResolveCards of 1,000 ids: through the service, by its statement on bare asyncpg, and one query after another.

The three take turns in one run on the same server, over the same kind of socket. "Mixed" is 70 % KEY, 20 % CATALOG and
10 % EMBEDDING, each round under a source of its own, so that every round really finds, writes and creates.
"""

import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import asyncpg
from atelier.resolver.v1 import card_pb2
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub

from bench.figures import Figure, at_least
from bench.surroundings import Surroundings
from services.resolver.store import SQL

ROUNDS = 25
KEYED, CATALOGUED, EMBEDDED = 700, 200, 100
DIMENSIONS = 512

BY_KEY = """SELECT c.id, c.name FROM card_keys k JOIN cards c ON c.id = k.card_id
    WHERE k.source = $1 AND k.external_id = $2"""
CREATE = """INSERT INTO cards (catalog_id, origin, name, folded_name, number, rarity, set_id, set_name, set_series,
    set_code, supertype, types, artist, national_pokedex_numbers, image_small, image_large, revision)
    VALUES ($1, 'EMBEDDING', $2, $2, $3, '', '', '', '', '', '', '{}', '', '{}', '', '', 0) RETURNING id"""

# Arguments are made and answers are read outside the clock, for all three alike.
Resolve = Callable[[str, Sequence[str]], Callable[[], Awaitable[Any]]]


async def measure(around: Surroundings) -> list[Figure]:
    """ids/s of the three ways, mixed and all by key."""
    await around.import_catalogue()
    connection, other = await around.postgres(), await around.postgres()
    statement = await connection.prepare(SQL["resolve_cards"])
    async with around.direct() as stub:
        ways: dict[str, Resolve] = {
            "service": lambda source, ids: partial(stub.ResolveCards, resolve_request(source, ids)),
            "statement": lambda source, ids: partial(statement.fetch, [source] * len(ids), ids, False),
            "naive": lambda source, ids: partial(one_by_one, other, source, ids),
        }
        random.seed(1)
        ids = [record.catalog_id for record in random.sample(around.records, 1000)]
        await stub.ResolveCards(resolve_request("keys", ids))
        warm_ups = {way: way_to_call("keys", ids) for way, way_to_call in ways.items()}
        mixed = await compare(ways, warm_ups, lambda way, n: mixed_round(around, stub, f"{way}-{n}"))
        keys = await compare(ways, warm_ups, lambda way, n: same_round("keys", ids))
    await connection.close()
    await other.close()
    return [*figures("mixed", mixed), *figures("all keys", keys)]


def figures(case: str, rates: dict[str, float]) -> list[Figure]:
    """The service's rate beside each of the other two."""
    found = []
    for other, words, bound in [("statement", "same statement, bare asyncpg", 0.7), ("naive", "one query a time", 4)]:
        ratio = rates["service"] / rates[other]
        aim, met = at_least(ratio, bound)
        against = f"{words}: {rates[other]:,.0f}"
        found.append(
            Figure("resolve", f"ResolveCards, 1,000 ids, {case}", "ids/s", rates["service"], against, ratio, aim, met)
        )
    return found


async def compare(
    ways: dict[str, Resolve],
    warm_ups: dict[str, Callable[[], Awaitable[Any]]],
    prepare: Callable[[str, int], Awaitable[tuple[str, list[str]]]],
) -> dict[str, float]:
    """Median rates, the ways taking turns; each warms up before the clock starts, having been idle in the others'."""
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(ROUNDS):
        for way, way_to_call in ways.items():
            source, ids = await prepare(way, number)
            call = way_to_call(source, ids)
            for _ in range(3):
                await warm_ups[way]()
            started = time.perf_counter()
            await call()
            seconds[way].append(time.perf_counter() - started)
    return {way: 1000 / statistics.median(taken) for way, taken in seconds.items()}


async def same_round(source: str, ids: list[str]) -> tuple[str, list[str]]:
    """The same ids again."""
    return source, ids


async def mixed_round(around: Surroundings, stub: ResolverServiceStub, source: str) -> tuple[str, list[str]]:
    """Ids of a source: keys that it has, cards that it hasn't asked for, and embeddings nobody has asked for."""
    chosen = [record.catalog_id for record in random.sample(around.records, KEYED + CATALOGUED)]
    new = [f"{source}-{n}" for n in range(EMBEDDED)]
    keys = [pb.KeyRecord(source=source, external_id=card, catalog_id=card) for card in chosen[:KEYED]]
    await stub.ImportKeys([pb.ImportKeysRequest(records=keys)])
    await stub.ImportEmbeddings([pb.ImportEmbeddingsRequest(records=[embedding(name) for name in new])])
    ids = chosen + new
    random.shuffle(ids)
    return source, ids


def embedding(catalog_id: str) -> pb.EmbeddingRecord:
    """A random point with enough to make a card of."""
    values = [random.gauss(0, 1) for _ in range(DIMENSIONS)]
    details = card_pb2.CardDetails(name=catalog_id, number="1")
    return pb.EmbeddingRecord(catalog_id=catalog_id, embedding=pb.Embedding(values=values), details=details)


def resolve_request(source: str, ids: Sequence[str]) -> pb.ResolveCardsRequest:
    """A call's request."""
    return pb.ResolveCardsRequest(items=[pb.ExternalId(source=source, external_id=one) for one in ids])


async def one_by_one(connection: "asyncpg.Connection[asyncpg.Record]", source: str, ids: Sequence[str]) -> None:
    """As a worker does that was written without thinking of batches: 1, 3 or 5 queries a card."""
    for external_id in ids:
        if await connection.fetchrow(BY_KEY, source, external_id):
            continue
        card = await connection.fetchrow("SELECT id FROM cards WHERE catalog_id = $1", external_id)
        if card is None:
            card = await create(connection, external_id)
        insert = "INSERT INTO card_keys (source, external_id, card_id) VALUES ($1, $2, $3)"
        await connection.execute(insert, source, external_id, card["id"])


async def create(connection: "asyncpg.Connection[asyncpg.Record]", catalog_id: str) -> Any:
    """A card out of its embedding: two of the five queries."""
    known = await connection.fetchrow("SELECT name, number FROM card_embeddings WHERE catalog_id = $1", catalog_id)
    assert known is not None
    return await connection.fetchrow(CREATE, catalog_id, known["name"], known["number"])
