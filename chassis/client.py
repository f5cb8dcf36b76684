"""Opens channels to our services: retry and deadline policy from `service_config.json`, round robin, keepalive, TLS.

Calls made while serving another carry on its deadline and its request id.
"""

import dataclasses
import importlib.resources
import json
from collections.abc import Callable, Sequence
from typing import Any

import grpc
from grpc.aio import Metadata

from chassis.context import REQUEST_ID_KEY, remaining_seconds, request_id


def open_channel(
    address: str,
    *,
    package: str | None = None,
    more_packages: Sequence[str] = (),
    credentials: grpc.ChannelCredentials | None = None,
    interceptors: Sequence[grpc.aio.ClientInterceptor] = (),
    max_message_bytes: int = 16 * 2**20,
    silence_seconds: float = 30.0,
) -> grpc.aio.Channel:
    """A channel to `address` (`host:port`, `unix:…` or `dns:///name:port`, all of whose addresses are used in turn).

    `package`, such as `atelier.resolver.v1`, names the stubs whose service config applies; `more_packages` are others
    that are answered there too. Calls end UNAVAILABLE when their peer is silent for `silence_seconds`, at least 2.
    """
    half_silence = int(500 * silence_seconds)
    options: list[tuple[str, Any]] = [
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.max_send_message_length", max_message_bytes),
        ("grpc.keepalive_time_ms", half_silence),
        ("grpc.keepalive_timeout_ms", half_silence),
        ("grpc.http2.ping_timeout_ms", half_silence),
        # Streams on which little happens are held by pings alone.
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.enable_retries", 1),
        ("grpc.max_metadata_size", 32 * 1024),
        # A service that restarts is back within a second; the default waits up to two minutes to look again.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 500),
        # Channels with equal options would otherwise share one connection and its fate.
        ("grpc.use_local_subchannel_pool", 1),
    ]
    if package is not None:
        options.append(("grpc.service_config", service_config(package, *more_packages)))
    if credentials is not None:
        return grpc.aio.secure_channel(address, credentials, options=options, interceptors=list(interceptors))
    return grpc.aio.insecure_channel(address, options=options, interceptors=list(interceptors))


def service_config(package: str, *more: str) -> str:
    """The JSON of a package's `service_config.json` (github.com/grpc/proposal A2, A6), with the methods of `more`."""
    config, *others = (json.loads(_service_config_file(name)) for name in (package, *more))
    for other in others:
        config["methodConfig"] += other["methodConfig"]
    return json.dumps(config)


def _service_config_file(package: str) -> str:
    return (importlib.resources.files(package) / "service_config.json").read_text()


def token_interceptors(token: str) -> list[grpc.aio.ClientInterceptor]:
    """Adds `authorization: Bearer <token>` to every call of a channel."""
    return _for_all_kinds(lambda details: _with_metadata(details, {"authorization": f"Bearer {token}"}))


def propagation_interceptors() -> list[grpc.aio.ClientInterceptor]:
    """Bounds every call by the deadline of the call under way, and sends its request id along."""
    return _for_all_kinds(_propagate)


def _propagate(details: Any) -> Any:
    remaining = remaining_seconds()
    if remaining is not None:
        timeout = remaining if details.timeout is None else min(remaining, details.timeout)
        details = details._replace(timeout=timeout)
    call_id = request_id.get(None)
    return _with_metadata(details, {REQUEST_ID_KEY: call_id}) if call_id else details


def _with_metadata(details: Any, added: dict[str, str]) -> Any:
    metadata = Metadata(*(details.metadata or ()))
    for key, value in added.items():
        if metadata.get(key) is None:
            metadata.add(key, value)
    return details._replace(metadata=metadata)


Change = Callable[[Any], Any]  # ClientCallDetails is a named tuple that its types don't show as one.


@dataclasses.dataclass(frozen=True, slots=True)
class _UnaryUnary(grpc.aio.UnaryUnaryClientInterceptor):
    change: Change

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await continuation(self.change(client_call_details), request)


@dataclasses.dataclass(frozen=True, slots=True)
class _UnaryStream(grpc.aio.UnaryStreamClientInterceptor):
    change: Change

    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await continuation(self.change(client_call_details), request)


@dataclasses.dataclass(frozen=True, slots=True)
class _StreamUnary(grpc.aio.StreamUnaryClientInterceptor):
    change: Change

    async def intercept_stream_unary(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:
        return await continuation(self.change(client_call_details), request_iterator)


@dataclasses.dataclass(frozen=True, slots=True)
class _StreamStream(grpc.aio.StreamStreamClientInterceptor):
    change: Change

    async def intercept_stream_stream(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:
        return await continuation(self.change(client_call_details), request_iterator)


def _for_all_kinds(change: Change) -> list[grpc.aio.ClientInterceptor]:
    """grpc.aio tells the four kinds of call apart by the interceptor's class, so one of each is needed."""
    return [_UnaryUnary(change), _UnaryStream(change), _StreamUnary(change), _StreamStream(change)]
