"""What happens around every call, once, so that no servicer repeats it.

Request id, authentication, role, decoding, validation, deadline, errors, one log line and the metrics.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext, suppress
from typing import Any
from uuid import uuid4

import grpc
import structlog
from opentelemetry.metrics import Meter

from chassis import auth
from chassis.context import REQUEST_ID_KEY, deadline, request_id
from chassis.errors import STATUS_DETAILS_KEY, AtelierError, DeadlineExceeded, Internal, Unavailable, status_of
from chassis.telemetry import current_trace_id
from chassis.validation import decode, validate
from chassis.version import VERSION_KEY, installed_version

REQUEST_ID_LIMIT = 128
HEAR_OUT_SECONDS = 2.0
BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0]

Context = grpc.aio.ServicerContext[Any, Any]
Handler = Any  # grpc.RpcMethodHandler, whose types know only the synchronous kind


class Passage:
    """What a guard is told of a call that it has let in: whose turn it is on its stream. This one needs nothing."""

    def asking(self) -> None:
        """The caller's next message is waited for."""

    def heard(self) -> None:
        """It came, or there is none."""

    def offering(self) -> None:
        """The caller is given a message."""

    def taken(self) -> None:
        """It has taken it."""


# Lets a caller's call of a method in, for as long as the block lasts, or raises AtelierError.
Guard = Callable[[auth.Principal, str, Context], AbstractAsyncContextManager[Passage]]
OPEN = nullcontext(Passage())


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps every method of a server but the open ones (health), which need no token and leave no trace."""

    def __init__(
        self,
        *,
        domain: str,
        verifier: auth.TokenVerifier,
        permissions: auth.Permissions,
        open_services: Collection[str],
        default_deadline_seconds: float,
        log: structlog.stdlib.BoundLogger,
        meter: Meter,
        methods: Collection[str] | None = None,
        guard: Guard = lambda *_: OPEN,
    ) -> None:
        """`methods` are those with a name of their own in the metrics, for a server that takes any; None: all are.

        `guard` stands before every call once it is known who calls and that its role may.
        """
        self._domain = domain
        self._methods = None if methods is None else frozenset(methods)
        self._verifier = verifier
        self._permissions = permissions
        self._open_services = frozenset(open_services)
        self._default_deadline_seconds = default_deadline_seconds
        self._log = log
        self._guard = guard
        self._seconds = meter.create_histogram(
            "rpc.server.duration",
            unit="s",
            description="How long calls took, by method and code.",
            explicit_bucket_boundaries_advisory=BUCKETS_SECONDS,
        )
        self._version = installed_version()
        self._wrapped: dict[str, tuple[Handler, Handler]] = {}

    async def intercept_service(
        self, continuation: Callable[..., Any], handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        method = handler_call_details.method
        handler: Handler | None = await continuation(handler_call_details)
        if handler is None or method.split("/")[1] in self._open_services:
            return handler
        known = self._wrapped.get(method)
        if known is None or known[0] is not handler:
            known = (handler, self._wrap(handler, method))
            if self._is_known(method):
                self._wrapped[method] = known
        return known[1]

    async def refuse_stranger(self, method: str, context: Context) -> None:
        """End a call without a good token as it would end anyway, for a server that can know before it reads a request.

        Raises what `context.abort` does.
        """
        if method.split("/")[1] in self._open_services:
            return
        started = time.monotonic()
        metadata = dict(context.invocation_metadata() or ())
        try:
            await self._verifier.authenticate(_text(metadata.get("authorization")))
        except AtelierError as refusal:
            call_id = _call_id(metadata)
            self._record(method, refusal.code, started, call_id, refusal)
            await self._abort(context, refusal, call_id)

    def _is_known(self, method: str) -> bool:
        """Whether the name is one of ours; others are the caller's words, a flood of which must fill nothing."""
        return self._methods is None or method in self._methods

    def _wrap(self, handler: Handler, method: str) -> Handler:
        """The same method, taking bytes: they are decoded inside, where an error can name the field."""
        message_class = getattr(handler.request_deserializer, "__self__", None)
        around = self._around

        def check(data: bytes) -> Any:
            if message_class is None:
                return data
            message = decode(data, message_class)
            validate(message)
            return message

        async def check_all(stream: AsyncIterator[bytes], passage: Passage) -> AsyncIterator[Any]:
            passage.asking()
            async for data in stream:
                passage.heard()
                yield check(data)
                passage.asking()
            passage.heard()

        async def unary_unary(data: bytes, context: Context) -> Any:
            async with around(method, context, self._default_deadline_seconds):
                return await handler.unary_unary(check(data), context)

        async def unary_stream(data: bytes, context: Context) -> AsyncIterator[Any]:
            async with (
                around(method, context, None) as passage,
                aclosing(handler.unary_stream(check(data), context)) as answers,
            ):
                async for message in answers:
                    passage.offering()
                    yield message
                    passage.taken()

        async def stream_unary(stream: AsyncIterator[bytes], context: Context) -> Any:
            async with around(method, context, None) as passage:
                try:
                    return await handler.stream_unary(check_all(stream, passage), context)
                except AtelierError:
                    await _hear_out(stream)
                    raise

        async def stream_stream(stream: AsyncIterator[bytes], context: Context) -> AsyncIterator[Any]:
            async with (
                around(method, context, None) as passage,
                aclosing(handler.stream_stream(check_all(stream, passage), context)) as answers,
            ):
                async for message in answers:
                    passage.offering()
                    yield message
                    passage.taken()

        makers: dict[tuple[bool, bool], tuple[Callable[..., Handler], Any]] = {
            (False, False): (grpc.unary_unary_rpc_method_handler, unary_unary),
            (False, True): (grpc.unary_stream_rpc_method_handler, unary_stream),
            (True, False): (grpc.stream_unary_rpc_method_handler, stream_unary),
            (True, True): (grpc.stream_stream_rpc_method_handler, stream_stream),
        }
        make, behaviour = makers[bool(handler.request_streaming), bool(handler.response_streaming)]
        return make(behaviour, request_deserializer=None, response_serializer=handler.response_serializer)

    @asynccontextmanager
    async def _around(self, method: str, context: Context, default_seconds: float | None) -> AsyncIterator[Passage]:
        """One call from its first byte to its last: who, until when, and how it ended."""
        started = time.monotonic()
        metadata = dict(context.invocation_metadata() or ())
        call_id = _call_id(metadata)
        request_id.set(call_id)
        context.set_trailing_metadata(self._trailers(call_id))
        error: AtelierError | None = None
        code = grpc.StatusCode.CANCELLED
        try:
            remaining = context.time_remaining()
            seconds = default_seconds if remaining is None else remaining
            deadline.set(None if seconds is None else started + seconds)
            async with asyncio.timeout(seconds):
                caller = await self._verifier.authenticate(_text(metadata.get("authorization")))
                self._permissions.check(caller, method)
                auth.principal.set(caller)
                async with self._guard(caller, method, context) as passage:
                    yield passage
            code = grpc.StatusCode.OK
        except AtelierError as caught:
            error = caught
        except TimeoutError:
            error = DeadlineExceeded("The deadline passed before the work was done; it was stopped.")
        except grpc.aio.AbortError:
            code = context.code() or grpc.StatusCode.UNKNOWN
            raise
        except Exception:  # noqa: BLE001 - the edge: whatever it is, the caller gets one fixed text
            self._log.exception("call failed", method=method, request_id=call_id, trace_id=current_trace_id())
            error = Internal()
        finally:
            if error is not None:
                code = error.code
            self._record(method, code, started, call_id, error)
        if error is not None:
            await self._abort(context, error, call_id)

    async def _abort(self, context: Context, error: AtelierError, call_id: str) -> None:
        status = status_of(error, domain=self._domain)
        details = (STATUS_DETAILS_KEY, status.SerializeToString())
        trailers = (*self._trailers(call_id), *error.trailers(), details)
        await context.abort(error.code, error.message, trailing_metadata=trailers)

    def _trailers(self, call_id: str) -> tuple[tuple[str, str], ...]:
        """What every answer carries, by which its log lines and its server's release are found."""
        return ((REQUEST_ID_KEY, call_id), (VERSION_KEY, self._version))

    def _record(
        self, method: str, code: grpc.StatusCode, started: float, call_id: str, error: AtelierError | None
    ) -> None:
        """One line and one measurement a call. Callers' mistakes are theirs; only our own trouble is a warning."""
        seconds = time.monotonic() - started
        self._seconds.record(seconds, {"method": method if self._is_known(method) else "other", "code": code.name})
        if error is None or error.frequent:
            self._log.debug("call", method=method, code=code.name, seconds=round(seconds, 6), request_id=call_id)
            return
        level = self._log.warning if isinstance(error, Unavailable | Internal) else self._log.info
        level(
            "call",
            method=method,
            code=code.name,
            reason=error.reason,
            cause=repr(error.__cause__) if isinstance(error, Unavailable) and error.__cause__ else None,
            seconds=round(seconds, 6),
            request_id=call_id,
            trace_id=current_trace_id(),
        )


async def _hear_out(stream: AsyncIterator[bytes]) -> None:
    """Let a caller that is refused finish what it sends, for a while.

    A client in Python that still writes when its call ends is told "Internal error from Core" instead of the reason:
    github.com/grpc/grpc/issues/36066.
    """
    with suppress(Exception):
        async with asyncio.timeout(HEAR_OUT_SECONDS):
            async for _ in stream:
                pass


def _call_id(metadata: Mapping[str, str | bytes]) -> str:
    """The id that a caller gave its call, or one of ours."""
    return str(metadata.get(REQUEST_ID_KEY, ""))[:REQUEST_ID_LIMIT] or uuid4().hex


def _text(value: str | bytes | None) -> str | None:
    return value.decode("latin-1") if isinstance(value, bytes) else value
