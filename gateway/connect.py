"""Every method over HTTP, by Connect and gRPC-Web: built from the descriptors, on the handlers that gRPC calls have."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import aclosing
from typing import Any

from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.request import RequestContext
from connectrpc.server import ConnectASGIApplication, Endpoint
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message_factory import GetMessageClass

from chassis.calls import CallInterceptor, Handler
from chassis.health import Health
from gateway.codecs import Answer, BinaryCodec, Body, JsonCodec
from gateway.door import Door
from gateway.exchange import exchange
from gateway.handlers import health_handlers, only, parsing, single

LEVELS = {
    MethodOptions.IDEMPOTENCY_UNKNOWN: IdempotencyLevel.UNKNOWN,
    MethodOptions.NO_SIDE_EFFECTS: IdempotencyLevel.NO_SIDE_EFFECTS,
    MethodOptions.IDEMPOTENT: IdempotencyLevel.IDEMPOTENT,
}
# By whether the caller streams and whether the service does.
KINDS = {
    (False, False): StreamType.UNARY,
    (True, False): StreamType.CLIENT_STREAM,
    (False, True): StreamType.SERVER_STREAM,
    (True, True): StreamType.BIDI_STREAM,
}


class ConnectMethods(ConnectASGIApplication[None]):
    """The ASGI application that answers all methods. `methods` are those of the services, by path.

    Health is answered here, all else by `handler_of` a method's name: a handler of bytes. `interceptor` stands around
    each as it does in a gRPC server, and before it a door, where it is known who calls before a body is read.
    """

    path = ""

    def __init__(
        self,
        *,
        methods: Mapping[str, MethodDescriptor],
        handler_of: Callable[[str], Handler],
        health: Health,
        interceptor: CallInterceptor,
        max_message_bytes: int,
    ) -> None:
        super().__init__(
            service=None,
            endpoints=lambda _: self._built,
            interceptors=[Door(interceptor)],
            read_max_bytes=max_message_bytes,
            codecs=[JsonCodec(), BinaryCodec()],
        )
        self._methods = methods
        self._handler_of = handler_of
        self._health = health
        self._interceptor = interceptor
        self._built: dict[str, Any] = {}

    async def start(self) -> None:
        """Build the endpoints."""
        handlers = {name: (method, self._handler_of(name)) for name, method in self._methods.items()}
        for name, (method, handler) in (handlers | health_handlers(self._health)).items():
            self._built[name] = _endpoint(method, self._interceptor.wrapped(name, parsing(handler)))

    async def stop(self) -> None:
        """Nothing was opened."""

    @property
    def paths(self) -> Collection[str]:
        """Where the methods are."""
        return self._built.keys()

    def has(self, path: str) -> bool:
        """Whether there is a method at `path`."""
        return path in self._built


def _endpoint(method: MethodDescriptor, handler: Handler) -> Any:
    """The endpoint of a method, of whichever kind, over a handler that is unary or of streams."""
    info = _method_info(method)
    answer_class = GetMessageClass(method.output_type)

    async def one(body: Body, request: RequestContext[Any, Any]) -> Answer:
        async with exchange(request) as call:
            return Answer(await handler.unary_unary(body, call), answer_class)

    async def one_of_many(bodies: AsyncIterator[Body], request: RequestContext[Any, Any]) -> Answer:
        async with exchange(request) as call:
            return Answer(await only(handler.stream_stream(bodies, call)), answer_class)

    async def many_of_many(bodies: AsyncIterator[Body], request: RequestContext[Any, Any]) -> AsyncIterator[Answer]:
        async with exchange(request) as call, aclosing(handler.stream_stream(bodies, call)) as answers:
            async for answer in answers:
                yield Answer(answer, answer_class)

    match info.stream_type:
        case StreamType.UNARY if handler.unary_unary is not None:
            return Endpoint.unary(info, one)
        case StreamType.UNARY:
            return Endpoint.unary(info, lambda body, request: one_of_many(single(body), request))
        case StreamType.CLIENT_STREAM:
            return Endpoint.client_stream(info, one_of_many)
        case StreamType.SERVER_STREAM:
            return Endpoint.server_stream(info, lambda body, request: many_of_many(single(body), request))
        case StreamType.BIDI_STREAM:
            return Endpoint.bidi_stream(info, many_of_many)


def _method_info(method: MethodDescriptor) -> MethodInfo[Any, Any]:
    return MethodInfo(
        name=method.name,
        service_name=method.containing_service.full_name,
        input=GetMessageClass(method.input_type),
        output=GetMessageClass(method.output_type),
        idempotency_level=LEVELS[method.GetOptions().idempotency_level],
        stream_type=KINDS[bool(method.client_streaming), bool(method.server_streaming)],
    )
