"""`atelier jobs` as scripts see it, against a JobsService on a real socket."""

import json
from typing import Any

import pytest
from atelier.jobs.v1 import jobs_service_pb2 as pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.errors import PermissionDenied
from cli.exits import ExitCode
from tests.unit.cli.fake_jobs import LOST, job, name_of

MISSING = name_of(99)


def keep(gateway: Any, *jobs: pb.Job) -> None:
    gateway.jobs.jobs = {one.name: one for one in jobs}


def scan_queue() -> pb.Queue:
    """A queue with one worker, and rings that a consumer took which is none."""
    bell = pb.Bell(
        stream_length=7, pending=[pb.PendingRings(consumer="w-1", rings=1), pb.PendingRings(consumer="gone", rings=2)]
    )
    worker = pb.Worker(id="w-1", place="here:1", seen_time=Timestamp(seconds=5), running=3)
    return pb.Queue(
        name="resolver/queues/scan",
        waiting=4,
        running=3,
        failed=1,
        oldest_age=Duration(seconds=2, nanos=500_000_000),
        throughput=12.5,
        lanes=[pb.LaneDepth(lane=pb.LANE_HIGH, waiting=4, oldest_age=Duration(seconds=2))],
        bell=bell,
        workers=[worker],
    )


async def test_list_asks_every_service_that_the_gateway_has_jobs_of(gateway: Any) -> None:
    keep(
        gateway, job(1), job(2, pb.STATE_FAILED, error=pb.JobError(error_class="ERROR_CLASS_NETWORK", message="reset"))
    )
    gateway.health.states["engager/atelier.jobs.v1.JobsService"] = 1

    outcome = await gateway.run("jobs", "list", "--json")

    found = [json.loads(line) for line in outcome.out.splitlines()]
    assert [request.parent for request in gateway.jobs.requests] == ["engager", "resolver"]
    assert [one["name"] for one in found] == [name_of(1), name_of(2)] * 2
    assert (found[1]["state"], found[1]["error"]["class"]) == ("FAILED", "NETWORK")
    assert found[0]["progress"] == {"done": 0, "total": 10}
    assert outcome.code == ExitCode.OK


async def test_list_passes_its_filters_on_and_goes_over_pages(gateway: Any) -> None:
    keep(gateway, *(job(number) for number in range(1500)))

    filters = ("--state", "failed", "--state", "running", "--kind", "scan", "--owner", "ash", "--min-age", "5m")
    outcome = await gateway.run("jobs", "list", "resolver", *filters, "--json")

    first, second = gateway.jobs.requests
    assert len(outcome.out.splitlines()) == 1500
    assert (list(first.states), first.kind, first.owner) == ([pb.STATE_FAILED, pb.STATE_RUNNING], "scan", "ash")
    assert first.min_age.seconds == 300
    assert second.page_token == "1000"


async def test_a_list_for_people_says_how_many(gateway: Any) -> None:
    keep(gateway, job(1, done=3, error=pb.JobError(error_class="ERROR_CLASS_UNKNOWN", message="\x1b[2Jbad")))

    outcome = await gateway.run("jobs", "list", "resolver")

    assert name_of(1) in outcome.out
    assert "3/10" in outcome.out
    assert "\x1b" not in outcome.out
    assert outcome.err == "1 job.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "Resolver!"],
        ["list", "--min-age", "soon"],
        ["list", "--state", "lost"],
        ["retry"],
        ["watch", "Res olver"],
    ],
)
async def test_wrong_usage_ends_with_code_2(gateway: Any, arguments: list[str]) -> None:
    assert (await gateway.run("jobs", *arguments)).code == ExitCode.USAGE


async def test_a_gateway_without_jobs_says_so(gateway: Any) -> None:
    gateway.health.states = {"gateway": 1}

    outcome = await gateway.run("jobs", "stats")

    assert "knows no service that has jobs" in outcome.err
    assert outcome.code == ExitCode.PROTOCOL


async def test_cancel_and_retry_show_the_job_as_it_is_then(gateway: Any) -> None:
    keep(gateway, job(1))

    cancelled = await gateway.run("jobs", "cancel", name_of(1), "--json")
    retried = await gateway.run("jobs", "retry", name_of(1), "--json")

    assert json.loads(cancelled.out)["state"] == "CANCELLED"
    assert json.loads(retried.out)["state"] == "QUEUED"


async def test_one_job_that_is_refused_stops_none_of_the_others(gateway: Any) -> None:
    keep(gateway, job(1, pb.STATE_SUCCEEDED), job(2))

    outcome = await gateway.run("jobs", "cancel", name_of(1), MISSING, name_of(2), "--json")

    assert [json.loads(line)["name"] for line in outcome.out.splitlines()] == [name_of(2)]
    assert f"{name_of(1)}: {name_of(1)} has SUCCEEDED already; nothing was changed." in outcome.err
    assert f"{MISSING}: There is no job" in outcome.err
    assert outcome.code == ExitCode.ITEMS


async def test_the_only_job_that_is_refused_has_the_code_of_its_error(gateway: Any) -> None:
    keep(gateway, job(1, pb.STATE_SUCCEEDED))

    ended = await gateway.run("jobs", "cancel", name_of(1))
    missing = await gateway.run("jobs", "retry", MISSING)

    assert (ended.code, missing.code) == (ExitCode.DATA, ExitCode.NOT_FOUND)


async def test_watching_named_jobs_gives_a_line_a_change_and_ends_with_them(gateway: Any) -> None:
    gateway.jobs.streams = [
        [[job(1), job(2)], [job(1, done=5), job(2)], [job(1, pb.STATE_SUCCEEDED)], [job(2, pb.STATE_FAILED)]]
    ]

    outcome = await gateway.run("jobs", "watch", name_of(1), name_of(2), "--strict", "--json")

    found = [json.loads(line) for line in outcome.out.splitlines()]
    assert [(one["name"][-1], one["state"], one["progress"]["done"]) for one in found] == [
        ("1", "RUNNING", 0),
        ("2", "RUNNING", 0),
        ("1", "RUNNING", 5),
        ("1", "SUCCEEDED", 0),
        ("2", "FAILED", 0),
    ]
    [request] = gateway.jobs.requests
    assert (request.parent, list(request.names)) == ("resolver", [name_of(1), name_of(2)])
    assert outcome.code == ExitCode.ITEMS


async def test_without_a_terminal_a_change_is_a_plain_line(gateway: Any) -> None:
    gateway.jobs.streams = [[[job(1, done=3)], [job(1, pb.STATE_SUCCEEDED, done=10)]]]

    outcome = await gateway.run("jobs", "watch", name_of(1))

    assert outcome.out.splitlines() == [
        f"{name_of(1)}  scan  RUNNING  3/10",
        f"{name_of(1)}  scan  SUCCEEDED  10/10",
    ]
    assert outcome.code == ExitCode.OK


async def test_watching_goes_on_where_the_stream_broke_and_says_so_once(gateway: Any) -> None:
    gateway.jobs.streams = [[[job(1)], LOST], [LOST], [[job(1)], []], [[job(1, pb.STATE_SUCCEEDED)]]]

    outcome = await gateway.run("jobs", "watch", name_of(1))

    assert [line.split("  ")[2] for line in outcome.out.splitlines()] == ["RUNNING", "SUCCEEDED"]
    assert outcome.err == "The connection was lost; watching goes on when it is back.\n"
    assert outcome.code == ExitCode.OK


async def test_watching_all_jobs_finds_out_what_ended_while_the_stream_was_broken(gateway: Any) -> None:
    keep(gateway, job(1, pb.STATE_SUCCEEDED))
    refused = PermissionDenied("The token was withdrawn.")
    gateway.jobs.streams = [[[job(1), job(2)], LOST], [[job(2)], refused]]

    outcome = await gateway.run("jobs", "watch", "resolver", "--json")

    found = [json.loads(line) for line in outcome.out.splitlines()]
    assert [(one["name"][-1], one["state"]) for one in found] == [
        ("1", "RUNNING"),
        ("2", "RUNNING"),
        ("1", "SUCCEEDED"),
    ]


async def test_a_service_that_was_never_there_is_not_waited_for(gateway: Any) -> None:
    gateway.jobs.streams = [[LOST]]

    outcome = await gateway.run("jobs", "watch", "resolver")

    assert outcome.code == ExitCode.UNAVAILABLE
    assert outcome.err.startswith("The service is leaving")


async def test_pause_and_resume_show_the_queue(gateway: Any) -> None:
    gateway.jobs.queues = [scan_queue()]

    paused = await gateway.run("jobs", "pause", "resolver/queues/scan", "--json")
    resumed = await gateway.run("jobs", "resume", "resolver/queues/scan", "--json")

    assert [json.loads(one.out)["paused"] for one in (paused, resumed)] == [True, False]


async def test_stats_have_every_count_and_who_holds_rings(gateway: Any) -> None:
    gateway.jobs.queues = [scan_queue()]

    lines = await gateway.run("jobs", "stats", "--json")
    table = await gateway.run("jobs", "stats")

    found = json.loads(lines.out)
    assert (found["waiting"], found["running"], found["oldest_age_seconds"]) == (4, 3, 2.5)
    assert found["bell"] == {"stream_length": 7, "pending": {"w-1": 1, "gone": 2}}
    assert found["workers"][0]["seen_time"] == "1970-01-01T00:00:05Z"
    assert "here:1" in table.out
    assert "gone" in table.out


async def test_stats_without_redis_and_of_a_stuck_queue_say_so(gateway: Any) -> None:
    stuck = scan_queue()
    stuck.ClearField("bell")
    stuck.stuck = True
    stuck.held_keys.add(key="account-1", error=pb.JobError(error_class="ERROR_CLASS_AUTH", message="401"))
    gateway.jobs.queues = [stuck]

    lines = await gateway.run("jobs", "stats", "--json")
    table = await gateway.run("jobs", "stats")

    assert json.loads(lines.out)["bell"] is None
    assert "no Redis" in table.out
    assert "account-1" in table.out
    assert "Stuck: resolver/queues/scan" in table.err
