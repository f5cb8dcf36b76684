"""Each RPC of the jobs: what it gives, who may call it, and what it says to each kind of bad request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
import structlog
from atelier.jobs.v1 import jobs_service_pb2 as pb
from atelier.jobs.v1.jobs_service_pb2_grpc import JobsServiceStub, add_JobsServiceServicer_to_server
from google.protobuf.duration_pb2 import Duration
from opentelemetry.metrics import Meter

from chassis.auth import Role, sign_token
from chassis.client import open_channel, token_interceptors
from chassis.health import Health
from chassis.postgres import Database
from chassis.server import GrpcServer, Service
from chassis.telemetry import Telemetry
from jobs.job import Lane, NewJob
from jobs.kinds import Kind
from jobs.servicer import ROLES, SERVICE_NAME, JobsServicer
from tests.conftest import Schema
from tests.contract.conftest import SECRET, refusal
from tests.integration.jobs.rig import Rig, RigSettings, open_rig, settings

DOMAIN = "mill.atelier"
INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND
DENIED = grpc.StatusCode.PERMISSION_DENIED
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
METHODS = [method.name for method in pb.DESCRIPTOR.services_by_name["JobsService"].methods]
TOIL = "mill/queues/toil"


@dataclass(frozen=True)
class Mill:
    """A server whose only service is that of its jobs."""

    address: str
    rig: Rig
    server: GrpcServer

    @asynccontextmanager
    async def called_by(self, subject: str, role: Role = Role.USER) -> AsyncIterator[JobsServiceStub]:
        """A caller's stub."""
        token = sign_token(SECRET, subject=subject, role=role, lifetime=timedelta(hours=1))
        async with open_channel(self.address, interceptors=token_interceptors(token)) as channel:
            yield JobsServiceStub(channel)


@pytest.fixture
async def mill(
    database: Database, schema: Schema, tmp_path: Path, meter: Meter, log: structlog.stdlib.BoundLogger
) -> AsyncIterator[Mill]:
    secret_file = tmp_path / "jwt"
    secret_file.write_text(SECRET)
    kinds = [Kind(name="toil"), Kind(name="idle")]
    alone = settings(None)
    async with open_rig(database, kinds=kinds, prefix=schema.name, settings=alone, meter=meter, log=log) as rig:
        servicer = JobsServicer(names=rig.names, operating=rig.operating, watching=rig.watching, queues=rig.queues)
        health = Health(services=[SERVICE_NAME], dependencies=[], interval_seconds=1, log=log)
        server = GrpcServer(
            settings=RigSettings(grace_seconds=5, jwt_secret_file=secret_file),
            domain=DOMAIN,
            services=[Service(SERVICE_NAME, add_JobsServiceServicer_to_server, servicer, ROLES)],
            health=health,
            telemetry=Telemetry(service="mill", replica=0, metrics_port=0, otlp_endpoint=None),
            log=log,
        )
        await health.start()
        await server.start()
        yield Mill(f"127.0.0.1:{server.port}", rig, server)
        await rig.watching.stop()
        await server.stop()


@pytest.fixture
async def stub(mill: Mill) -> AsyncIterator[JobsServiceStub]:
    """The stub of a user, ann."""
    async with mill.called_by("ann") as stub:
        yield stub


@pytest.fixture
async def operator(mill: Mill) -> AsyncIterator[JobsServiceStub]:
    """An operator's stub."""
    async with mill.called_by("ops", Role.OPERATOR) as stub:
        yield stub


def toil(owner: str = "ann", **details: Any) -> NewJob:
    return NewJob(kind="toil", owner=owner, **details)


def request_of(method: str, name: str) -> Any:
    """A request about one job."""
    return getattr(pb, f"{method}Request")(name=name)


async def test_get_job_tells_all_there_is_to_know(mill: Mill, stub: JobsServiceStub) -> None:
    (name,) = await mill.rig.enqueue(toil(lane=Lane.HIGH, idempotency_key="once", concurrency_key="k"))
    fresh = (await stub.GetJob(pb.GetJobRequest(name=name))).job
    worker = uuid4()
    await mill.rig.claim("toil", worker_id=worker)
    running = (await stub.GetJob(pb.GetJobRequest(name=name))).job
    await mill.rig.end(name, "FAILED", "AUTH")

    failed = (await stub.GetJob(pb.GetJobRequest(name=name))).job

    assert (fresh.name, fresh.kind, fresh.owner, fresh.state, fresh.lane) == (
        name,
        "toil",
        "ann",
        pb.STATE_QUEUED,
        pb.LANE_HIGH,
    )
    assert (fresh.idempotency_key, fresh.concurrency_key, fresh.attempt, fresh.max_attempts) == ("once", "k", 0, 5)
    assert [fresh.HasField(name) for name in ("create_time", "run_time", "progress")] == [True] * 3
    assert not any(fresh.HasField(name) for name in ("error", "deadline", "start_time", "end_time"))
    assert (running.state, running.attempt, running.worker) == (pb.STATE_RUNNING, 1, str(worker))
    assert running.HasField("start_time")
    assert (failed.state, failed.error.error_class) == (pb.STATE_FAILED, pb.ERROR_CLASS_AUTH)
    assert failed.error.message
    assert failed.error.HasField("error_time")
    assert failed.HasField("end_time")
    assert failed.worker == ""


@pytest.mark.parametrize("method", ["GetJob", "CancelJob", "RetryJob"])
async def test_a_job_that_isn_t_there_is_not_found_and_named(stub: JobsServiceStub, mill: Mill, method: str) -> None:
    (theirs,) = await mill.rig.enqueue(toil("bob"))

    for name in (theirs, f"mill/jobs/{uuid4()}", f"other/jobs/{uuid4()}"):
        error = await refusal(getattr(stub, method)(request_of(method, name)))
        assert (error.code, error.reason, error.domain) == (NOT_FOUND, "JOB_NOT_FOUND", DOMAIN)
        assert name in error.message


@pytest.mark.parametrize("method", ["GetJob", "CancelJob", "RetryJob"])
async def test_a_name_that_is_none_is_refused(stub: JobsServiceStub, method: str) -> None:
    names = ["", "mill", "mill/jobs/", "mill/jobs/7", "mill/queues/toil", f"MILL/jobs/{UUID(int=7)}"]

    errors = [await refusal(getattr(stub, method)(request_of(method, name))) for name in names]

    assert [(error.code, error.fields) for error in errors] == [(INVALID, ["name"])] * len(names)


async def test_list_jobs_pages_through_the_newest_first(mill: Mill, stub: JobsServiceStub) -> None:
    names = await mill.rig.enqueue(toil(), toil("bob"), toil(), toil())

    first = await stub.ListJobs(pb.ListJobsRequest(parent="mill", page_size=2))
    second = await stub.ListJobs(pb.ListJobsRequest(parent="mill", page_size=2, page_token=first.next_page_token))

    assert [job.name for job in (*first.jobs, *second.jobs)] == [names[3], names[2], names[0]]
    assert second.next_page_token == ""


async def test_list_jobs_names_the_field_that_is_wrong(stub: JobsServiceStub) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"parent": ""}, "parent"),
        ({"states": [0]}, "states[0]"),
        ({"states": [1, 1]}, "states"),
        ({"states": [99]}, "states[0]"),
        ({"kind": "a\0"}, "kind"),
        ({"owner": "o" * 201}, "owner"),
        ({"min_age": Duration(seconds=-1)}, "min_age"),
        ({"page_size": 1001}, "page_size"),
        ({"page_size": -1}, "page_size"),
        ({"page_token": "rubbish"}, "page_token"),
    ]

    errors = [await refusal(stub.ListJobs(pb.ListJobsRequest(**({"parent": "mill"} | one)))) for one, _ in wrong]

    assert [(error.code, error.fields) for error in errors] == [(INVALID, [field]) for _, field in wrong]


async def test_the_longest_age_that_can_be_asked_for_matches_nothing(mill: Mill, stub: JobsServiceStub) -> None:
    await mill.rig.enqueue(toil())

    answer = await stub.ListJobs(pb.ListJobsRequest(parent="mill", min_age=Duration(seconds=315_576_000_000)))

    assert list(answer.jobs) == []


async def test_a_user_may_not_ask_for_another_s_jobs_and_operators_may(
    mill: Mill, stub: JobsServiceStub, operator: JobsServiceStub
) -> None:
    (name,) = await mill.rig.enqueue(toil("bob"))

    listed = await refusal(stub.ListJobs(pb.ListJobsRequest(parent="mill", owner="bob")))
    watched = await refusal(stub.WatchJobs(pb.WatchJobsRequest(parent="mill", owner="bob")).read())
    answer = await operator.ListJobs(pb.ListJobsRequest(parent="mill", owner="bob"))

    assert [(error.code, error.reason) for error in (listed, watched)] == [(DENIED, "OWNER_NOT_ALLOWED")] * 2
    assert "owner" in listed.message
    assert [job.name for job in answer.jobs] == [name]


@pytest.mark.parametrize("method", ["ListJobs", "ListQueues", "WatchJobs"])
async def test_another_service_s_jobs_are_not_here(operator: JobsServiceStub, method: str) -> None:
    call = getattr(operator, method)(getattr(pb, f"{method}Request")(parent="other"))

    error = await refusal(call.read() if method == "WatchJobs" else call)

    assert (error.code, error.reason) == (NOT_FOUND, "SERVICE_NOT_FOUND")


async def test_watch_jobs_ends_when_all_that_were_named_have_ended(mill: Mill, stub: JobsServiceStub) -> None:
    first, second = await mill.rig.enqueue(toil(), toil())
    seen: list[list[tuple[str, Any]]] = []

    async with asyncio.timeout(20):
        async for message in stub.WatchJobs(pb.WatchJobsRequest(parent="mill", names=[first, second])):
            seen.append([(job.name, job.state) for job in message.jobs])
            if len(seen) == 1:
                await mill.rig.end(first, "SUCCEEDED")
                await mill.rig.end(second, "SUCCEEDED")

    assert seen[0] == [(first, pb.STATE_QUEUED), (second, pb.STATE_QUEUED)]
    ends = [pair for pairs in seen[1:] for pair in pairs]
    assert sorted(ends) == [(first, pb.STATE_SUCCEEDED), (second, pb.STATE_SUCCEEDED)]


async def test_watch_jobs_without_names_goes_on_until_the_caller_leaves(mill: Mill, stub: JobsServiceStub) -> None:
    async with asyncio.timeout(20):
        watch = stub.WatchJobs(pb.WatchJobsRequest(parent="mill"))
        before = await watch.read()
        (name,) = await mill.rig.enqueue(toil())
        new = await watch.read()
        watch.cancel()

    assert list(before.jobs) == []
    assert [(job.name, job.state) for job in new.jobs] == [(name, pb.STATE_QUEUED)]


async def test_watch_jobs_names_the_field_that_is_wrong(stub: JobsServiceStub) -> None:
    one, many = f"mill/jobs/{UUID(int=7)}", [f"mill/jobs/{UUID(int=number)}" for number in range(1001)]
    wrong = [(["rubbish"], "names[0]"), ([one, one], "names"), (many, "names")]

    errors = [
        await refusal(stub.WatchJobs(pb.WatchJobsRequest(parent="mill", names=names)).read()) for names, _ in wrong
    ]

    assert [(error.code, error.fields) for error in errors] == [(INVALID, [field]) for _, field in wrong]


async def test_watch_jobs_names_the_job_that_isn_t_there(mill: Mill, stub: JobsServiceStub) -> None:
    mine, theirs = await mill.rig.enqueue(toil(), toil("bob"))

    error = await refusal(stub.WatchJobs(pb.WatchJobsRequest(parent="mill", names=[mine, theirs])).read())

    assert (error.code, error.reason) == (NOT_FOUND, "JOB_NOT_FOUND")
    assert theirs in error.message


async def test_watchers_are_told_when_the_process_leaves(mill: Mill, stub: JobsServiceStub) -> None:
    async with asyncio.timeout(20):
        watch = stub.WatchJobs(pb.WatchJobsRequest(parent="mill"))
        await watch.read()
        await mill.rig.watching.stop()
        error = await refusal(watch.read())
        loop = asyncio.get_running_loop()
        began = loop.time()
        await mill.server.stop()

    assert (error.code, error.reason, error.retry_seconds) == (grpc.StatusCode.UNAVAILABLE, "LEAVING", 0.5)
    assert loop.time() - began < 2


async def test_a_job_is_cancelled_and_tried_again(mill: Mill, stub: JobsServiceStub) -> None:
    (name,) = await mill.rig.enqueue(toil())

    cancelled = (await stub.CancelJob(pb.CancelJobRequest(name=name))).job
    again = (await stub.CancelJob(pb.CancelJobRequest(name=name))).job
    queued = (await stub.RetryJob(pb.RetryJobRequest(name=name))).job
    await mill.rig.claim("toil")
    running = (await stub.CancelJob(pb.CancelJobRequest(name=name))).job

    assert (cancelled.state, again, queued.state) == (pb.STATE_CANCELLED, cancelled, pb.STATE_QUEUED)
    assert (running.state, running.cancel_requested) == (pb.STATE_RUNNING, True)


async def test_steering_a_job_in_the_wrong_state_is_a_failed_precondition(mill: Mill, stub: JobsServiceStub) -> None:
    waiting, done = await mill.rig.enqueue(toil(), toil())
    await mill.rig.end(done, "SUCCEEDED")

    retried = await refusal(stub.RetryJob(pb.RetryJobRequest(name=waiting)))
    cancelled = await refusal(stub.CancelJob(pb.CancelJobRequest(name=done)))

    assert (retried.code, retried.reason) == (PRECONDITION, "JOB_NOT_RETRYABLE")
    assert "QUEUED" in retried.message
    assert (cancelled.code, cancelled.reason) == (PRECONDITION, "JOB_ENDED")


async def test_a_queue_tells_all_there_is_to_know(mill: Mill, operator: JobsServiceStub) -> None:
    worker = uuid4()
    await mill.rig.sign(worker, "toil")
    names = await mill.rig.enqueue(*[toil() for _ in range(4)], toil(lane=Lane.LOW))
    for name, state in zip(names, ("SUCCEEDED", "FAILED", "CANCELLED"), strict=False):
        await mill.rig.end(name, state, "INVALID" if state == "FAILED" else None)
    await mill.rig.claim("toil", worker_id=worker)
    await mill.rig.execute(
        "INSERT INTO held_keys (kind, concurrency_key, error_class, error_message) VALUES ('toil', 'k', 'AUTH', 'No.')"
    )

    queue = (await operator.GetQueue(pb.GetQueueRequest(name=TOIL))).queue

    assert (queue.name, queue.paused, queue.stuck) == (TOIL, False, False)
    assert (queue.waiting, queue.scheduled, queue.running) == (1, 0, 1)
    assert (queue.done, queue.failed, queue.cancelled) == (1, 1, 1)
    assert [(lane.lane, lane.waiting) for lane in queue.lanes] == [(pb.LANE_LOW, 1)]
    assert queue.HasField("oldest_age")
    assert queue.throughput == pytest.approx(3 / 60)
    assert not queue.HasField("bell")
    assert [(held.key, held.error.error_class, held.error.message) for held in queue.held_keys] == [
        ("k", pb.ERROR_CLASS_AUTH, "No.")
    ]
    assert [(one.id, one.place, one.running, one.lost) for one in queue.workers] == [(str(worker), "here:1", 1, False)]


async def test_an_empty_queue_has_no_oldest_job(operator: JobsServiceStub) -> None:
    queues = (await operator.ListQueues(pb.ListQueuesRequest(parent="mill"))).queues

    assert [queue.name for queue in queues] == ["mill/queues/idle", TOIL]
    assert not any(queue.HasField("oldest_age") for queue in queues)


async def test_a_queue_is_paused_and_resumed(operator: JobsServiceStub) -> None:
    paused = (await operator.PauseQueue(pb.PauseQueueRequest(name=TOIL))).queue
    again = (await operator.PauseQueue(pb.PauseQueueRequest(name=TOIL))).queue
    resumed = (await operator.ResumeQueue(pb.ResumeQueueRequest(name=TOIL))).queue

    assert (paused.paused, again.paused, resumed.paused) == (True, True, False)


@pytest.mark.parametrize("method", ["GetQueue", "PauseQueue", "ResumeQueue"])
async def test_a_queue_that_isn_t_there_is_not_found_and_a_name_that_is_none_refused(
    operator: JobsServiceStub, method: str
) -> None:
    missing = [
        await refusal(getattr(operator, method)(request_of(method, name)))
        for name in ("mill/queues/nothing", "other/queues/toil")
    ]
    bad = await refusal(getattr(operator, method)(request_of(method, "mill/queues/Toil")))

    assert [(error.code, error.reason) for error in missing] == [(NOT_FOUND, "QUEUE_NOT_FOUND")] * 2
    assert (bad.code, bad.fields) == (INVALID, ["name"])


@pytest.mark.parametrize("role", Role)
async def test_who_may_call_what(mill: Mill, role: Role) -> None:
    steering = set() if role is Role.OPERATOR else {"PauseQueue", "ResumeQueue"}
    refused = steering | ({"GetQueue", "ListQueues"} if role is Role.USER else set())
    codes: dict[str, grpc.StatusCode] = {}

    async with mill.called_by("somebody", role) as stub:
        for method in METHODS:
            call = getattr(stub, method)(getattr(pb, f"{method}Request")())
            codes[method] = (await refusal(call.read() if method == "WatchJobs" else call)).code

    assert codes == {method: DENIED if method in refused else INVALID for method in METHODS}
