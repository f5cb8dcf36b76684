"""Streams of records into the tables."""

from typing import Any

from atelier.resolver.v1 import card_pb2
from atelier.resolver.v1 import resolver_service_pb2 as pb
from google.type import date_pb2

from services.resolver.importing import Summary
from tests.integration.resolver.conftest import Resolver
from tests.shared_data import card_record, direction, embedding_record, stream


def counts(summary: Summary) -> tuple[int, int, int, int, int]:
    return (summary.received, summary.inserted, summary.updated, summary.unchanged, summary.rejected)


def told(summary: Summary) -> list[tuple[int, str, str]]:
    return [(one.position, one.field, one.reason) for one in summary.rejections]


async def test_importing_twice_changes_nothing(resolver: Resolver) -> None:
    records = [card_record(f"base1-{n}", f"Card {n}") for n in range(30)]

    first = await resolver.importing.import_cards(stream(records, size=7))
    revision = await resolver.browsing.get_card(card_id="", catalog_id="base1-3")
    second = await resolver.importing.import_cards(stream(records, size=11))

    assert counts(first) == (30, 30, 0, 0, 0)
    assert counts(second) == (30, 0, 0, 30, 0)
    assert dict(await resolver.browsing.get_card(card_id="", catalog_id="base1-3")) == dict(revision)


async def test_a_changed_card_keeps_its_id(resolver: Resolver) -> None:
    await resolver.importing.import_cards(stream([card_record("base1-58", rarity="Common")]))
    before = await resolver.browsing.get_card(card_id="", catalog_id="base1-58")

    summary = await resolver.importing.import_cards(stream([card_record("base1-58", rarity="Rare")]))

    after = await resolver.browsing.get_card(card_id=before["card_id"], catalog_id="")
    assert counts(summary) == (1, 0, 1, 0, 0)
    assert after["rarity"] == "Rare"


async def test_bad_records_are_told_by_place_and_field_and_stop_nothing(resolver: Resolver) -> None:
    day = card_pb2.CardSet(release_date=date_pb2.Date(year=1999, month=2, day=30))
    records = [
        card_record("good-1"),
        card_record(""),
        card_record("no-name", name=""),
        pb.CardRecord(catalog_id="no-details"),
        card_record("nul", name="a\0b"),
        card_record("no-such-day", set=day),
        card_record("x" * 201),
        card_record("good-2"),
    ]

    summary = await resolver.importing.import_cards(stream(records, size=3))

    assert counts(summary) == (8, 2, 0, 0, 6)
    assert [(place, field) for place, field, _ in told(summary)] == [
        (1, "catalog_id"),
        (2, "details.name"),
        (3, "details"),
        (4, "details.name"),
        (5, "details.set.release_date"),
        (6, "catalog_id"),
    ]


async def test_of_equal_ids_in_one_import_the_last_counts(resolver: Resolver) -> None:
    records = [card_record("a", "First"), card_record("b"), card_record("a", "Last")]

    await resolver.importing.import_cards(stream(records))

    assert (await resolver.browsing.get_card(card_id="", catalog_id="a"))["name"] == "Last"


async def test_an_import_of_the_catalogue_takes_over_a_card_made_from_an_embedding(resolver: Resolver) -> None:
    await resolver.importing.import_embeddings(stream([embedding_record("promo-1", direction(0))]))
    rows = await resolver.resolving.resolve(["s"], ["promo-1"], dry_run=False)

    await resolver.importing.import_cards(stream([card_record("promo-1", "Mew ex")]))

    card = await resolver.browsing.get_card(card_id=rows[0]["card_id"], catalog_id="")
    assert (card["origin"], card["name"]) == ("CATALOG", "Mew ex")


async def test_embeddings_of_the_wrong_length_or_without_direction_are_rejected(resolver: Resolver) -> None:
    nan, good = float("nan"), direction(0)
    values: list[list[float]] = [good[:-1], [*good, 0.0], [0.0] * len(good), [nan, *good[1:]], good]
    records = [embedding_record(f"e-{place}", numbers) for place, numbers in enumerate(values)]

    summary = await resolver.importing.import_embeddings(stream(records))

    assert counts(summary) == (5, 1, 0, 0, 4)
    assert [place for place, field, _ in told(summary) if field.startswith("embedding")] == [0, 1, 2, 3]


async def test_keys_name_cards_by_either_id(resolver: Resolver) -> None:
    await resolver.importing.import_cards(stream([card_record("a")]))
    card_id = (await resolver.browsing.get_card(card_id="", catalog_id="a"))["card_id"]
    keys = [
        pb.KeyRecord(source="t", external_id="1", catalog_id="a"),
        pb.KeyRecord(source="t", external_id="2", card_id=card_id),
    ]

    first = await resolver.importing.import_keys(stream(keys))
    second = await resolver.importing.import_keys(stream(keys))

    rows = await resolver.resolving.resolve(["t", "t"], ["1", "2"], dry_run=False)
    assert (counts(first), counts(second)) == ((2, 2, 0, 0, 0), (2, 0, 0, 2, 0))
    assert [row["card_id"] for row in rows] == [card_id, card_id]


async def test_a_key_never_moves_and_never_names_a_card_nobody_knows(resolver: Resolver) -> None:
    await resolver.importing.import_cards(stream([card_record("a"), card_record("b")]))
    await resolver.importing.import_keys(stream([pb.KeyRecord(source="t", external_id="1", catalog_id="a")]))
    keys = [
        pb.KeyRecord(source="t", external_id="1", catalog_id="b"),
        pb.KeyRecord(source="t", external_id="2", catalog_id="nobody"),
        pb.KeyRecord(source="t", external_id="3", catalog_id="a"),
        pb.KeyRecord(source="t", external_id="3", catalog_id="b"),
        pb.KeyRecord(source="", external_id="4", catalog_id="a"),
        pb.KeyRecord(source="t", external_id="5"),
    ]

    summary = await resolver.importing.import_keys(stream(keys))

    assert told(summary) == [
        (0, "external_id", "KEY_CONFLICT"),
        (1, "catalog_id", "UNKNOWN_CARD"),
        (3, "external_id", "KEY_CONFLICT"),
        (4, "source", "INVALID_FIELD"),
        (5, "card", "INVALID_FIELD"),
    ]
    rows = await resolver.resolving.resolve(["t"], ["1"], dry_run=True)
    assert rows[0]["catalog_id"] == "a"


async def test_only_the_first_thousand_bad_records_are_told_but_all_are_counted(resolver: Resolver) -> None:
    records: list[Any] = [card_record("") for _ in range(1500)]

    summary = await resolver.importing.import_cards(stream(records))

    assert (summary.rejected, len(summary.rejections)) == (1500, 1000)


async def test_nothing_stays_in_the_staging_tables(resolver: Resolver) -> None:
    await resolver.importing.import_cards(stream([card_record("a")]))
    await resolver.importing.import_embeddings(stream([embedding_record("a", direction(0))]))

    async def count(connection: Any) -> int:
        statement = "SELECT (SELECT count(*) FROM staged_cards) + (SELECT count(*) FROM staged_embeddings)"
        return int(await connection.fetchval(statement))

    assert await resolver.database.run(count) == 0
