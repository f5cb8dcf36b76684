"""Traces of calls and of statements, sent over OTLP. Takes long to load: only a process that traces imports it."""

from typing import Any

import grpc
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.grpc import aio_client_interceptors, aio_server_interceptor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


class Tracing:
    """One process's tracer. Between `start` and `stop` it traces PostgreSQL as well."""

    def __init__(self, *, resource: Resource, to: dict[str, Any]) -> None:
        """`to` is what OTLP's exporters are told of the collector."""
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(**to)))

    def start(self) -> None:
        """Become the tracer of everything in the process."""
        trace.set_tracer_provider(self._provider)
        AsyncPGInstrumentor(capture_parameters=False).instrument()  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        """Send what is still held back."""
        AsyncPGInstrumentor().uninstrument()  # type: ignore[no-untyped-call]
        self._provider.shutdown()

    def server_interceptors(self) -> list[grpc.aio.ServerInterceptor]:
        """What traces a server's calls."""
        return [aio_server_interceptor(tracer_provider=self._provider)]  # type: ignore[no-untyped-call]

    def client_interceptors(self) -> list[grpc.aio.ClientInterceptor]:
        """What traces a channel's calls."""
        return list(aio_client_interceptors(tracer_provider=self._provider))  # type: ignore[no-untyped-call]
