"""Forwards calls as bytes: what the caller sends and what the service answers pass unread, errors included.

Unary methods that the stubs describe take a short path; all else goes as a stream of messages, which carries any kind
of call, so that a new method of a service needs nothing here. Of a shared method's first message its
name is read and nothing else.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing
from typing import Any, NoReturn

import grpc
from grpc.aio import AioRpcError

from chassis.calls import Handler
from chassis.context import remaining_seconds
from chassis.passage import Context
from gateway.errors import UnknownService
from gateway.failures import absence_of
from gateway.metadata import forwarded, towards_caller, trailers_of
from gateway.naming import Naming
from gateway.routing import Routes, is_shared, service_of


class Proxy(grpc.GenericRpcHandler):
    """Handles every method that nothing else in its server does. Runs inside `chassis.calls`, which knows who calls."""

    def __init__(
        self, *, routes: Routes, naming: Naming, unary_methods: Collection[str], telling_methods: Collection[str]
    ) -> None:
        """`telling_methods` are those that stream answers to one request."""
        self._routes = routes
        self._naming = naming
        self._unary_methods = frozenset(unary_methods)
        self._telling_methods = frozenset(telling_methods)
        self._unary_handlers: dict[tuple[str, str], Handler] = {}
        self._dispatching = {method: self._dispatch_unary(method) for method in unary_methods if is_shared(method)}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler | None:
        """The handler of a method; None for a server's own services, such as health, which are not forwarded."""
        method = handler_call_details.method
        return None if method.startswith("/grpc.") else self.handler(method)

    def handler(self, method: str) -> Handler:
        """A handler of bytes: unary for the unary methods that are known, of streams for all others."""
        if is_shared(method):
            return self._dispatching.get(method) or self._dispatch_stream(method)
        service = service_of(method)
        return self._forward(method, service) if service in self._routes.services else self._refuse(method)

    def _refuse(self, method: str) -> Handler:
        async def refuse(requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
            raise UnknownService(method, self._routes.services)
            yield  # Makes it the generator that a stream's handler is.

        return grpc.stream_stream_rpc_method_handler(refuse)

    def _dispatch_unary(self, method: str) -> Handler:
        async def dispatch(request: bytes, context: Context) -> bytes:
            handler = self._forward(method, self._naming.service_named(method, request))
            answer: bytes = await handler.unary_unary(request, context)
            return answer

        return grpc.unary_unary_rpc_method_handler(dispatch)

    def _dispatch_stream(self, method: str) -> Handler:
        async def dispatch(requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
            first = await anext(requests, b"")
            handler = self._forward(method, self._naming.service_named(method, first))
            async with aclosing(handler.stream_stream(_with_first(first, requests), context)) as answers:
                async for answer in answers:
                    yield answer

        return grpc.stream_stream_rpc_method_handler(dispatch)

    def _forward(self, method: str, service: str) -> Handler:
        if method in self._telling_methods:
            return self._forward_telling(method, service)
        if method not in self._unary_methods:
            return self._forward_stream(method, service)
        key = (method, service)
        if key not in self._unary_handlers:
            self._unary_handlers[key] = self._forward_unary(method, service)
        return self._unary_handlers[key]

    def _forward_unary(self, method: str, service: str) -> Handler:
        send: Any = self._routes.channel(service).unary_unary(method)

        async def forward(request: bytes, context: Context) -> bytes:
            call = send(request, timeout=remaining_seconds(), metadata=forwarded(context))
            try:
                response: bytes = await call
            except AioRpcError as error:
                await _fail(context, service, error)
            await _send_headers(call, context)
            context.set_trailing_metadata(towards_caller(await call.trailing_metadata()))
            return response

        return grpc.unary_unary_rpc_method_handler(forward)

    def _forward_telling(self, method: str, service: str) -> Handler:
        """The request leaves at once with all else: who refuses it unread meets nobody that still writes."""

        async def forward(requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
            with self._routes.stream_channel(service) as channel:
                call = _opened(channel.unary_stream(method), context, await anext(requests, b""))
                async with aclosing(_answers(call, context, service)) as answers:
                    async for answer in answers:
                        yield answer

        return grpc.stream_stream_rpc_method_handler(forward)

    def _forward_stream(self, method: str, service: str) -> Handler:
        async def forward(requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
            with self._routes.stream_channel(service) as channel:
                call = _opened(channel.stream_stream(method), context)
                sender = asyncio.create_task(_send_all(call, requests))
                try:
                    async with aclosing(_answers(call, context, service)) as answers:
                        async for answer in answers:
                            yield answer
                except asyncio.CancelledError:
                    _raise_failure(sender)
                    raise
                finally:
                    sender.cancel()
                    await asyncio.gather(sender, return_exceptions=True)

        return grpc.stream_stream_rpc_method_handler(forward)


def _opened(begin: Any, context: Context, *request: bytes) -> Any:
    """The service's side of a stream. It ends with the caller's, also where nobody resumes the handler's generator."""
    call = begin(*request, timeout=remaining_seconds(), metadata=forwarded(context))
    context.add_done_callback(_cancelling(call))
    return call


async def _answers(call: Any, context: Context, service: str) -> AsyncGenerator[bytes, None]:
    """What the service answers on a stream; the caller's ends as this ends."""
    try:
        await _send_headers(call, context)
        async for response in call:
            yield response
        context.set_trailing_metadata(towards_caller(await call.trailing_metadata()))
    except AioRpcError as error:
        await _fail(context, service, error)
    finally:
        call.cancel()


async def _with_first(first: bytes, more: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for message in more:
        yield message


async def _send_headers(call: Any, context: Context) -> None:
    """Pass the service's metadata on. Empty ones go with the first message: sent alone, they end a caller's retries."""
    headers = towards_caller(await call.initial_metadata())
    if headers:
        await context.send_initial_metadata(headers)


async def _send_all(call: Any, requests: AsyncIterator[bytes]) -> None:
    """Pass the caller's messages on, each when the service has room for it."""
    try:
        async for request in requests:
            await call.write(request)
        await call.done_writing()
    except (AioRpcError, asyncio.InvalidStateError):
        return  # The service ended the call before the caller did; its status says why.
    except BaseException:
        call.cancel()
        raise


def _raise_failure(sender: asyncio.Task[None]) -> None:
    """Raise what is wrong with the caller's messages, if that is why the call was cancelled."""
    if sender.done() and not sender.cancelled():
        failure = sender.exception()
        if failure is not None:
            raise failure


async def _fail(context: Context, service: str, error: AioRpcError) -> NoReturn:
    """End the caller's call as the service's ended; raise our own error where no service answered."""
    absence = absence_of(service, error)
    if absence is not None:
        raise absence from error
    await context.abort(error.code(), error.details() or "", trailing_metadata=trailers_of(error))


def _cancelling(call: Any) -> Any:
    return lambda _: call.cancel()
