"""Handlers of bytes, and what stands around them for HTTP: the same ones answer both ports."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import grpc
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2

from chassis.calls import Context, Handler
from chassis.health import Health
from chassis.validation import decode
from gateway.codecs import Body
from gateway.errors import UnreadableRequest
from gateway.refusals import grpc_code


def health_handlers(health: Health) -> dict[str, tuple[MethodDescriptor, Handler]]:
    """Health's own methods by their full names, as handlers of bytes."""
    methods: Any = health_pb2.DESCRIPTOR.services_by_name["Health"].methods
    return {f"/{health.name}/{one.name}": (one, _local(one, getattr(health, one.name))) for one in methods}


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
    """A handler of bytes for a servicer's method in this process."""
    request_class = GetMessageClass(method.input_type)

    async def unary(data: bytes, context: Context) -> bytes:
        answer: bytes = (await behaviour(decode(data, request_class), context)).SerializeToString()
        return answer

    async def stream(requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
        async with aclosing(behaviour(decode(await only(requests), request_class), context)) as answers:
            async for answer in answers:
                yield answer.SerializeToString()

    return _stream(stream) if method.server_streaming else _unary(unary)


def _unary(behaviour: Callable[..., Any]) -> Handler:
    return grpc.unary_unary_rpc_method_handler(behaviour)


def _stream(behaviour: Callable[..., Any]) -> Handler:
    return grpc.stream_stream_rpc_method_handler(behaviour)
