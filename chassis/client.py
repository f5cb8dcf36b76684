"""Opens channels to our services: retry and deadline policy from `service_config.json`, round robin, keepalive, TLS.

It leans on gRPC and the stubs alone, because it is also the whole of the Python client that others install, where its
name is `atelier_client` (see clients/python).
"""

import dataclasses
import importlib.resources
import json
from collections.abc import Callable, Sequence
from typing import Any

import grpc
from grpc.aio import Metadata

MAX_MESSAGE_BYTES = 16 * 2**20
SILENCE_SECONDS = 30.0
Change = Callable[[Any], Any]  # ClientCallDetails is a named tuple that its types don't show as one.


def open_channel(
    address: str,
    *,
    package: str | None = None,
    more_packages: Sequence[str] = (),
    credentials: grpc.ChannelCredentials | None = None,
    interceptors: Sequence[grpc.aio.ClientInterceptor] = (),
    max_message_bytes: int = MAX_MESSAGE_BYTES,
    silence_seconds: float = SILENCE_SECONDS,
) -> grpc.aio.Channel:
    """A channel to `address` (`host:port`, `unix:…` or `dns:///name:port`, all of whose addresses are used in turn).

    `package`, such as `atelier.resolver.v1`, names the stubs whose service config applies; `more_packages` are others
    that are answered there too. Calls end UNAVAILABLE when their peer is silent for `silence_seconds`, at least 3.
    """
    options = _options(package, more_packages, max_message_bytes, silence_seconds)
    if credentials is not None:
        return grpc.aio.secure_channel(address, credentials, options=options, interceptors=list(interceptors))
    return grpc.aio.insecure_channel(address, options=options, interceptors=list(interceptors))


def open_blocking_channel(
    address: str,
    *,
    package: str | None = None,
    more_packages: Sequence[str] = (),
    credentials: grpc.ChannelCredentials | None = None,
    interceptors: Sequence[Any] = (),
    max_message_bytes: int = MAX_MESSAGE_BYTES,
    silence_seconds: float = SILENCE_SECONDS,
) -> grpc.Channel:
    """What `open_channel` opens, for code that isn't asynchronous: its calls block."""
    options = _options(package, more_packages, max_message_bytes, silence_seconds)
    if credentials is not None:
        channel = grpc.secure_channel(address, credentials, options=options)
    else:
        channel = grpc.insecure_channel(address, options=options)
    return grpc.intercept_channel(channel, *interceptors)


def service_config(package: str, *more: str) -> str:
    """The JSON of a package's `service_config.json` (github.com/grpc/proposal A2, A6), with the methods of `more`."""
    config, *others = (json.loads(_service_config_file(name)) for name in (package, *more))
    for other in others:
        config["methodConfig"] += other["methodConfig"]
    return json.dumps(config)


def token_interceptors(token: str) -> list[grpc.aio.ClientInterceptor]:
    """Adds `authorization: Bearer <token>` to every call of a channel."""
    return interceptors_of_all_kinds(_bearing(token))


def blocking_token_interceptors(token: str) -> list[Any]:
    """The same for a channel of `open_blocking_channel`."""
    return [_Blocking(_bearing(token))]


def with_metadata(details: Any, added: dict[str, str]) -> Any:
    """The details of a call, with what is `added` to its metadata; what the caller has set stands."""
    metadata = Metadata(*(details.metadata or ()))
    for key, value in added.items():
        if metadata.get(key) is None:
            metadata.add(key, value)
    return details._replace(metadata=metadata)


def interceptors_of_all_kinds(change: Change) -> list[grpc.aio.ClientInterceptor]:
    """What makes every call of a channel with its details as `change` gives them back.

    grpc.aio tells the four kinds of call apart by the interceptor's class, so one of each is needed.
    """
    return [_UnaryUnary(change), _UnaryStream(change), _StreamUnary(change), _StreamStream(change)]


def _options(
    package: str | None, more_packages: Sequence[str], max_message_bytes: int, silence_seconds: float
) -> list[tuple[str, Any]]:
    # Two thirds until it is asked and one to answer, as our servers do it: an idle connection costs what its pings do.
    answer_ms = int(1000 * silence_seconds / 3)
    options: list[tuple[str, Any]] = [
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.max_send_message_length", max_message_bytes),
        ("grpc.keepalive_time_ms", 2 * answer_ms),
        ("grpc.keepalive_timeout_ms", answer_ms),
        ("grpc.http2.ping_timeout_ms", answer_ms),
        # Streams on which little happens are held by pings alone.
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.enable_retries", 1),
        ("grpc.max_metadata_size", 32 * 1024),
        # A service that restarts is back within a second; the default waits up to two minutes to look again.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 500),
        # In spite of its name it is how long connecting may take at least, with a far or busy server.
        ("grpc.min_reconnect_backoff_ms", 5_000),
        # Channels with equal options would otherwise share one connection and its fate.
        ("grpc.use_local_subchannel_pool", 1),
    ]
    if package is not None:
        options.append(("grpc.service_config", service_config(package, *more_packages)))
    return options


def _service_config_file(package: str) -> str:
    return (importlib.resources.files(package) / "service_config.json").read_text()


def _bearing(token: str) -> Change:
    return lambda details: with_metadata(details, {"authorization": f"Bearer {token}"})


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


class _Blocking(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    def __init__(self, change: Change) -> None:
        self._change = change

    def _intercept(self, continuation: Any, client_call_details: Any, requests: Any) -> Any:
        return continuation(self._change(client_call_details), requests)

    intercept_unary_unary: Any = _intercept
    intercept_unary_stream: Any = _intercept
    intercept_stream_unary: Any = _intercept
    intercept_stream_stream: Any = _intercept
