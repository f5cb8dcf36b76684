"""What an operator sees of a real resolver: its metrics, its traces and its log, and what nobody sees."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
import grpc
import pytest
from atelier.resolver.v1 import card_pb2
from atelier.resolver.v1 import resolver_service_pb2 as pb
from grpc.aio import AioRpcError
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.trace.v1 import trace_pb2

from chassis.auth import Role, sign_token
from chassis.client import open_channel, token_interceptors
from chassis.telemetry import Telemetry
from tests.conftest import Servers
from tests.integration.chassis.conftest import Launch, ServiceProcess, calling, free_port, listening

RESOLVER = ("-m", "services.resolver")
METHOD = "/atelier.resolver.v1.ResolverService/ResolveCards"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
PARENT_ID = "b7ad6b7169203331"
TRACEPARENT = (("traceparent", f"00-{TRACE_ID}-{PARENT_ID}-01"),)


@dataclass
class Collector(trace_service_pb2_grpc.TraceServiceServicer, metrics_service_pb2_grpc.MetricsServiceServicer):
    """An OTLP collector over gRPC that keeps all it is sent."""

    requests: list[Any] = field(default_factory=list)
    address: str = ""

    async def Export(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        if isinstance(request, trace_service_pb2.ExportTraceServiceRequest):
            return trace_service_pb2.ExportTraceServiceResponse()
        return metrics_service_pb2.ExportMetricsServiceResponse()

    @property
    def spans(self) -> list[trace_pb2.Span]:
        """Every span, of whatever process."""
        return [
            span
            for request in self.requests
            if isinstance(request, trace_service_pb2.ExportTraceServiceRequest)
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    """A running collector."""
    collector = Collector()
    server = grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(collector, server)
    collector.address = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    yield collector
    await server.stop(0)


def resolve(*external_ids: str) -> pb.ResolveCardsRequest:
    return pb.ResolveCardsRequest(items=[{"source": "s", "external_id": external_id} for external_id in external_ids])


async def metrics(port: int) -> str:
    """What Prometheus is shown."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics HTTP/1.0\r\n\r\n")
    text = (await reader.read()).decode()
    writer.close()
    return text


def sample(text: str, name: str, **labels: str) -> float:
    """The value of one time series."""
    for found in re.finditer(rf"^{name}{{(.*)}} (\S+)$", text, re.MULTILINE):
        if all(f'{label}="{value}"' in found[1] for label, value in labels.items()):
            return float(found[2])
    pytest.fail(f"{name} {labels} is not in:\n{text}")


async def test_prometheus_sees_call_durations_transaction_retries_and_how_resolutions_ended(
    launch: Launch, environment: dict[str, str], servers: Servers
) -> None:
    schema = environment["ATELIER_RESOLVER_SCHEMA_NAME"]
    port = free_port()
    # The first write of a gap fails as the loser of a conflict does; a sequence isn't rolled back.
    await servers.execute(f"""
        CREATE SEQUENCE {schema}.conflicts;
        GRANT USAGE ON SEQUENCE {schema}.conflicts TO resolver;
        CREATE FUNCTION {schema}.conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('{schema}.conflicts') = 1 THEN RAISE serialization_failure; END IF; RETURN NEW;
        END $$;
        CREATE TRIGGER conflict BEFORE INSERT ON {schema}.gaps FOR EACH ROW EXECUTE FUNCTION {schema}.conflict();
    """)
    process = await launch(*RESOLVER, "serve", **(environment | {"ATELIER_RESOLVER_METRICS_PORT": str(port)}))

    async with calling(await listening(process)) as stub:
        await stub.ResolveCards(resolve("a", "b"))
        with pytest.raises(AioRpcError):
            await stub.ResolveCards(pb.ResolveCardsRequest())
    text = await metrics(port)

    assert sample(text, "rpc_server_duration_seconds_count", method=METHOD, code="OK") == 1
    assert sample(text, "rpc_server_duration_seconds_count", method=METHOD, code="INVALID_ARGUMENT") == 1
    assert 0 < sample(text, "rpc_server_duration_seconds_sum", method=METHOD, code="OK") < 10
    assert sample(text, "atelier_transaction_retries_total", schema=schema, sqlstate="40001") == 1
    assert sample(text, "resolver_resolutions_total", outcome="NOT_IN_CATALOG") == 2


def attributes(span: trace_pb2.Span) -> dict[str, str]:
    return {one.key: one.value.string_value for one in span.attributes}


async def test_a_trace_goes_from_the_callers_span_through_ours_to_postgres_without_parameters(
    launch: Launch, environment: dict[str, str], collector: Collector
) -> None:
    process = await launch(*RESOLVER, "serve", **environment, ATELIER_OTLP_ENDPOINT=collector.address)
    async with calling(await listening(process)) as stub:
        await stub.ResolveCards(resolve("SENTINEL"), metadata=TRACEPARENT)

    assert await process.end() == 0  # It sends what it still holds.

    ours = [span for span in collector.spans if span.trace_id.hex() == TRACE_ID]
    (call,) = [span for span in ours if span.kind == trace_pb2.Span.SPAN_KIND_SERVER]
    queries = [span for span in ours if attributes(span).get("db.system") == "postgresql"]
    assert call.name == METHOD
    assert call.parent_span_id.hex() == PARENT_ID
    assert queries
    assert {span.parent_span_id for span in queries} == {call.span_id}
    assert any("card_keys" in attributes(span)["db.statement"] for span in queries)
    assert not any(b"SENTINEL" in request.SerializeToString() for request in collector.requests)


async def test_a_failed_call_is_found_in_the_log_by_its_trace(
    launch: Launch, environment: dict[str, str], collector: Collector
) -> None:
    process = await launch(*RESOLVER, "serve", **environment, ATELIER_OTLP_ENDPOINT=collector.address)

    async with calling(await listening(process)) as stub:
        with pytest.raises(AioRpcError):
            await stub.ResolveCards(pb.ResolveCardsRequest(), metadata=TRACEPARENT)

    (line,) = await process.logged("call")
    assert line["trace_id"] == TRACE_ID


async def test_a_collector_that_is_away_neither_fails_calls_nor_keeps_the_process_from_ending(
    launch: Launch, environment: dict[str, str]
) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    process = await launch(*RESOLVER, "serve", **environment, ATELIER_OTLP_ENDPOINT=endpoint)

    async with calling(await listening(process)) as stub:
        answer = await stub.ResolveCards(resolve("a"), metadata=TRACEPARENT)
    process.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(8):
        code = await process.process.wait()

    assert len(answer.resolutions) == 1
    assert code == 0


async def test_who_connects_to_the_metrics_and_says_nothing_keeps_nobody_else_from_them() -> None:
    port = free_port()
    telemetry = Telemetry(service="toy", replica=0, metrics_port=port, otlp_endpoint=None)
    await telemetry.start()
    _, silent = await asyncio.open_connection("127.0.0.1", port)

    async with asyncio.timeout(10):
        told = await asyncio.gather(metrics(port), metrics(port))
    silent.close()
    await telemetry.stop()

    assert all(text.startswith("HTTP/1.0 200 OK") for text in told)


async def test_stopping_telemetry_twice_is_legal_and_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    telemetry = Telemetry(service="toy", replica=0, metrics_port=free_port(), otlp_endpoint=None)
    await telemetry.start()

    await telemetry.stop()
    await telemetry.stop()

    assert caplog.records == []


# What must never be logged, each as only its place can bring it.
BAD_TOKEN = "SENTINEL-token"
PASSWORD = "SENTINEL-password"
SENTINEL = "SENTINEL"


async def do_everything(address: str, token: str) -> None:
    """Calls of every kind of end, all with secrets and payloads in them."""
    metadata = (("x-api-key", "SENTINEL-key"),)
    record = pb.CardRecord(catalog_id="SENTINEL-card", details=card_pb2.CardDetails(name="SENTINEL-name"))
    refused = pb.CardRecord(catalog_id="SENTINEL-refused")

    async def cards() -> AsyncIterator[pb.ImportCardsRequest]:
        yield pb.ImportCardsRequest(records=[record, refused])

    async with calling(address, interceptors=[]) as stub, open_channel(address) as plain:
        raw: Any = plain.unary_unary(METHOD)
        broken = resolve("SENTINEL").SerializeToString().replace(b"NEL", b"\xff\xff\xff")
        bearer = (("authorization", f"Bearer {token}"),)
        await stub.ImportCards(cards(), metadata=bearer)
        await stub.ResolveCards(resolve("SENTINEL-id", "SENTINEL-card"), metadata=(*metadata, *bearer))
        await stub.IdentifyCards(pb.IdentifyCardsRequest(queries=[{"text": {"name": "SENTINEL-scan"}}]))
        for refused_call in (
            stub.GetCard(pb.GetCardRequest(catalog_id="SENTINEL-missing")),
            stub.ResolveCards(resolve("SENTINEL" * 30)),
            stub.SearchCards(pb.SearchCardsRequest(page_token="SENTINEL-page")),
            stub.GetCoverage(pb.GetCoverageRequest(), metadata=(("authorization", f"Bearer {BAD_TOKEN}"),)),
            stub.GetCoverage(pb.GetCoverageRequest(), metadata=(("authorization", BAD_TOKEN),)),
            raw(broken, metadata=bearer),
        ):
            with pytest.raises(AioRpcError):
                await refused_call


@pytest.fixture
async def sentinel_url(servers: Servers, environment: dict[str, str]) -> AsyncIterator[str]:
    """An address whose role has a password that is easily found."""
    address = environment["ATELIER_RESOLVER_DATABASE_URL"].split("@", 1)[1]
    await servers.execute(f"CREATE ROLE sentinel LOGIN PASSWORD '{PASSWORD}' IN ROLE resolver")
    yield f"postgresql://sentinel:{PASSWORD}@{address}"
    await servers.execute("DROP ROLE sentinel")


async def test_no_line_of_the_log_at_any_level_holds_a_secret_or_a_payload(
    launch: Launch, environment: dict[str, str], servers: Servers, sentinel_url: str
) -> None:
    token = sign_token("s" * 64, subject="SENTINEL-subject", role=Role.OPERATOR, lifetime=timedelta(hours=1))
    told = environment | {"ATELIER_LOG_LEVEL": "DEBUG", "ATELIER_RESOLVER_DATABASE_URL": sentinel_url}
    process = await launch(*RESOLVER, "serve", **told)
    address = await listening(process)

    await do_everything(address, token)
    await break_off(servers, process)
    async with open_channel(address, interceptors=token_interceptors(token)) as channel:
        call: Any = channel.unary_unary(METHOD)
        with pytest.raises(AioRpcError) as lost:
            await call(resolve("SENTINEL-lost").SerializeToString(), timeout=10)
    await process.end()
    await process.finished()

    log = "\n".join(process.output)
    assert lost.value.code() == grpc.StatusCode.UNAVAILABLE
    assert len([one for one in process.entries if one["event"] == "call"]) >= 9
    assert "invalid password" in log or "password authentication failed" in log
    for secret in (SENTINEL, token, token.split(".")[2], "s" * 64):
        assert secret not in log


async def break_off(servers: Servers, process: ServiceProcess) -> None:
    """Change the role's password and end its connections, so that the next call fails."""
    connection: Any = await asyncpg.connect(**servers.superuser)
    try:
        await connection.execute("ALTER ROLE sentinel PASSWORD 'another'")
        await connection.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sentinel'")
    finally:
        await connection.close()
    await process.logged("dependency lost")
