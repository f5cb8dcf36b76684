"""From detections to a collection."""

import asyncio
import random
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from atelier.resolver.v1 import resolver_service_pb2 as cards_pb
from atelier.resolver.v1 import scan_service_pb2 as pb
from google.type import money_pb2

from chassis.auth import Role
from chassis.errors import InvalidArgument
from jobs.errors import OwnerNotAllowed
from jobs.job import EndedJob, ErrorClass, State
from services.resolver.errors import ScanExists, ScanNotFound
from services.resolver.handlers import ScanHandler
from services.resolver.judging import Judging
from services.resolver.scanning import fingerprint_of
from tests.conftest import Schema
from tests.integration.resolver.conftest import Resolver, caller, check_quantities, create, scanned, shown, work
from tests.shared_data import DIMENSIONS, card_record, direction, embedding_record, stream

TABLES = ("scans", "detections", "user_cards", "owner_keys", "cards", "card_keys", "gaps", "resolution_counts")


def external(detection_id: str, external_id: str, source: str = "shop", **more: Any) -> pb.Detection:
    evidence = cards_pb.ExternalId(source=source, external_id=external_id)
    return pb.Detection(detection_id=detection_id, external=evidence, **more)


def text(detection_id: str, name: str = "", number: str = "", set_name: str = "") -> pb.Detection:
    return pb.Detection(detection_id=detection_id, text=cards_pb.ScannedText(name=name, number=number, set=set_name))


def picture(detection_id: str, values: list[float]) -> pb.Detection:
    return pb.Detection(detection_id=detection_id, embedding=cards_pb.Embedding(values=values))


def tiers(answer: pb.GetScanResponse) -> list[str]:
    return [pb.DetectionTier.Name(one.tier).removeprefix("DETECTION_TIER_") for one in answer.detections]


def reasons(answer: pb.GetScanResponse) -> list[str]:
    return [pb.DetectionReason.Name(one.reason).removeprefix("DETECTION_REASON_") for one in answer.detections]


async def contents(resolver: Resolver) -> dict[str, Any]:
    """Everything that a scan may change."""
    query = "SELECT * FROM {0} ORDER BY {0}::text"
    return {table: await resolver.fetch(query.format(table)) for table in TABLES}


async def import_some(resolver: Resolver) -> None:
    cards = [
        card_record("base1-4", "Charizard", "4"),
        card_record("base1-58"),
        card_record("base1-15", "Venusaur", "15"),
    ]
    embeddings = [
        embedding_record("promo-1", direction(0), name="Mew"),
        embedding_record("promo-2", direction(90), name=""),
        embedding_record("base1-4", direction(180), name="Charizard"),
    ]
    keys = [cards_pb.KeyRecord(source="shop", external_id="known", catalog_id="base1-4")]
    await resolver.importing.import_cards(stream(cards))
    await resolver.importing.import_embeddings(stream(embeddings))
    await resolver.importing.import_keys(stream(keys))


async def test_each_kind_of_evidence_leads_to_its_card_by_its_tier(resolver: Resolver) -> None:
    await import_some(resolver)

    answer = await scanned(
        resolver,
        [
            external("a", "known"),
            external("b", "base1-58"),
            external("c", "promo-1"),
            text("d", "Charizcrd", "4/102"),
            picture("e", direction(181)),
        ],
    )

    assert tiers(answer) == ["KEY", "CATALOG", "EMBEDDING", "TEXT", "PICTURE"]
    assert [one.catalog_id for one in answer.detections] == ["base1-4", "base1-58", "promo-1", "base1-4", "base1-4"]
    assert [one.name for one in answer.detections][:3] == ["Charizard", "Pikachu", "Mew"]
    assert [len(one.candidates) > 0 for one in answer.detections] == [False, False, False, True, True]
    assert answer.scan.state == pb.SCAN_STATE_SUCCEEDED
    assert answer.scan.result == pb.ScanResult(total_detections=5, resolved=5, auto_created=1, user_cards_created=3)
    await check_quantities(resolver)


async def test_a_detection_that_cannot_be_used_ends_with_its_reason_and_fails_nothing(resolver: Resolver) -> None:
    await import_some(resolver)
    far = [0.0, 0.0, 1.0, *[0.0] * (DIMENSIONS - 3)]
    invalid = [
        external("0", ""),
        external("1", "x", source=""),
        external("2", "x" * 201),
        external("3", "a\0b"),
        text("4"),
        text("5", "x" * 201),
        picture("6", [1.0] * (DIMENSIONS - 1)),
        picture("7", [0.0] * DIMENSIONS),
        picture("8", [float("nan")] * DIMENSIONS),
        picture("9", []),
    ]
    others = [pb.Detection(detection_id="none"), external("gap", "nowhere"), external("thin", "promo-2")]
    doubted = [text("what", "Qwertyuiop", "999/999", "Nowhere"), picture("far", far), picture("mid", direction(45))]

    answer = await scanned(resolver, [*invalid, *others, *doubted, external("good", "base1-58")])

    assert reasons(answer)[:10] == ["INVALID_EVIDENCE"] * 10
    assert all(one.message for one in answer.detections[:10])
    assert reasons(answer)[10:13] == ["NO_EVIDENCE", "NOT_IN_CATALOG", "EMBEDDING_INCOMPLETE"]
    assert set(reasons(answer)[13:16]) <= {"AMBIGUOUS", "WEAK", "CONFLICT", "NO_CANDIDATE"}
    assert tiers(answer)[-1] == "CATALOG"
    assert answer.scan.state == pb.SCAN_STATE_SUCCEEDED
    counts = Counter({one.reason: one.count for one in answer.scan.result.unresolved})
    assert counts == Counter(one.reason for one in answer.detections if one.reason)
    assert (answer.scan.result.resolved, answer.scan.result.needs_review) == (1, 3)
    review = await shown(resolver, answer.scan.scan_id, review=True)
    assert [one.detection.detection_id for one in review.detections] == ["what", "far", "mid"]
    assert all(len(one.candidates) <= 5 for one in review.detections)


async def test_a_detection_comes_back_as_it_was_sent(resolver: Resolver) -> None:
    sent = external("a", "x", confidence=0.25, attributes={"condition": "mint", "b": "ö"})
    sent.estimated_value.CopyFrom(money_pb2.Money(currency_code="EUR", units=3, nanos=500_000_000))

    answer = await scanned(resolver, [sent])

    assert answer.detections[0].detection == sent


async def test_an_accepted_scan_is_pending_with_nothing_judged(resolver: Resolver) -> None:
    scan = await create(resolver, [external("a", "x"), external("b", "y")])

    answer = await shown(resolver, scan["scan_id"])

    assert answer.scan.state == pb.SCAN_STATE_PENDING
    assert (answer.scan.progress.done, answer.scan.progress.total) == (0, 2)
    assert not answer.scan.HasField("result")
    assert not answer.scan.HasField("end_time")
    assert answer.scan.job == f"resolver/jobs/{scan['job_id']}"
    assert (tiers(answer), reasons(answer)) == (["UNSPECIFIED"] * 2, ["UNSPECIFIED"] * 2)


async def test_a_picture_of_a_card_that_is_known_by_its_embedding_only_creates_it(resolver: Resolver) -> None:
    await import_some(resolver)

    answer = await scanned(
        resolver, [picture("a", direction(1)), picture("b", direction(2)), picture("c", direction(91))]
    )

    assert tiers(answer) == ["PICTURE", "PICTURE", "UNSPECIFIED"]
    assert reasons(answer)[2] == "EMBEDDING_INCOMPLETE"
    assert {one.catalog_id for one in answer.detections[:2]} == {"promo-1"}
    assert (answer.scan.result.auto_created, answer.scan.result.user_cards_created) == (1, 1)


async def test_the_same_request_gives_the_same_scan_and_other_content_is_refused(resolver: Resolver) -> None:
    first = await create(resolver, [external("a", "x", attributes={"k": "1", "l": "2"})])
    second = await create(resolver, [external("a", "x", attributes={"l": "2", "k": "1"})])
    others = await create(resolver, [external("a", "x")], owner="bob")

    with pytest.raises(ScanExists) as caught:
        await create(resolver, [external("a", "y")])

    assert first["scan_id"] == second["scan_id"] != others["scan_id"]
    assert caught.value.metadata["field"] == "request_id"
    assert len(await resolver.fetch("SELECT FROM jobs")) == 2


async def test_twenty_callers_with_one_request_make_one_scan(resolver: Resolver) -> None:
    detections = [external(str(n), str(n)) for n in range(50)]

    scans = await asyncio.gather(*(create(resolver, detections) for _ in range(20)))

    assert len({scan["scan_id"] for scan in scans}) == 1
    assert [row["count"] for row in await resolver.fetch("SELECT count(*) FROM detections")] == [50]
    assert [row["count"] for row in await resolver.fetch("SELECT count(*) FROM jobs")] == [1]


@pytest.mark.parametrize(
    ("detections", "field"),
    [
        ([external("a", "x"), external("b", "x"), external("a", "y")], "detections[2].detection_id"),
        ([external("a", "x", estimated_value=money_pb2.Money(units=1))], "detections[0].estimated_value.currency_code"),
        (
            [external("a", "x", estimated_value=money_pb2.Money(currency_code="eur", units=1))],
            "detections[0].estimated_value.currency_code",
        ),
        (
            [external("a", "x", estimated_value=money_pb2.Money(currency_code="EUR", units=-1))],
            "detections[0].estimated_value.units",
        ),
        (
            [external("a", "x", estimated_value=money_pb2.Money(currency_code="EUR", nanos=-1))],
            "detections[0].estimated_value.nanos",
        ),
        (
            [external("a", "x", estimated_value=money_pb2.Money(currency_code="EUR", nanos=1_000_000_000))],
            "detections[0].estimated_value.nanos",
        ),
    ],
)
async def test_ids_that_occur_twice_and_impossible_money_are_refused_and_change_nothing(
    resolver: Resolver, detections: list[pb.Detection], field: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await create(resolver, detections)

    assert [violation.field for violation in caught.value.violations] == [field]
    assert await resolver.fetch("SELECT FROM scans") == []


async def test_a_rerun_changes_nothing_in_any_table(resolver: Resolver) -> None:
    await import_some(resolver)
    detections = [
        external("a", "known"),
        external("b", "promo-1"),
        external("c", "nowhere"),
        text("d", "Charizard", "4/102"),
        picture("e", direction(45)),
        pb.Detection(detection_id="f"),
    ]
    scan = await create(resolver, detections)
    await work(resolver, scan)
    before = await contents(resolver)

    await resolver.fetch("UPDATE jobs SET state = 'QUEUED', ended_at = NULL")
    await work(resolver, scan)
    await create(resolver, detections)

    assert await contents(resolver) == before


async def test_an_effect_that_runs_twice_at_once_counts_once(resolver: Resolver) -> None:
    await import_some(resolver)
    scan = await create(resolver, [external(str(n), "base1-58") for n in range(10)])

    await asyncio.gather(work(resolver, scan), work(resolver, scan), work(resolver, scan))

    assert [row["quantity"] for row in await resolver.fetch("SELECT quantity FROM user_cards")] == [10]
    await check_quantities(resolver)


async def test_twenty_scans_of_one_owner_that_share_cards_add_up(resolver: Resolver) -> None:
    await resolver.importing.import_cards(stream([card_record(f"c-{n}", f"Card {n}", str(n)) for n in range(30)]))
    records = [embedding_record(f"new-{n}", direction(3 * n), name=f"New {n}") for n in range(30)]
    await resolver.importing.import_embeddings(stream(records))
    dice = random.Random(7)
    ids = [f"c-{n}" for n in range(30)] + [f"new-{n}" for n in range(30)] + ["nowhere"]
    scans = [
        await create(resolver, [external(str(n), dice.choice(ids)) for n in range(100)], request_id=str(number))
        for number in range(20)
    ]

    await asyncio.gather(*(work(resolver, scan) for scan in scans))

    answers = [await shown(resolver, scan["scan_id"]) for scan in scans]
    results = [answer.scan.result for answer in answers]
    await check_quantities(resolver)
    assert sum(result.auto_created for result in results) == 30
    assert sum(result.user_cards_created for result in results) == 60
    assert all(result.total_detections == 100 for result in results)
    assert all(result.resolved + sum(one.count for one in result.unresolved) == 100 for result in results)
    for answer in answers:
        cards = {one.card_id for one in answer.detections if one.card_id}
        assert answer.scan.result.user_cards_created + answer.scan.result.user_cards_updated == len(cards)


async def test_resolutions_are_counted_with_the_scan(resolver: Resolver) -> None:
    await import_some(resolver)

    await scanned(resolver, [external("a", "known"), external("b", "base1-58"), external("c", "x"), text("d", "Mew")])

    coverage = await resolver.browsing.get_coverage()
    assert coverage.resolutions == {"KEY": 1, "CATALOG": 1, "NOT_IN_CATALOG": 1}


async def end_job(resolver: Resolver, scan: Any, state: State, error_class: ErrorClass | None = None) -> EndedJob:
    ended = EndedJob(
        id=scan["job_id"],
        kind="scan",
        owner=scan["owner"],
        payload=bytes.fromhex(scan["scan_id"].replace("-", "")),
        state=state,
        error_class=error_class,
        error_message="It broke." if error_class else None,
    )
    hook = resolver.jobs.kinds["scan"].on_end
    assert hook is not None
    await resolver.jobs.transactions.transact(lambda transaction: hook(transaction, ended))
    return ended


async def test_a_scan_whose_job_failed_says_why_and_is_done_when_it_is_retried(resolver: Resolver) -> None:
    await import_some(resolver)
    scan = await create(resolver, [external("a", "known")])
    ended = await end_job(resolver, scan, State.FAILED, ErrorClass.UNKNOWN)
    failed = await shown(resolver, scan["scan_id"])
    retry = resolver.jobs.kinds["scan"].on_retry
    assert retry is not None

    await resolver.jobs.transactions.transact(lambda transaction: retry(transaction, ended))
    reopened = await shown(resolver, scan["scan_id"])
    await work(resolver, scan)

    done = await shown(resolver, scan["scan_id"])
    assert (failed.scan.state, failed.scan.error.message) == (pb.SCAN_STATE_FAILED, "It broke.")
    assert failed.scan.HasField("end_time")
    assert reopened.scan.state == pb.SCAN_STATE_PENDING
    assert not reopened.scan.HasField("error")
    assert (done.scan.state, done.scan.result.resolved) == (pb.SCAN_STATE_SUCCEEDED, 1)


async def test_a_cancelled_scan_leaves_nothing_in_the_collection(resolver: Resolver) -> None:
    await import_some(resolver)
    scan = await create(resolver, [external("a", "known")])
    await end_job(resolver, scan, State.CANCELLED)

    await work(resolver, scan)

    assert (await shown(resolver, scan["scan_id"])).scan.state == pb.SCAN_STATE_CANCELLED
    assert await resolver.fetch("SELECT FROM user_cards") == []


async def test_a_pending_scan_tells_of_its_job_s_progress_and_error(resolver: Resolver) -> None:
    scan = await create(resolver, [external("a", "x"), external("b", "x")])
    await resolver.fetch(
        "UPDATE jobs SET progress_done = 1, error_class = 'NETWORK', error_message = 'Lost.', error_at = now()"
    )

    answer = await shown(resolver, scan["scan_id"])

    assert answer.scan.progress.done == 1
    assert answer.scan.error.message == "Lost."


async def test_a_scan_stays_when_its_job_s_retention_has_passed(resolver: Resolver) -> None:
    await import_some(resolver)
    answer = await scanned(resolver, [external("a", "known")])

    await resolver.fetch("DELETE FROM jobs")

    assert await shown(resolver, answer.scan.scan_id) == answer


async def test_scans_are_seen_by_their_owner_and_by_operators_only(resolver: Resolver) -> None:
    ids = [(await create(resolver, [external("a", "x")], request_id=str(n)))["scan_id"] for n in range(3)]
    theirs = (await create(resolver, [external("a", "x")], owner="bob"))["scan_id"]

    with caller("ann"):
        own = await resolver.scanning.list_scans(owner="", size=0, token="")
        with pytest.raises(ScanNotFound):
            await resolver.scanning.get(theirs, size=0, token="", only_needs_review=False)
        with pytest.raises(OwnerNotAllowed):
            await resolver.scanning.list_scans(owner="bob", size=0, token="")
    with caller("root", Role.OPERATOR):
        everybody = await resolver.scanning.list_scans(owner="", size=0, token="")
        bobs = await resolver.scanning.list_scans(owner="bob", size=0, token="")
        await resolver.scanning.get(theirs, size=0, token="", only_needs_review=False)

    assert [row["scan_id"] for row in own.rows] == ids[::-1]
    assert [row["scan_id"] for row in everybody.rows] == [theirs, *ids[::-1]]
    assert [row["scan_id"] for row in bobs.rows] == [theirs]


async def test_scans_and_detections_come_in_pages_and_foreign_tokens_are_refused(resolver: Resolver) -> None:
    scans = [await create(resolver, [external(str(n), "x") for n in range(5)], request_id=str(n)) for n in range(3)]
    with caller("ann"):
        first = await resolver.scanning.list_scans(owner="", size=2, token="")
        rest = await resolver.scanning.list_scans(owner="", size=2, token=first.next_token)
        scan_id = scans[0]["scan_id"]
        top = await resolver.scanning.get(scan_id, size=3, token="", only_needs_review=False)
        bottom = await resolver.scanning.get(scan_id, size=3, token=top.detections.next_token, only_needs_review=False)

        with pytest.raises(InvalidArgument):
            await resolver.scanning.get(
                scans[1]["scan_id"], size=3, token=top.detections.next_token, only_needs_review=False
            )

    assert [len(first.rows), len(rest.rows), rest.next_token] == [2, 1, ""]
    positions = [row["position"] for page in (top, bottom) for row in page.detections.rows]
    assert (positions, bottom.detections.next_token) == ([1, 2, 3, 4, 5], "")


async def test_a_watcher_sees_the_scan_as_it_is_and_each_change_until_it_ends(working: Resolver) -> None:
    await import_some(working)
    scan = await create(working, [text(str(n), "Charizard", "4/102") for n in range(120)])
    with caller("ann"):
        states = [(row["state"], row["progress_done"]) async for row in working.watching.watch(scan["scan_id"])]

    assert states[-1] == ("SUCCEEDED", 120)
    assert len(states) == len(set(states))


async def test_a_watcher_of_an_ended_scan_gets_it_once(resolver: Resolver) -> None:
    answer = await scanned(resolver, [external("a", "x")])

    with caller("ann"):
        rows = [row async for row in resolver.watching.watch(answer.scan.scan_id)]
    with caller("bob"), pytest.raises(ScanNotFound):
        await anext(resolver.watching.watch(answer.scan.scan_id))

    assert [row["state"] for row in rows] == ["SUCCEEDED"]


async def test_proto_and_tables_use_the_same_words(resolver: Resolver, schema: Schema) -> None:
    async def words(column: str) -> set[str]:
        rows = await resolver.fetch(
            "SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = $1"
            " AND connamespace = $2::regnamespace",
            f"{column}_check",
            schema.name,
        )
        return set(re.findall(r"'(\w+)'", rows[0]["text"]))

    def proto(enum: Any, prefix: str) -> set[str]:
        return {name.removeprefix(prefix) for name, _ in enum.items()} - {"UNSPECIFIED"}

    assert await words("scans_state") == proto(pb.ScanState, "SCAN_STATE_")
    assert await words("detections_tier") == proto(pb.DetectionTier, "DETECTION_TIER_")
    assert await words("detections_reason") == proto(pb.DetectionReason, "DETECTION_REASON_")


def test_a_fingerprint_is_of_the_content_alone() -> None:
    one = pb.CreateScanRequest(request_id="1", detections=[external("a", "x")])
    other = pb.CreateScanRequest(request_id="2", detections=[external("a", "x")])

    assert fingerprint_of(one) == fingerprint_of(other)
    assert fingerprint_of(one) != fingerprint_of(pb.CreateScanRequest(detections=[external("a", "y")]))


async def test_an_embedding_that_fits_no_longer_fails_nothing(resolver: Resolver) -> None:
    await import_some(resolver)
    scan = await create(resolver, [picture("a", direction(1)), external("b", "known")])
    judging = Judging(database=resolver.database, identifying=resolver.identifying, dimensions=DIMENSIONS + 1)
    handler = ScanHandler(database=resolver.database, judging=judging)

    await work(replace(resolver, handler=handler), scan)

    answer = await shown(resolver, scan["scan_id"])
    assert (reasons(answer), tiers(answer)[1]) == (["INVALID_EVIDENCE", "UNSPECIFIED"], "KEY")
