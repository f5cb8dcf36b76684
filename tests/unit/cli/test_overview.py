"""`atelier overview` and `atelier watch` as scripts see them, against a gateway on a real socket."""

import json
from typing import Any

import pytest
from atelier.engager.v1.engagement_service_pb2 import Activity, NewActivity
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.generator.v1.credit_service_pb2 import CreditBalance
from atelier.generator.v1.generation_service_pb2 import Generation
from atelier.jobs.v1.jobs_service_pb2 import STATE_RUNNING, Progress, UnendedJobs
from atelier.resolver.v1.scan_service_pb2 import GetCollectionResponse, Scan, ScanResult
from atelier.reviewer.v1.quota_service_pb2 import Budget, Quota
from atelier.reviewer.v1.review_service_pb2 import Review
from google.protobuf.duration_pb2 import Duration
from google.type.money_pb2 import Money

from chassis.errors import NotFound, Unavailable, status_of
from cli.exits import ExitCode
from tests.unit.cli.aborting import DOMAIN
from tests.unit.cli.fake_jobs import job

SCAN, GENERATION, REVIEW, ACTIVITY = (f"00000000-0000-7000-8000-{number:012}" for number in range(1, 5))
AWAY = Unavailable("The service generator doesn't answer.", reason="SERVICE_UNAVAILABLE")


@pytest.fixture
def overview() -> pb.GetOverviewResponse:
    """What somebody has whose generator is away; a scan has ended, the rest runs."""
    parts = [
        pb.OverviewPart(
            name="generator/generations", status=status_of(AWAY, domain=DOMAIN), latency=Duration(seconds=1)
        ),
        pb.OverviewPart(name="resolver/collection", latency=Duration(nanos=5_000_000)),
    ]
    return pb.GetOverviewResponse(
        owner="ash",
        parts=parts,
        collection=GetCollectionResponse(
            owner="ash", total_cards=42, distinct_cards=30, estimated_values=[Money(currency_code="USD", units=12)]
        ),
        quota=Quota(owner="ash", plan="PLAN_LITE", tokens=Budget(limit=100, used=10), requests=Budget(limit=9)),
        running=[job(1, STATE_RUNNING, done=3)],
        unended=UnendedJobs(running=1, scheduled=1_200),
        scans=[Scan(scan_id=SCAN, state="SCAN_STATE_SUCCEEDED", result=ScanResult(resolved=9))],
        reviews=[Review(review_id=REVIEW, state="REVIEW_STATE_RUNNING", progress=Progress(total=3))],
        activities=[
            Activity(activity_id=ACTIVITY, state="ACTIVITY_STATE_WAITING", request=NewActivity(post="\x1b[2J"))
        ],
    )


async def test_a_screen_has_what_is_there_and_names_what_is_missing_with_its_reason(
    gateway: Any, overview: pb.GetOverviewResponse
) -> None:
    gateway.whole.overview = overview

    outcome = await gateway.run("overview", "--latest", "3")

    assert "42 cards, 30 different, 12.00 USD" in outcome.out
    assert "9 requests, 90 tokens left until" in outcome.out
    assert f"resolver/scans/{SCAN}" in outcome.out
    assert "3/10" in outcome.out
    assert "1 running, 0 queued, 1,200 scheduled" in outcome.out
    assert "credits" not in outcome.out
    assert "\x1b" not in outcome.out
    assert outcome.err == "generator/generations is missing: The service generator doesn't answer; try again in 1 s.\n"
    assert (gateway.whole.requests[0].latest, outcome.code) == (3, ExitCode.ITEMS)


async def test_for_scripts_it_is_one_document_with_every_part(gateway: Any, overview: pb.GetOverviewResponse) -> None:
    del overview.parts[0]
    overview.credits.CopyFrom(CreditBalance(owner="ash", available=7, reserved=2))
    gateway.whole.overview = overview

    outcome = await gateway.run("overview", "--json")

    found = json.loads(outcome.out)
    assert (found["owner"], found["collection"]["total_cards"], found["credits"]["available"]) == ("ash", 42, 7)
    assert found["unended"] == {"running": 1, "queued": 0, "scheduled": 1_200}
    assert found["parts"] == [{"name": "resolver/collection", "error": None, "seconds": 0.005}]
    assert [len(found[name]) for name in ("running", "scans", "generations", "reviews", "activities")] == [
        1,
        1,
        0,
        1,
        1,
    ]
    assert (outcome.err, outcome.code) == ("", ExitCode.OK)


async def test_a_part_that_is_missing_is_none_and_told_in_the_document(
    gateway: Any, overview: pb.GetOverviewResponse
) -> None:
    gateway.whole.overview = overview

    outcome = await gateway.run("overview", "--json")

    found = json.loads(outcome.out)
    assert found["credits"] is None
    assert found["parts"][0]["error"]["reason"] == "SERVICE_UNAVAILABLE"
    assert outcome.code == ExitCode.ITEMS


async def test_an_overview_that_is_refused_is_one_sentence(gateway: Any) -> None:
    gateway.whole.error = AWAY

    outcome = await gateway.run("overview")

    assert outcome.err == "The service generator doesn't answer; try again in 1 s.\n"
    assert outcome.code == ExitCode.UNAVAILABLE


async def test_watch_follows_what_is_named_and_tells_each_change_once(gateway: Any) -> None:
    names = [f"resolver/scans/{SCAN}", f"reviewer/reviews/{REVIEW}"]
    gateway.whole.failing, gateway.whole.breaks = {"reviewer"}, 1

    outcome = await gateway.run("watch", *names, names[0], "--json")

    found = [json.loads(line) for line in outcome.out.splitlines()]
    assert [(one["name"], one["state"]) for one in found] == [
        (names[0], "RUNNING"),
        (names[1], "RUNNING"),
        (names[0], "SUCCEEDED"),
        (names[1], "FAILED"),
    ]
    assert found[2]["detail"]["resolved"] == 9
    assert gateway.whole.watched == [names, names]
    assert outcome.err == "The connection was lost; watching goes on when it is back.\n"
    assert outcome.code == ExitCode.ITEMS


async def test_watch_without_names_follows_what_runs_and_says_what_it_cannot_know(
    gateway: Any, overview: pb.GetOverviewResponse
) -> None:
    overview.generations.append(Generation(generation_id=GENERATION, state="GENERATION_STATE_SUCCEEDED"))
    gateway.whole.overview = overview

    outcome = await gateway.run("watch")

    assert gateway.whole.watched == [[f"reviewer/reviews/{REVIEW}", f"engager/activities/{ACTIVITY}"]]
    assert [line.split("  ")[1] for line in outcome.out.splitlines()] == [
        "RUNNING",
        "RUNNING",
        "SUCCEEDED",
        "SUCCEEDED",
    ]
    assert outcome.err.startswith("generator/generations is missing: ")
    assert outcome.code == ExitCode.OK


async def test_where_nothing_runs_watch_says_so_and_ends(gateway: Any) -> None:
    outcome = await gateway.run("watch")

    assert (outcome.out, outcome.err, outcome.code) == ("", "Nothing runs.\n", ExitCode.OK)
    assert gateway.whole.watched == []


async def test_a_name_that_the_gateway_refuses_is_told_as_any_other_error(gateway: Any) -> None:
    gateway.whole.error = NotFound("There is nothing of that name.")

    outcome = await gateway.run("watch", "resolver/scans/7")

    assert outcome.code == ExitCode.NOT_FOUND


async def test_a_job_s_name_is_no_work_s_and_the_sentence_says_who_follows_it(gateway: Any) -> None:
    outcome = await gateway.run("watch", f"resolver/jobs/{SCAN}")

    assert outcome.code == ExitCode.USAGE
    assert "resolver/scans/<uuid>" in outcome.err
    assert "`atelier jobs watch`" in outcome.err
    assert gateway.whole.watched == []
