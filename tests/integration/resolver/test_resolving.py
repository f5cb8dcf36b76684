"""External ids to cards."""

import asyncio
from collections import Counter
from typing import Any

from atelier.resolver.v1 import resolver_service_pb2 as pb

from tests.integration.resolver.conftest import Resolver
from tests.shared_data import card_record, direction, embedding_record, stream


async def resolve(resolver: Resolver, *ids: tuple[str, str], dry_run: bool = False) -> list[dict[str, Any]]:
    rows = await resolver.resolving.resolve([s for s, _ in ids], [e for _, e in ids], dry_run=dry_run)
    return [dict(row) for row in rows]


async def test_a_catalogue_id_resolves_by_catalog_first_and_by_key_afterwards(resolver: Resolver) -> None:
    await resolver.importing.import_cards(stream([card_record("base1-58")]))

    first = await resolve(resolver, ("scanner", "base1-58"))
    second = await resolve(resolver, ("scanner", "base1-58"))

    assert [first[0]["tier"], second[0]["tier"]] == ["CATALOG", "KEY"]
    assert first[0]["card_id"] == second[0]["card_id"]
    assert (second[0]["catalog_id"], second[0]["name"], second[0]["reason"]) == ("base1-58", "Pikachu", None)


async def test_an_id_known_only_by_its_embedding_gets_a_card_and_a_key_together(resolver: Resolver) -> None:
    await resolver.importing.import_embeddings(stream([embedding_record("promo-1", direction(0))]))

    first = await resolve(resolver, ("scanner", "promo-1"))
    second = await resolve(resolver, ("scanner", "promo-1"), ("other", "promo-1"))

    assert (first[0]["tier"], first[0]["name"], first[0]["catalog_id"]) == ("EMBEDDING", "Mew", "promo-1")
    assert [row["tier"] for row in second] == ["KEY", "CATALOG"]
    assert {row["card_id"] for row in first + second} == {first[0]["card_id"]}


async def test_answers_stand_in_the_order_of_the_items_with_duplicates_and_unknowns(resolver: Resolver) -> None:
    await resolver.importing.import_cards(stream([card_record("b"), card_record("a")]))
    asked = [("s", "a"), ("s", "nothing"), ("s", "b"), ("s", "a"), ("s", "nothing")]

    rows = await resolve(resolver, *asked)

    assert [(row["source"], row["external_id"]) for row in rows] == asked
    assert [row["tier"] for row in rows] == ["CATALOG", None, "CATALOG", "CATALOG", None]
    assert rows[1]["reason"] == rows[4]["reason"] == "NOT_IN_CATALOG"
    assert rows[0]["card_id"] == rows[3]["card_id"]


async def test_an_embedding_without_a_name_is_an_auto_creation_failure(resolver: Resolver) -> None:
    await resolver.importing.import_embeddings(stream([embedding_record("promo-2", direction(0), name="")]))

    rows = await resolve(resolver, ("s", "promo-2"))

    coverage = await resolver.browsing.get_coverage()
    assert (rows[0]["tier"], rows[0]["reason"]) == (None, "EMBEDDING_INCOMPLETE")
    assert coverage.failure_share == 1.0
    assert coverage.alert


async def test_a_dry_run_answers_as_if_for_real_and_writes_nothing(resolver: Resolver) -> None:
    await resolver.importing.import_cards(stream([card_record("base1-58")]))
    await resolver.importing.import_embeddings(stream([embedding_record("promo-1", direction(0))]))
    asked = [("s", "base1-58"), ("s", "promo-1"), ("s", "nothing")]

    dry = await resolve(resolver, *asked, dry_run=True)
    coverage = await resolver.browsing.get_coverage()
    wet = await resolve(resolver, *asked)

    assert [row["tier"] for row in dry] == [row["tier"] for row in wet] == ["CATALOG", "EMBEDDING", None]
    assert (dry[1]["card_id"], dry[1]["catalog_id"], dry[1]["name"]) == (None, "promo-1", "Mew")
    assert (coverage.counts["cards"], coverage.counts["keys"], coverage.counts["gaps"]) == (1, 0, 0)
    assert coverage.resolutions == {}


async def test_misses_are_kept_as_gaps_and_counted_with_when_they_were_first_and_last_seen(resolver: Resolver) -> None:
    await resolve(resolver, ("s", "x"), ("s", "x"))
    await resolve(resolver, ("s", "x"), ("t", "x"))

    gaps = (await resolver.browsing.list_gaps(source="", include_resolved=False, size=0, token="")).rows
    assert [(gap["source"], gap["external_id"], gap["count"]) for gap in gaps] == [("s", "x", 3), ("t", "x", 1)]
    assert gaps[0]["first_seen_at"] < gaps[0]["last_seen_at"]


async def test_a_gap_that_is_filled_is_no_longer_listed_unless_asked_for(resolver: Resolver) -> None:
    await resolve(resolver, ("s", "base1-58"))
    await resolver.importing.import_cards(stream([card_record("base1-58")]))

    await resolve(resolver, ("s", "base1-58"))

    open_gaps = await resolver.browsing.list_gaps(source="", include_resolved=False, size=0, token="")
    all_gaps = await resolver.browsing.list_gaps(source="", include_resolved=True, size=0, token="")
    assert open_gaps.rows == []
    assert [gap["resolved_at"] is not None for gap in all_gaps.rows] == [True]


async def test_fifty_callers_resolving_the_same_200_new_ids_make_200_cards_without_an_error(resolver: Resolver) -> None:
    records = [embedding_record(f"new-{n}", direction(n), name=f"Card {n}") for n in range(200)]
    await resolver.importing.import_embeddings(stream(records))
    asked = [("s", f"new-{n}") for n in range(200)]
    # Each begins elsewhere, so that two callers take the same rows in different orders.
    rotations = [asked[start:] + asked[:start] for start in range(0, 200, 4)]

    answers = await asyncio.gather(*(resolve(resolver, *ids) for ids in rotations))

    cards: dict[str, set[str]] = {}
    for row in (row for answer in answers for row in answer):
        cards.setdefault(row["external_id"], set()).add(row["card_id"])
    coverage = await resolver.browsing.get_coverage()
    assert len(cards) == 200
    assert all(len(ids) == 1 and None not in ids for ids in cards.values())
    assert (coverage.counts["cards"], coverage.counts["keys"]) == (200, 200)


async def test_a_key_outranks_a_catalogue_id_that_reads_the_same(resolver: Resolver) -> None:
    await resolver.importing.import_cards(stream([card_record("a-1", "Ivysaur"), card_record("a-2", "Venusaur")]))
    keys = [pb.KeyRecord(source="theirs", external_id="a-1", catalog_id="a-2")]
    await resolver.importing.import_keys(stream(keys))

    rows = await resolve(resolver, ("theirs", "a-1"), ("ours", "a-1"))

    assert [(row["tier"], row["name"]) for row in rows] == [("KEY", "Venusaur"), ("CATALOG", "Ivysaur")]


async def test_callers_and_imports_that_write_the_same_keys_agree_on_one_card(resolver: Resolver) -> None:
    await resolver.importing.import_cards(stream([card_record(f"c-{n}") for n in range(40)]))
    # The import gives every id the next card; whoever comes first wins, and everyone must tell of the winner.
    keys = [pb.KeyRecord(source="s", external_id=f"c-{n}", catalog_id=f"c-{(n + 1) % 40}") for n in range(40)]
    asked = [("s", f"c-{n}") for n in range(40)]

    importing = asyncio.create_task(resolver.importing.import_keys(stream(keys, size=5)))
    answers = await asyncio.gather(*(resolve(resolver, *asked) for _ in range(10)))
    await importing

    final = {row["external_id"]: row["card_id"] for row in await resolve(resolver, *asked)}
    assert all(row["card_id"] == final[row["external_id"]] for answer in answers for row in answer)


async def test_every_resolution_is_counted_by_how_it_ended(resolver: Resolver) -> None:
    await resolver.importing.import_cards(stream([card_record("a")]))
    await resolve(resolver, ("s", "a"), ("s", "x"))
    await resolve(resolver, ("s", "a"), ("s", "a"))

    coverage = await resolver.browsing.get_coverage()

    assert Counter(coverage.resolutions) == {"CATALOG": 1, "NOT_IN_CATALOG": 1, "KEY": 2}
