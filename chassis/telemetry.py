"""Metrics and traces by OpenTelemetry: a Prometheus endpoint per process, and OTLP when an endpoint is configured."""

import asyncio
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import grpc
from opentelemetry import propagate, trace
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, Resource
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from chassis.lifecycle import PortTaken
from chassis.settings import ProcessSettings

if TYPE_CHECKING:
    from chassis.tracing import Tracing

EXPORT_SECONDS = 2  # What a collector may take; one that is away must not keep a process from ending.


class Telemetry:
    """One process's meter and tracer. Without an OTLP endpoint nothing is traced, and calls cost nothing for it."""

    def __init__(self, *, service: str, replica: int, metrics_port: int, otlp_endpoint: str | None) -> None:
        self._metrics_port = metrics_port
        self._server: WSGIServer | None = None
        self._stopped = False
        self._registry = CollectorRegistry()
        resource = Resource.create({SERVICE_NAME: service, SERVICE_INSTANCE_ID: str(replica)})
        readers: list[MetricReader] = [PrometheusMetricReader(registry=self._registry)]
        self._tracing: Tracing | None = None
        if otlp_endpoint is not None:
            # Half of what this module would import, and unused where nothing is traced.
            from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

            from chassis import tracing

            insecure = not otlp_endpoint.startswith("https://")
            to: dict[str, Any] = {"endpoint": otlp_endpoint, "insecure": insecure, "timeout": EXPORT_SECONDS}
            readers.append(PeriodicExportingMetricReader(OTLPMetricExporter(**to)))
            self._tracing = tracing.Tracing(resource=resource, to=to)
        self._metrics = MeterProvider(metric_readers=readers, resource=resource)
        self.meter: Meter = self._metrics.get_meter("atelier")

    @classmethod
    def of(cls, service: str, settings: ProcessSettings) -> "Telemetry":
        """That of a process of the service."""
        return cls(
            service=service,
            replica=settings.replica,
            metrics_port=settings.own_metrics_port,
            otlp_endpoint=settings.otlp_endpoint,
        )

    async def start(self) -> None:
        """Open the Prometheus endpoint on loopback, and trace gRPC and PostgreSQL when traces are wanted.

        Raises PortTaken.
        """
        if self._metrics_port:
            self._server = self._listen()
            # The library's own way is a thread that wakes twice a second to look whether it should end.
            asyncio.get_running_loop().add_reader(self._server.fileno(), self._server.handle_request)
        if self._tracing is not None:
            self._tracing.start()

    async def stop(self) -> None:
        """Send what is still held back, and close the endpoint."""
        if self._server is not None:
            asyncio.get_running_loop().remove_reader(self._server.fileno())
            self._server.server_close()
            self._server = None
        if self._stopped:
            return
        self._stopped = True
        if self._tracing is not None:
            self._tracing.stop()
        self._metrics.shutdown(timeout_millis=EXPORT_SECONDS * 1000)

    def _listen(self) -> WSGIServer:
        try:
            server = make_server(
                "127.0.0.1",
                self._metrics_port,
                make_wsgi_app(self._registry),
                server_class=ThreadingWSGIServer,  # Each request has a thread, so that none holds calls up.
                handler_class=_Quiet,
            )
        except OSError:
            raise PortTaken(
                f"127.0.0.1:{self._metrics_port} is taken; set another metrics port or end what listens there"
            ) from None
        server.timeout = 0  # Who connected and left again isn't waited for.
        return server

    def server_interceptors(self) -> list[grpc.aio.ServerInterceptor]:
        """What traces a server's calls; none when traces aren't wanted."""
        return [] if self._tracing is None else self._tracing.server_interceptors()

    def client_interceptors(self) -> list[grpc.aio.ClientInterceptor]:
        """What traces a channel's calls; none when traces aren't wanted."""
        return [] if self._tracing is None else self._tracing.client_interceptors()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name for it
        """Requests of Prometheus aren't worth a line."""


def current_trace_id() -> str | None:
    """The W3C trace id of the call under way, 32 hex digits, or None when it isn't traced."""
    span = trace.get_current_span().get_span_context()
    return format(span.trace_id, "032x") if span.is_valid else None


def trace_headers() -> dict[str, str]:
    """The W3C trace context headers that carry the current span on; empty when it isn't traced."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier
