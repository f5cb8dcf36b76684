"""Handlers of bytes, and what stands around them for HTTP: the same ones answer both ports."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import grpc
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2

from chassis.calls import Handler
from chassis.health import Health
from chassis.passage import Context
from chassis.validation import decode, validate
from gateway.codecs import Body
from gateway.errors import UnreadableRequest
from gateway.refusals import grpc_code


def health_handlers(health: Health) -> dict[str, tuple[MethodDescriptor, Handler]]:
    """Health's own methods by their full names, as handlers of bytes."""
    return local_handlers(health_pb2.DESCRIPTOR.services_by_name["Health"], health)


def local_handlers(service: ServiceDescriptor, servicer: Any) -> dict[str, tuple[MethodDescriptor, Handler]]:
    """The methods of a gRPC service in this process by their full names, as handlers of bytes."""
    methods: Any = service.methods
    return {f"/{service.full_name}/{one.name}": (one, _local(one, getattr(servicer, one.name))) for one in methods}


def parsing(handler: Handler) -> Handler:
    """The same handler of bytes, taking bodies as they came: they are parsed inside, where it is known who calls."""

    async def unary(body: Body, context: Context) -> bytes:
        answer: bytes = await handler.unary_unary(body.binary(), context)
        return answer

    async def stream(bodies: AsyncIterator[Body], context: Context) -> AsyncIterator[bytes]:
        async with aclosing(handler.stream_stream(_parsed(bodies), context)) as answers:
            async for answer in answers:
                yield answer

    return _unary(unary) if handler.unary_unary is not None else _stream(stream)


async def single(message: Any) -> AsyncIterator[Any]:
    """A stream of one message."""
    yield message


async def only(messages: AsyncIterator[bytes]) -> bytes:
    """The one message of a stream that has one; the stream is read to its end, where its status is."""
    found = [message async for message in messages]
    if len(found) != 1:
        raise ConnectError(Code.INTERNAL, f"One message was due, and {len(found)} came.")
    return found[0]


async def _parsed(bodies: AsyncIterator[Body]) -> AsyncIterator[bytes]:
    try:
        async for body in bodies:
            yield body.binary()
    except ConnectError as error:
        raise UnreadableRequest(grpc_code(error.code), error.message) from error


def _local(method: MethodDescriptor, behaviour: Callable[..., Any]) -> Handler:
    """A handler of bytes for a servicer's method of one request in this process."""
    request_class = GetMessageClass(method.input_type)

    def checked(data: bytes) -> Message:
        request = decode(data, request_class)
        validate(request)
        return request

    async def unary(data: bytes, context: Context) -> bytes:
        answer: bytes = (await behaviour(checked(data), context)).SerializeToString()
        return answer

    async def stream(requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
        async with aclosing(behaviour(checked(await only(requests)), context)) as answers:
            async for answer in answers:
                yield answer.SerializeToString()

    return _stream(stream) if method.server_streaming else _unary(unary)


def _unary(behaviour: Callable[..., Any]) -> Handler:
    return grpc.unary_unary_rpc_method_handler(behaviour)


def _stream(behaviour: Callable[..., Any]) -> Handler:
    return grpc.stream_stream_rpc_method_handler(behaviour)
