"""What happens around every call, once, so that no servicer repeats it.

Request id, authentication, role, decoding, validation, deadline, errors, one log line and the metrics. Who calls is
known by a call's head, before anything of its messages is read.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

import grpc
import structlog
from opentelemetry.metrics import Meter

from chassis import auth
from chassis.context import REQUEST_ID_KEY, deadline, remaining_seconds, request_id
from chassis.errors import STATUS_DETAILS_KEY, AtelierError, DeadlineExceeded, Internal, Unavailable, status_of
from chassis.passage import OPEN, Context, Guard, Passage
from chassis.telemetry import current_trace_id
from chassis.validation import decode, validate
from chassis.version import VERSION_KEY, installed_version

REQUEST_ID_LIMIT = 128
HEAR_OUT_SECONDS = 2.0
BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0]

began: ContextVar[float] = ContextVar("began")  # When the call under way came, by `time.monotonic()`.

Metadata = Iterable[tuple[str, str | bytes]]
Handler = Any  # grpc.RpcMethodHandler, whose types know only the synchronous kind


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
        """What handles a call, in the task that asks here; of a stranger's nothing is read."""
        method = handler_call_details.method
        handler: Handler | None = await continuation(handler_call_details)
        if handler is None or self._is_open(method):
            return handler
        refusal = await self._recognise(method, handler_call_details.invocation_metadata)
        return self.wrapped(method, handler) if refusal is None else self._refusing(method, refusal)

    async def recognise(self, method: str, context: Context) -> None:
        """Know who calls before a request is read, for a server whose calls then run, in this task, what is `wrapped`.

        Raises what `context.abort` does, where it ends the call.
        """
        if self._is_open(method):
            return
        refusal = await self._recognise(method, context.invocation_metadata())
        if refusal is not None:
            async with self._around(method, context, None, refusal=refusal):
                pass

    def wrapped(self, method: str, handler: Handler) -> Handler:
        """The handler of a method, with all that is around its calls; it runs where it is known who calls."""
        if self._is_open(method):
            return handler
        known = self._wrapped.get(method)
        if known is None or known[0] is not handler:
            known = (handler, self._wrap(handler, method))
            if self._is_known(method):
                self._wrapped[method] = known
        return known[1]

    async def _recognise(self, method: str, head: Metadata | None) -> Exception | None:
        """Take a call's id and caller from its head, into the context. Returns what refuses it, if anything does."""
        metadata = dict(head or ())
        began.set(time.monotonic())
        request_id.set(_call_id(metadata))
        try:
            auth.principal.set(await self._verifier.authenticate(_text(metadata.get("authorization"))))
        except asyncio.CancelledError:  # The caller went away, or its deadline passed, which isn't told apart here.
            self._record(method, grpc.StatusCode.CANCELLED, began.get(), request_id.get(), None)
            raise
        except Exception as refusal:  # noqa: BLE001 - told as whatever else a call ends with
            return refusal
        return None

    def _refusing(self, method: str, refusal: Exception) -> Handler:
        """Ends a call of whichever kind: only a stream's handler begins before a message was read."""

        async def refuse(_: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
            async with self._around(method, context, None, refusal=refusal):
                yield b""  # Never; it makes this the generator that a stream's handler is.

        return grpc.stream_stream_rpc_method_handler(refuse)

    def _is_open(self, method: str) -> bool:
        return method.split("/")[1] in self._open_services

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
            async with around(method, context, None, hears_out=stream) as passage:
                return await handler.stream_unary(check_all(stream, passage), context)

        async def stream_stream(stream: AsyncIterator[bytes], context: Context) -> AsyncIterator[Any]:
            async with (
                around(method, context, None, hears_out=stream) as passage,
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
    async def _around(
        self,
        method: str,
        context: Context,
        default_seconds: float | None,
        *,
        refusal: Exception | None = None,
        hears_out: AsyncIterator[bytes] | None = None,
    ) -> AsyncIterator[Passage]:
        """One call, once its head is known: whether it may, until when, and how it ended.

        `refusal` is what its head brought it; `hears_out`, what its caller may still be sending when it fails.
        """
        started, call_id = began.get(), request_id.get()
        context.set_trailing_metadata(self._trailers(call_id))
        error: AtelierError | None = None
        code = grpc.StatusCode.CANCELLED
        try:
            remaining = context.time_remaining()
            seconds = default_seconds if remaining is None else time.monotonic() - started + remaining
            deadline.set(None if seconds is None else started + seconds)
            async with asyncio.timeout(remaining_seconds()):
                caller = _caller(refusal)
                self._permissions.check(caller, method)
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
            if hears_out is not None:
                await _hear_out(hears_out)
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


def _caller(refusal: Exception | None) -> auth.Principal:
    """Who was found to call. Raises what refuses the call instead, if anything does."""
    if refusal is not None:
        raise refusal
    return auth.principal.get()


def _call_id(metadata: Mapping[str, str | bytes]) -> str:
    """The id that a caller gave its call, or one of ours."""
    return str(metadata.get(REQUEST_ID_KEY, ""))[:REQUEST_ID_LIMIT] or uuid4().hex


def _text(value: str | bytes | None) -> str | None:
    return value.decode("latin-1") if isinstance(value, bytes) else value
