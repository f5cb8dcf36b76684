"""What owners have, and what a person's word changes."""

import asyncio
import random
from decimal import Decimal
from typing import Any

import pytest
from atelier.resolver.v1 import resolver_service_pb2 as cards_pb
from atelier.resolver.v1 import scan_service_pb2 as pb
from google.type import money_pb2

from chassis.auth import Role
from jobs.errors import OwnerNotAllowed
from services.resolver import scan_messages
from services.resolver.errors import CardNotFound, DetectionNotFound, ScanNotEnded, ScanNotFound, ScanWithoutResult
from tests.integration.resolver.conftest import Resolver, caller, check_quantities, create, scanned, shown
from tests.shared_data import card_record, direction, stream


def external(detection_id: str, external_id: str, value: str = "", currency: str = "EUR") -> pb.Detection:
    detection = pb.Detection(
        detection_id=detection_id, external=cards_pb.ExternalId(source="s", external_id=external_id)
    )
    if value:
        units, _, fraction = value.partition(".")
        money = money_pb2.Money(currency_code=currency, units=int(units), nanos=int(fraction.ljust(9, "0")))
        detection.estimated_value.CopyFrom(money)
    return detection


def text(detection_id: str, name: str) -> pb.Detection:
    return pb.Detection(detection_id=detection_id, text=cards_pb.ScannedText(name=name))


async def confirm(
    resolver: Resolver, scan_id: str, detection_id: str, catalog_id: str, owner: str = "ann", role: Role = Role.USER
) -> pb.ConfirmDetectionResponse:
    request = pb.ConfirmDetectionRequest(scan_id=scan_id, detection_id=detection_id, catalog_id=catalog_id)
    with caller(owner, role):
        return scan_messages.confirm_response(await resolver.collection.confirm(request))


async def holdings(resolver: Resolver, owner: str = "ann") -> dict[str, int]:
    rows = await resolver.fetch(
        "SELECT catalog_id, quantity FROM user_cards JOIN cards ON cards.id = card_id WHERE owner = $1", owner
    )
    return {row["catalog_id"]: row["quantity"] for row in rows}


@pytest.fixture
async def stocked(resolver: Resolver) -> Resolver:
    records = [card_record(f"c-{n}", f"Card {n}", str(n)) for n in range(10)]
    await resolver.importing.import_cards(stream(records))
    return resolver


async def test_a_confirmed_detection_moves_to_its_card_and_the_scan_is_counted_again(stocked: Resolver) -> None:
    answer = await scanned(stocked, [external("a", "c-1"), external("b", "c-1"), external("c", "nowhere")])
    scan_id = answer.scan.scan_id

    moved = await confirm(stocked, scan_id, "a", "c-2")
    found = await confirm(stocked, scan_id, "c", "c-1")
    await confirm(stocked, scan_id, "b", "c-2")

    after = await shown(stocked, scan_id)
    assert (moved.detection.catalog_id, moved.detection.tier) == ("c-2", pb.DETECTION_TIER_CONFIRMED)
    assert moved.detection.HasField("confirm_time")
    assert (found.detection.reason, found.detection.name) == (pb.DETECTION_REASON_UNSPECIFIED, "Card 1")
    assert await holdings(stocked) == {"c-1": 1, "c-2": 2}
    assert after.scan.result == pb.ScanResult(total_detections=3, resolved=3, user_cards_created=2)
    await check_quantities(stocked)


async def test_the_last_of_a_card_takes_its_row_along(stocked: Resolver) -> None:
    answer = await scanned(stocked, [external("a", "c-1")])

    await confirm(stocked, answer.scan.scan_id, "a", "c-2")

    assert await holdings(stocked) == {"c-2": 1}


async def test_confirming_the_same_again_changes_nothing(stocked: Resolver) -> None:
    answer = await scanned(stocked, [external("a", "c-1")])
    first = await confirm(stocked, answer.scan.scan_id, "a", "c-1")
    queries = [f"TABLE {table}" for table in ("scans", "detections", "user_cards", "owner_keys")]
    before = [await stocked.fetch(query) for query in queries]

    second = await confirm(stocked, answer.scan.scan_id, "a", "c-1")

    assert first == second
    assert first.keyed
    assert [await stocked.fetch(query) for query in queries] == before


@pytest.mark.parametrize("evidence", ["external", "text", "embedding"])
async def test_a_user_s_word_is_known_to_its_next_scan_and_to_nobody_else_s(stocked: Resolver, evidence: str) -> None:
    def detection(detection_id: str) -> pb.Detection:
        match evidence:
            case "external":
                return external(detection_id, "theirs")
            case "text":
                return text(detection_id, "Cärd ?!")
            case _:
                return pb.Detection(detection_id=detection_id, embedding=cards_pb.Embedding(values=direction(7)))

    answer = await scanned(stocked, [detection("a")])
    first = await confirm(stocked, answer.scan.scan_id, "a", "c-3")
    again = await scanned(stocked, [detection("b")], request_id="2")
    theirs = await scanned(stocked, [detection("b")], owner="bob")
    moved = await confirm(stocked, again.scan.scan_id, "b", "c-4")
    later = await scanned(stocked, [detection("c")], request_id="3")

    assert first.keyed
    assert (again.detections[0].tier, again.detections[0].catalog_id) == (pb.DETECTION_TIER_KEY, "c-3")
    assert theirs.detections[0].card_id == ""
    assert moved.keyed
    assert later.detections[0].catalog_id == "c-4"
    assert await holdings(stocked) == {"c-3": 1, "c-4": 2}


async def test_an_operator_s_word_is_known_to_everybody_and_never_moves(stocked: Resolver) -> None:
    answer = await scanned(stocked, [text("a", "Glurak"), text("b", "Glurak")])
    scan_id = answer.scan.scan_id

    first = await confirm(stocked, scan_id, "a", "c-3", "root", Role.OPERATOR)
    other = await confirm(stocked, scan_id, "b", "c-4", "root", Role.SERVICE)
    theirs = await scanned(stocked, [text("x", "GLURAK")], owner="bob")

    assert (first.keyed, other.keyed) == (True, False)
    assert other.detection.catalog_id == "c-4"
    assert (theirs.detections[0].tier, theirs.detections[0].catalog_id) == (pb.DETECTION_TIER_KEY, "c-3")
    assert await holdings(stocked) == {"c-3": 1, "c-4": 1}


async def test_an_owner_s_own_key_counts_before_everybody_s(stocked: Resolver) -> None:
    answer = await scanned(stocked, [external("a", "c-1"), text("b", "Glurak")])
    await confirm(stocked, answer.scan.scan_id, "b", "c-3", "root", Role.OPERATOR)
    await confirm(stocked, answer.scan.scan_id, "a", "c-5")
    await confirm(stocked, answer.scan.scan_id, "b", "c-6")

    again = await scanned(stocked, [external("a", "c-1"), text("b", "Glurak")], request_id="2")

    assert [one.catalog_id for one in again.detections] == ["c-5", "c-6"]


async def test_without_evidence_a_card_is_confirmed_and_no_key_is_made(stocked: Resolver) -> None:
    answer = await scanned(stocked, [pb.Detection(detection_id="a"), external("b", ""), text("c", "---")])
    scan_id = answer.scan.scan_id

    confirmed = [await confirm(stocked, scan_id, detection_id, "c-1") for detection_id in "abc"]

    assert [one.keyed for one in confirmed] == [False] * 3
    assert await holdings(stocked) == {"c-1": 3}
    assert await stocked.fetch("SELECT FROM owner_keys") == []


async def test_what_is_not_there_is_named(stocked: Resolver) -> None:
    answer = await scanned(stocked, [external("a", "c-1")])
    scan_id = answer.scan.scan_id
    nobody = "00000000-0000-4000-8000-000000000000"

    with pytest.raises(ScanNotFound):
        await confirm(stocked, nobody, "a", "c-1")
    with pytest.raises(ScanNotFound):
        await confirm(stocked, scan_id, "a", "c-1", "bob")
    with pytest.raises(DetectionNotFound):
        await confirm(stocked, scan_id, "b", "c-1")
    with pytest.raises(CardNotFound):
        await confirm(stocked, scan_id, "a", "c-99")


async def test_nothing_is_confirmed_before_the_scan_has_a_result(stocked: Resolver) -> None:
    scan = await create(stocked, [external("a", "c-1")])
    with pytest.raises(ScanNotEnded):
        await confirm(stocked, scan["scan_id"], "a", "c-1")

    await stocked.fetch("UPDATE scans SET state = 'CANCELLED', ended_at = now()")
    with pytest.raises(ScanWithoutResult):
        await confirm(stocked, scan["scan_id"], "a", "c-1")

    assert await holdings(stocked) == {}


async def test_confirmations_and_scans_at_once_keep_every_quantity_right(stocked: Resolver) -> None:
    dice = random.Random(3)
    detections = [external(str(n), f"c-{dice.randrange(10)}") for n in range(40)]
    scan_ids = [(await scanned(stocked, detections, request_id=str(n))).scan.scan_id for n in range(3)]

    async def wander() -> None:
        for _ in range(15):
            await confirm(stocked, dice.choice(scan_ids), str(dice.randrange(40)), f"c-{dice.randrange(10)}")

    await asyncio.gather(
        *(wander() for _ in range(6)),
        *(scanned(stocked, detections, request_id=f"more-{n}") for n in range(5)),
    )

    await check_quantities(stocked)
    assert sum((await holdings(stocked)).values()) == 8 * 40


async def get(resolver: Resolver, owner: str = "") -> pb.GetCollectionResponse:
    return scan_messages.collection_response(await resolver.collection.get(owner=owner))


async def test_a_collection_is_counted_and_valued_by_set(resolver: Resolver) -> None:
    def in_set(catalog_id: str, set_id: str) -> cards_pb.CardRecord:
        record = card_record(catalog_id)
        record.details.set.id, record.details.set.name = set_id, set_id.upper()
        return record

    await resolver.importing.import_cards(stream([in_set("x-1", "x"), in_set("x-2", "x"), in_set("y-1", "y")]))
    detections = [
        external("1", "x-1", "1.10"),
        external("2", "x-1", "2.25"),
        external("3", "x-2", "0.000000001"),
        external("4", "y-1", "5.00", "USD"),
        external("5", "y-1"),
        external("6", "nowhere", "99.00"),
    ]
    await scanned(resolver, detections)
    await scanned(resolver, [external("1", "x-1", "1.00")], owner="bob")

    with caller("ann"):
        mine = await get(resolver)
        with pytest.raises(OwnerNotAllowed):
            await resolver.collection.get(owner="bob")
    with caller("root", Role.OPERATOR):
        bobs = await get(resolver, "bob")
        nobody = await get(resolver)

    def money(values: Any) -> list[tuple[str, Decimal]]:
        return [(one.currency_code, one.units + Decimal(one.nanos) / 10**9) for one in values]

    assert (mine.owner, mine.distinct_cards, mine.total_cards) == ("ann", 3, 5)
    assert money(mine.estimated_values) == [("EUR", Decimal("3.350000001")), ("USD", Decimal(5))]
    assert [(one.set_id, one.set_name, one.distinct_cards, one.total_cards) for one in mine.sets] == [
        ("x", "X", 2, 3),
        ("y", "Y", 1, 2),
    ]
    assert money(mine.sets[1].estimated_values) == [("USD", Decimal(5))]
    assert (bobs.owner, bobs.total_cards) == ("bob", 1)
    assert (nobody.owner, nobody.total_cards) == ("root", 0)


async def test_an_owner_s_cards_come_in_pages_by_name_with_their_values(stocked: Resolver) -> None:
    detections = [external(f"{n}-{copy}", f"c-{n}", "1.50") for n in range(5) for copy in range(n + 1)]
    await scanned(stocked, detections)
    found: list[pb.UserCard] = []
    token = ""

    with caller("ann"):
        while True:
            page = await stocked.collection.list_cards(owner="", set_id="base1", size=2, token=token)
            found += [scan_messages.user_card_message(row) for row in page.rows]
            token = page.next_token
            if not token:
                break
        other = await stocked.collection.list_cards(owner="", set_id="base2", size=2, token="")

    assert [one.card.catalog_id for one in found] == [f"c-{n}" for n in range(5)]
    assert [one.quantity for one in found] == [1, 2, 3, 4, 5]
    assert [one.estimated_values[0].units for one in found] == [1, 3, 4, 6, 7]
    assert all(one.create_time == one.update_time for one in found)
    assert other.rows == []


async def test_a_second_scan_updates_what_the_first_created(stocked: Resolver) -> None:
    await scanned(stocked, [external("a", "c-1")])

    second = await scanned(stocked, [external("a", "c-1"), external("b", "c-2"), external("c", "c-1")], request_id="2")

    result = second.scan.result
    assert (result.user_cards_created, result.user_cards_updated) == (1, 1)
    assert await holdings(stocked) == {"c-1": 3, "c-2": 1}


async def test_sums_that_money_cannot_hold_are_the_most_it_can(stocked: Resolver) -> None:
    most = str(2**63 - 1)
    await scanned(stocked, [external("a", "c-1", f"{most}.0"), external("b", "c-1", f"{most}.5")])

    with caller("ann"):
        mine = await get(stocked)

    assert mine.estimated_values[0].units == 2**63 - 1
