"""IdentifyCards by text: the catalogue's own names and numbers with one misread character, in batches of 100."""

import random
import statistics
import string
import time
from collections.abc import Callable, Sequence

from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub

from bench.figures import Figure, at_least, at_most
from bench.surroundings import Surroundings

QUERIES, BATCH = 4000, 100
# What scanners confuse, both ways.
CONFUSED = {
    "0": "OD",
    "1": "lI",
    "2": "Z",
    "5": "S",
    "6": "G",
    "8": "B",
    "a": "ec",
    "e": "ca",
    "i": "l1",
    "o": "0c",
    "h": "b",
}

Spoil = Callable[[pb.CardRecord, random.Random], pb.ScannedText]


async def measure(around: Surroundings) -> list[Figure]:
    """Time a query, top-1 accuracy, and the share of answers that aren't wrong without being marked."""
    await around.import_catalogue()
    chance = random.Random(7)
    records = chance.choices(around.records, k=QUERIES)
    found: list[Figure] = []
    async with around.direct() as stub:
        await ask(stub, records[:BATCH], [as_printed(record) for record in records[:BATCH]])
        for case, spoil in (("one misread character", misread), ("as printed", lambda record, _: as_printed(record))):
            found += await judge(stub, case, records, [spoil(record, chance) for record in records])
    return found


async def judge(
    stub: ResolverServiceStub, case: str, records: Sequence[pb.CardRecord], texts: Sequence[pb.ScannedText]
) -> list[Figure]:
    """The figures of one kind of reading. Where the catalogue itself can't tell cards apart, any of them is right."""
    seconds, right, unmarked, marked = [], 0, 0, 0
    for start in range(0, len(texts), BATCH):
        batch = slice(start, start + BATCH)
        taken, answers = await ask(stub, records[batch], texts[batch])
        seconds.append(taken / BATCH)
        for record, answer in zip(records[batch], answers, strict=True):
            best = answer.candidates[0].catalog_id if answer.candidates else ""
            right += best == record.catalog_id
            unmarked += best != record.catalog_id and not answer.needs_review
            marked += answer.needs_review
    milliseconds, top, trusted = statistics.median(seconds) * 1000, right / len(texts), 1 - unmarked / len(texts)
    name = f"IdentifyCards, {case}"
    return [
        Figure("identify", f"{name}, p50 a query", "ms", milliseconds, "", None, *at_most(milliseconds, 5)),
        Figure("identify", f"{name}, top-1", "%", 100 * top, "", None, *at_least(100 * top, 97)),
        Figure("identify", f"{name}, right or marked", "%", 100 * trusted, "", None, *at_least(100 * trusted, 99.5)),
        Figure("identify", f"{name}, marked needs_review", "%", 100 * marked / len(texts)),
    ]


async def ask(
    stub: ResolverServiceStub, records: Sequence[pb.CardRecord], texts: Sequence[pb.ScannedText]
) -> tuple[float, Sequence[pb.Identification]]:
    """One call; how long it took in seconds, and the answers."""
    request = pb.IdentifyCardsRequest(queries=[pb.IdentifyQuery(text=text) for text in texts])
    started = time.perf_counter()
    response = await stub.IdentifyCards(request)
    return time.perf_counter() - started, response.identifications


def as_printed(record: pb.CardRecord) -> pb.ScannedText:
    """Name and number with its total, as they stand on the card."""
    details = record.details
    number = details.number
    if number.isdigit():
        return pb.ScannedText(name=details.name, number=f"{number}/{details.set.printed_total}")
    letters = number.rstrip(string.digits)
    subset = letters and number != letters and details.set.printed_total and letters in {"TG", "GG", "SV", "RC"}
    return pb.ScannedText(
        name=details.name, number=f"{number}/{letters}{details.set.printed_total}" if subset else number
    )


def misread(record: pb.CardRecord, chance: random.Random) -> pb.ScannedText:
    """The same with one character of the name or the number read as another, as likely of either."""
    text = as_printed(record)
    field = chance.choice(["name", "number"])
    value = getattr(text, field)
    place = chance.choice([index for index, character in enumerate(value) if character.isalnum()] or [0])
    others = CONFUSED.get(value[place].lower(), "") if chance.random() < 0.5 else ""
    letters = string.digits if value[place].isdigit() else string.ascii_lowercase
    wrong = chance.choice(others or letters.replace(value[place].lower(), ""))
    setattr(text, field, value[:place] + wrong + value[place + 1 :])
    return text
