"""Each RPC of scans: what it gives, and what it says to each kind of bad request."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import grpc
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as cards_pb
from atelier.resolver.v1 import scan_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub
from atelier.resolver.v1.scan_service_pb2_grpc import ScanServiceStub
from google.type import money_pb2

from chassis.auth import Role
from chassis.client import service_config
from tests.conftest import Schema, Servers
from tests.contract.conftest import Served, refusal
from tests.shared_data import DIMENSIONS, card_record

INVALID = grpc.StatusCode.INVALID_ARGUMENT
METHODS = [method.name for method in pb.DESCRIPTOR.services_by_name["ScanService"].methods]
Tables = Any  # An asyncpg connection, whose type can be given arguments for type checkers only.
NOBODY = "00000000-0000-4000-8000-000000000000"


def detection(detection_id: str, external_id: str = "base1-58", **more: Any) -> pb.Detection:
    evidence = cards_pb.ExternalId(source="shop", external_id=external_id)
    return pb.Detection(detection_id=detection_id, external=evidence, **more)


def request(*detections: pb.Detection, request_id: str = "r-1") -> pb.CreateScanRequest:
    return pb.CreateScanRequest(request_id=request_id, detections=detections)


@pytest.fixture
async def scans(served: Served) -> AsyncIterator[ScanServiceStub]:
    """A user's stub, for a catalogue of two cards."""

    async def cards() -> AsyncIterator[cards_pb.ImportCardsRequest]:
        records = [card_record("base1-58"), card_record("base1-4", "Charizard", "4")]
        yield cards_pb.ImportCardsRequest(records=records)

    async with served.channel() as channel:
        await ResolverServiceStub(channel).ImportCards(cards())
    async with served.channel(Role.USER, "ann") as channel:
        yield ScanServiceStub(channel)


@pytest.fixture
async def tables(servers: Servers, schema: Schema) -> AsyncIterator[Tables]:
    """A connection beside the service's own."""
    connection = await asyncpg.connect(**servers.superuser, server_settings={"search_path": schema.name})
    yield connection
    await connection.close()


async def watched(scans: ScanServiceStub, scan: pb.Scan) -> list[pb.Scan]:
    """What a watcher is told, up to the scan's end."""
    watch = pb.WatchScanRequest(scan_id=scan.scan_id)
    return [told.scan async for told in scans.WatchScan(watch, timeout=30)]


async def test_a_scan_is_answered_at_once_worked_on_and_watched_to_its_end(scans: ScanServiceStub) -> None:
    worth = money_pb2.Money(currency_code="EUR", units=2, nanos=500_000_000)
    sent = [
        detection("a", estimated_value=worth),
        detection("b", "nowhere"),
        pb.Detection(detection_id="c", text=cards_pb.ScannedText(name="Charizcrd", number="4/102")),
        pb.Detection(detection_id="d", embedding=cards_pb.Embedding(values=[0.0] * DIMENSIONS)),
        pb.Detection(detection_id="e"),
    ]

    accepted = (await scans.CreateScan(request(*sent))).scan
    told = await watched(scans, accepted)
    answer = await scans.GetScan(pb.GetScanRequest(scan_id=accepted.scan_id))

    assert (accepted.owner, accepted.progress.total) == ("ann", 5)
    assert told[-1].state == pb.SCAN_STATE_SUCCEEDED
    assert answer.scan == told[-1]
    assert [one.detection for one in answer.detections] == sent
    assert [one.catalog_id for one in answer.detections] == ["base1-58", "", "base1-4", "", ""]
    result = answer.scan.result
    assert (result.total_detections, result.resolved, result.user_cards_created) == (5, 2, 2)
    assert {pb.DetectionReason.Name(one.reason): one.count for one in result.unresolved} == {
        "DETECTION_REASON_NOT_IN_CATALOG": 1,
        "DETECTION_REASON_INVALID_EVIDENCE": 1,
        "DETECTION_REASON_NO_EVIDENCE": 1,
    }


async def test_a_repeated_request_gives_the_same_scan_and_another_content_is_refused(scans: ScanServiceStub) -> None:
    first = await scans.CreateScan(request(detection("a")))
    second = await scans.CreateScan(request(detection("a")))

    other = await refusal(scans.CreateScan(request(detection("b"))))

    assert second.scan.scan_id == first.scan.scan_id
    assert (other.code, other.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_USED")
    assert (other.domain, "request_id" in other.message) == ("resolver.atelier", True)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (request(), "detections"),
        (request(*[detection(str(n)) for n in range(1001)]), "detections"),
        (request(detection("a"), request_id=""), "request_id"),
        (request(detection("")), "detections[0].detection_id"),
        (request(detection("a"), detection("a")), "detections[1].detection_id"),
        (request(detection("a", confidence=1.5)), "detections[0].confidence"),
        (
            request(detection("a", estimated_value=money_pb2.Money(units=1))),
            "detections[0].estimated_value.currency_code",
        ),
        (pb.CreateScanRequest(request_id="a", detections=[detection("a")], lane=9), "lane"),  # type: ignore[arg-type]
    ],
)
async def test_create_scan_names_the_field_that_is_wrong_and_makes_nothing(
    scans: ScanServiceStub, bad: pb.CreateScanRequest, field: str
) -> None:
    error = await refusal(scans.CreateScan(bad))

    listed = await scans.ListScans(pb.ListScansRequest())
    assert (error.code, error.fields) == (INVALID, [field])
    assert list(listed.scans) == []


async def test_a_thousand_detections_and_odd_ids_are_taken(scans: ScanServiceStub) -> None:
    odd = ["'; DROP TABLE scans; --", "%", "é\u0301★♀", "\u202e", "a" * 100]
    sent = [detection(text) for text in odd] + [detection(str(n), str(n)) for n in range(1000 - len(odd))]

    scan = (await scans.CreateScan(request(*sent))).scan
    told = await watched(scans, scan)
    answer = await scans.GetScan(pb.GetScanRequest(scan_id=scan.scan_id, page_size=1000))

    assert told[-1].result.resolved == len(odd)
    assert [one.detection.detection_id for one in answer.detections] == [one.detection_id for one in sent]


async def test_another_owner_s_scan_is_not_found_and_its_cards_are_not_shown(
    served: Served, scans: ScanServiceStub
) -> None:
    scan = (await scans.CreateScan(request(detection("a")))).scan
    await watched(scans, scan)
    confirmation = pb.ConfirmDetectionRequest(scan_id=scan.scan_id, detection_id="a", catalog_id="base1-4")

    async with served.channel(Role.USER, "bob") as channel:
        bob = ScanServiceStub(channel)
        errors = [
            await refusal(bob.GetScan(pb.GetScanRequest(scan_id=scan.scan_id))),
            await refusal(anext(aiter(bob.WatchScan(pb.WatchScanRequest(scan_id=scan.scan_id))))),
            await refusal(bob.ConfirmDetection(confirmation)),
        ]
        denied = [
            await refusal(bob.ListScans(pb.ListScansRequest(owner="ann"))),
            await refusal(bob.ListUserCards(pb.ListUserCardsRequest(owner="ann"))),
            await refusal(bob.GetCollection(pb.GetCollectionRequest(owner="ann"))),
        ]
        own = await bob.GetCollection(pb.GetCollectionRequest())
    async with served.channel(Role.SERVICE, "svc") as channel:
        seen = await ScanServiceStub(channel).GetCollection(pb.GetCollectionRequest(owner="ann"))

    assert {(one.code, one.reason) for one in errors} == {(grpc.StatusCode.NOT_FOUND, "SCAN_NOT_FOUND")}
    assert {(one.code, one.reason) for one in denied} == {(grpc.StatusCode.PERMISSION_DENIED, "OWNER_NOT_ALLOWED")}
    assert (own.total_cards, seen.total_cards) == (0, 1)


async def test_a_confirmed_detection_changes_the_collection_and_the_next_scan(scans: ScanServiceStub) -> None:
    scan = (await scans.CreateScan(request(detection("a", "theirs")))).scan
    await watched(scans, scan)
    confirmation = pb.ConfirmDetectionRequest(scan_id=scan.scan_id, detection_id="a", catalog_id="base1-4")

    confirmed = await scans.ConfirmDetection(confirmation)
    again = await scans.ConfirmDetection(confirmation)
    later = (await scans.CreateScan(request(detection("x", "theirs"), request_id="r-2"))).scan
    await watched(scans, later)
    cards = await scans.ListUserCards(pb.ListUserCardsRequest())

    assert (confirmed.keyed, confirmed.detection.tier) == (True, pb.DETECTION_TIER_CONFIRMED)
    assert again == confirmed
    assert [(one.card.catalog_id, one.quantity) for one in cards.user_cards] == [("base1-4", 2)]


async def test_confirm_detection_names_what_is_missing_or_wrong(scans: ScanServiceStub) -> None:
    scan = (await scans.CreateScan(request(detection("a")))).scan
    await watched(scans, scan)

    async def confirm(scan_id: str = scan.scan_id, detection_id: str = "a", **card: str) -> Any:
        asked = pb.ConfirmDetectionRequest(scan_id=scan_id, detection_id=detection_id, **card)
        return await refusal(scans.ConfirmDetection(asked))

    missing = [
        await confirm(scan_id=NOBODY, catalog_id="base1-4"),
        await confirm(detection_id="b", catalog_id="base1-4"),
        await confirm(catalog_id="base1-99"),
        await confirm(card_id=NOBODY),
    ]
    wrong = [await confirm(), await confirm(card_id="x"), await confirm(scan_id="x", catalog_id="base1-4")]

    assert [one.reason for one in missing] == [
        "SCAN_NOT_FOUND",
        "DETECTION_NOT_FOUND",
        "CARD_NOT_FOUND",
        "CARD_NOT_FOUND",
    ]
    assert [one.fields for one in wrong] == [["card"], ["card_id"], ["scan_id"]]


async def test_a_scan_that_has_not_ended_cannot_be_confirmed(scans: ScanServiceStub, tables: Tables) -> None:
    await tables.execute("INSERT INTO paused_queues (kind) VALUES ('scan')")
    scan = (await scans.CreateScan(request(detection("a")))).scan

    error = await refusal(
        scans.ConfirmDetection(pb.ConfirmDetectionRequest(scan_id=scan.scan_id, detection_id="a", catalog_id="base1-4"))
    )

    assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "SCAN_NOT_ENDED")


async def test_lists_bound_their_pages_and_refuse_foreign_tokens(scans: ScanServiceStub) -> None:
    first = (await scans.CreateScan(request(detection("a"), detection("b")))).scan
    second = (await scans.CreateScan(request(detection("a"), detection("b"), request_id="r-2"))).scan
    token = (await scans.GetScan(pb.GetScanRequest(scan_id=first.scan_id, page_size=1))).next_page_token
    page = await scans.ListScans(pb.ListScansRequest(page_size=1))
    rest = await scans.ListScans(pb.ListScansRequest(page_size=1, page_token=page.next_page_token))

    refusals = [
        await refusal(scans.GetScan(pb.GetScanRequest(scan_id=second.scan_id, page_token=token))),
        await refusal(scans.ListScans(pb.ListScansRequest(page_token=token))),
        await refusal(scans.ListUserCards(pb.ListUserCardsRequest(page_token=page.next_page_token))),
        await refusal(scans.ListScans(pb.ListScansRequest(page_size=1001))),
    ]

    assert [one.scan_id for one in (*page.scans, *rest.scans)] == [second.scan_id, first.scan_id]
    assert rest.next_page_token == ""
    assert [one.fields for one in refusals] == [["page_token"]] * 3 + [["page_size"]]


async def test_a_watcher_of_a_scan_that_waits_is_told_when_it_is_done(scans: ScanServiceStub, tables: Tables) -> None:
    await tables.execute("INSERT INTO paused_queues (kind) VALUES ('scan')")
    scan = (await scans.CreateScan(request(detection("a")))).scan
    stream = aiter(scans.WatchScan(pb.WatchScanRequest(scan_id=scan.scan_id), timeout=30))
    first = await anext(stream)

    await tables.execute("DELETE FROM paused_queues")
    rest = [told.scan async for told in stream]

    assert first.scan.state == pb.SCAN_STATE_PENDING
    assert rest[-1].state == pb.SCAN_STATE_SUCCEEDED


async def test_twenty_callers_at_once_add_up(scans: ScanServiceStub) -> None:
    requests = [request(*[detection(str(n)) for n in range(20)], request_id=str(number)) for number in range(20)]

    accepted = await asyncio.gather(*(scans.CreateScan(one) for one in requests))
    await asyncio.gather(*(watched(scans, one.scan) for one in accepted))

    collection = await scans.GetCollection(pb.GetCollectionRequest())
    assert (collection.distinct_cards, collection.total_cards) == (1, 400)


def test_the_service_config_names_only_methods_that_exist() -> None:
    named = {
        entry.get("method", "*")
        for config in json.loads(service_config("atelier.resolver.v1"))["methodConfig"]
        for entry in config["name"]
        if entry["service"] == "atelier.resolver.v1.ScanService"
    }

    assert named - {"*"} <= set(METHODS)
