"""JobsService, which every service answers for its own jobs: the name in a request says who is asked."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from atelier.jobs.v1 import jobs_service_pb2 as pb
from google.rpc import error_details_pb2
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_reflection.v1alpha import reflection_pb2

from tests.integration.gateway.rig import Gateway, StandIn, envelope, envelopes, info, post, run_gateway, within
from tests.integration.gateway.test_absence import JOBS, health_list, watch
from tests.integration.gateway.test_access import details

GET, LIST, WATCH, PAUSE = (f"/{JOBS}/{name}" for name in ("GetJob", "ListJobs", "WatchJobs", "PauseQueue"))
NEW = f"/{JOBS}/InventedTomorrow"
ID = "0190a0b0-0000-7000-8000-000000000001"
SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING
JSON_STREAM = {"content-type": "application/connect+json"}


@dataclass(frozen=True)
class Pair:
    """A gateway before two services."""

    gateway: Gateway
    resolver: StandIn
    generator: StandIn

    async def call(self, method: str, request: Any) -> Any:
        return await self.gateway.channel.unary_unary(method)(
            request.SerializeToString(), metadata=(self.gateway.authorization,)
        )


@pytest.fixture
async def pair(secret_file: Path) -> AsyncIterator[Pair]:
    resolver, generator = StandIn([JOBS]), StandIn([JOBS])
    for name, one in (("resolver", resolver), ("generator", generator)):
        await one.start()
        answer_as(one, name)
    address = f"127.0.0.1:{generator.port}"
    async with run_gateway(secret_file, resolver.port, generator_address=address) as running:
        yield Pair(running, resolver, generator)
    await resolver.stop()
    await generator.stop()


def answer_as(stand_in: StandIn, name: str) -> None:
    """Let it answer every method so that one sees who answered, and what was asked."""

    async def get(request: bytes, context: Any) -> bytes:
        asked = pb.GetJobRequest.FromString(request)
        return pb.GetJobResponse(job=pb.Job(name=asked.name, kind=name)).SerializeToString()

    async def watch_jobs(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for request in requests:
            asked = pb.WatchJobsRequest.FromString(request)
            for job in asked.names:
                yield pb.WatchJobsResponse(jobs=[pb.Job(name=job, kind=name)]).SerializeToString()

    async def echo(request: bytes, context: Any) -> bytes:
        return name.encode() + b" " + request

    stand_in.unary(GET, get)
    stand_in.stream(WATCH, watch_jobs)
    stand_in.unary(LIST, echo)
    stand_in.unary(NEW, echo)


@pytest.mark.parametrize("service", ["resolver", "generator"])
async def test_a_name_leads_to_its_service(pair: Pair, service: str) -> None:
    name = f"{service}/jobs/{ID}"

    by_grpc = pb.GetJobResponse.FromString(await pair.call(GET, pb.GetJobRequest(name=name)))
    by_http = await post(pair.gateway, GET, {"name": name})

    assert (by_grpc.job.name, by_grpc.job.kind) == (name, service)
    assert (by_http.json()["job"]["name"], by_http.json()["job"]["kind"]) == (name, service)


@pytest.mark.parametrize("service", ["resolver", "generator"])
async def test_a_stream_goes_to_the_service_of_its_parent(pair: Pair, service: str) -> None:
    request = pb.WatchJobsRequest(parent=service, names=["a", "b"])
    call = pair.gateway.channel.unary_stream(WATCH)

    by_grpc = [
        pb.WatchJobsResponse.FromString(one)
        async for one in call(request.SerializeToString(), metadata=(pair.gateway.authorization,))
    ]
    body = envelope(json.dumps({"parent": service, "names": ["a", "b"]}).encode())
    by_http = await post(pair.gateway, WATCH, body, **JSON_STREAM)

    *messages, _ = envelopes(by_http.content)
    assert [(one.jobs[0].name, one.jobs[0].kind) for one in by_grpc] == [("a", service), ("b", service)]
    assert [json.loads(one)["jobs"][0]["kind"] for _, one in messages] == [service, service]


@pytest.mark.parametrize("method", [LIST, NEW])
async def test_the_bytes_pass_unchanged_and_fields_that_nobody_knows_do_no_harm(pair: Pair, method: str) -> None:
    unknown = b"\xfa\x7f\x02hi"  # field 2047
    request = unknown + pb.ListJobsRequest(parent="generator", kind="é", page_size=7).SerializeToString() + unknown

    answer = await pair.gateway.channel.unary_unary(method)(request, metadata=(pair.gateway.authorization,))

    assert answer == b"generator " + request


@pytest.mark.parametrize("name", ["", "/jobs/1", "Resolver/jobs/1", "resolver jobs", "ré/jobs/1", "x" * 33])
@pytest.mark.parametrize(
    ("method", "field"), [(GET, "name"), (LIST, "parent"), (WATCH, "parent"), (PAUSE, "name"), (NEW, "name")]
)
async def test_a_name_that_is_not_built_so_is_refused_by_its_field(
    pair: Pair, method: str, field: str, name: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await pair.call(method, pb.GetJobRequest(name=name))

    about, bad = details(failure.value, error_details_pb2.ErrorInfo, error_details_pb2.BadRequest)
    assert failure.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (about.reason, about.domain) == ("INVALID_REQUEST", "gateway.atelier")
    assert [one.field for one in bad.field_violations] == [field]


@pytest.mark.parametrize("request_bytes", [b"\x0a\x02\xff\xff", b"\x0a\x09res", b"\xff\xff"])
async def test_a_request_that_is_no_message_is_refused(pair: Pair, request_bytes: bytes) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await pair.gateway.channel.unary_unary(GET)(request_bytes, metadata=(pair.gateway.authorization,))

    [bad] = details(failure.value, error_details_pb2.BadRequest)
    assert failure.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert [one.field for one in bad.field_violations] == ["name"]


async def test_a_stream_without_a_message_is_refused(pair: Pair) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await pair.gateway.channel.stream_unary(WATCH)(iter([]), metadata=(pair.gateway.authorization,))

    assert failure.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("method", [GET, WATCH])
async def test_a_service_that_nobody_configured_is_not_found(pair: Pair, method: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await pair.call(method, pb.GetJobRequest(name="nobody/jobs/1"))

    [about] = details(failure.value, error_details_pb2.ErrorInfo)
    assert failure.value.code() is grpc.StatusCode.NOT_FOUND
    assert (about.reason, about.metadata["service"]) == ("UNKNOWN_SERVICE", "nobody")
    assert "generator, resolver" in (failure.value.details() or "")


async def test_over_http_the_same_mistakes_are_told_alike(pair: Pair) -> None:
    misbuilt = await post(pair.gateway, GET, {"name": "Nobody!"})
    unknown = await post(pair.gateway, GET, {"name": f"nobody/jobs/{ID}"})
    stream = await post(pair.gateway, WATCH, envelope(b'{"parent": "nobody"}'), **JSON_STREAM)

    [(_, end)] = envelopes(stream.content)
    assert (misbuilt.status_code, info(misbuilt)["reason"]) == (400, "INVALID_REQUEST")
    assert misbuilt.json()["message"].startswith("name: ")
    assert (unknown.status_code, info(unknown)["reason"]) == (404, "UNKNOWN_SERVICE")
    assert json.loads(end)["error"]["code"] == "not_found"


@pytest.mark.parametrize("method", [GET, WATCH])
async def test_a_service_that_is_down_fails_its_own_names_only(pair: Pair, method: str) -> None:
    await pair.resolver.stop()

    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await pair.call(method, pb.GetJobRequest(name="resolver"))
    by_http = await post(pair.gateway, GET, {"name": f"resolver/jobs/{ID}"})
    other = pb.GetJobResponse.FromString(await pair.call(GET, pb.GetJobRequest(name="generator")))

    [about] = details(failure.value, error_details_pb2.ErrorInfo)
    assert failure.value.code() is grpc.StatusCode.UNAVAILABLE
    assert (about.reason, about.metadata["service"]) == ("SERVICE_UNAVAILABLE", "resolver")
    assert by_http.status_code == 503
    assert other.job.kind == "generator"


async def test_its_health_is_that_of_all_who_answer_it_and_each_has_its_own(pair: Pair) -> None:
    states = watch(pair.gateway, JOBS)
    before, listed_before = await within(5, anext(states)), await health_list(pair.gateway)

    pair.resolver.lost.add("postgres")
    during, listed_during = await within(5, anext(states)), await health_list(pair.gateway)
    pair.resolver.lost.clear()
    after = await within(5, anext(states))

    names = [JOBS, f"resolver/{JOBS}", f"generator/{JOBS}"]
    assert (before, during, after) == (SERVING, NOT_SERVING, SERVING)
    assert [listed_before[name] for name in names] == [SERVING, SERVING, SERVING]
    assert [listed_during[name] for name in names] == [NOT_SERVING, NOT_SERVING, SERVING]


async def test_reflection_lists_it_once(pair: Pair) -> None:
    call = pair.gateway.channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
    asked = [reflection_pb2.ServerReflectionRequest(list_services="").SerializeToString()]

    [answer] = [one async for one in call(iter(asked), metadata=(pair.gateway.authorization,))]

    listed = reflection_pb2.ServerReflectionResponse.FromString(answer).list_services_response.service
    assert [one.name for one in listed].count(JOBS) == 1
