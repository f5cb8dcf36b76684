"""Metrics and traces by OpenTelemetry: a Prometheus endpoint per process, and OTLP when an endpoint is configured."""

from typing import TYPE_CHECKING, Any

import grpc
from opentelemetry import propagate, trace
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, Resource
from prometheus_client import CollectorRegistry, start_http_server

from chassis.lifecycle import PortTaken
from chassis.settings import ProcessSettings

if TYPE_CHECKING:
    from chassis.tracing import Tracing

EXPORT_SECONDS = 2  # What a collector may take; one that is away must not keep a process from ending.


class Telemetry:
    """One process's meter and tracer. Without an OTLP endpoint nothing is traced, and calls cost nothing for it."""

    def __init__(self, *, service: str, replica: int, metrics_port: int, otlp_endpoint: str | None) -> None:
        self._metrics_port = metrics_port
        self._server: Any = None
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
        if self._tracing is not None:
            self._tracing.start()

    async def stop(self) -> None:
        """Send what is still held back, and close the endpoint."""
        if self._server is not None:
            server, thread = self._server
            server.shutdown()
            server.server_close()
            thread.join()
            self._server = None
        if self._stopped:
            return
        self._stopped = True
        if self._tracing is not None:
            self._tracing.stop()
        self._metrics.shutdown(timeout_millis=EXPORT_SECONDS * 1000)

    def _listen(self) -> Any:
        try:
            return start_http_server(self._metrics_port, addr="127.0.0.1", registry=self._registry)
        except OSError:
            raise PortTaken(
                f"127.0.0.1:{self._metrics_port} is taken; set another metrics port or end what listens there"
            ) from None

    def server_interceptors(self) -> list[grpc.aio.ServerInterceptor]:
        """What traces a server's calls; none when traces aren't wanted."""
        return [] if self._tracing is None else self._tracing.server_interceptors()

    def client_interceptors(self) -> list[grpc.aio.ClientInterceptor]:
        """What traces a channel's calls; none when traces aren't wanted."""
        return [] if self._tracing is None else self._tracing.client_interceptors()


def current_trace_id() -> str | None:
    """The W3C trace id of the call under way, 32 hex digits, or None when it isn't traced."""
    span = trace.get_current_span().get_span_context()
    return format(span.trace_id, "032x") if span.is_valid else None


def trace_headers() -> dict[str, str]:
    """The W3C trace context headers that carry the current span on; empty when it isn't traced."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier
