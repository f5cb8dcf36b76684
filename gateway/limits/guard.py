"""Stands before every call of both ports: who is let in, and for how long."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager

from opentelemetry.metrics import Meter

from chassis.auth import Principal, Role, principal
from chassis.passage import Context, Passage
from gateway.exchange import Exchange
from gateway.limits.concurrency import Concurrency
from gateway.limits.errors import Overloaded, RateLimited, Refused
from gateway.limits.headers import limit_headers
from gateway.limits.limiter import Limiter
from gateway.limits.methods import UNKNOWN, Kind, MethodClass
from gateway.limits.passage import Patience, WatchedPassage
from gateway.limits.shedding import Shedding
from gateway.load import Load


class Guard:
    """Binds users by all limits, services by the load alone, and operators, who are to end trouble, by nothing."""

    def __init__(
        self,
        *,
        kinds: Mapping[str, Kind],
        limiter: Limiter,
        calls: Concurrency,
        streams: Concurrency,
        shedding: Shedding,
        patience: Patience,
        load: Load,
        meter: Meter,
    ) -> None:
        self._kinds = dict(kinds)
        self._limiter = limiter
        self._under_way = {False: calls, True: streams}
        self._shedding = shedding
        self._patience = patience
        self._load = load
        self._refusals = meter.create_counter(
            "gateway.calls.refused", description="Calls turned away, by class and reason."
        )

    @asynccontextmanager
    async def __call__(self, caller: Principal, method: str, context: Context) -> AsyncIterator[Passage]:
        """Let a call in until the block ends. Raises Overloaded, TooManyAtOnce, RateLimited, StreamIdle."""
        kind = self._kinds.get(method, UNKNOWN)
        passage = self._passage(kind, context) if kind.streams else None
        self._load.begin()
        try:
            with self._place(caller, kind):
                await self._count(caller, kind, context)
                if passage is None:
                    yield Passage()
                else:
                    with passage.watched():
                        yield passage
        except (Refused, Overloaded) as refusal:
            self._note(kind, refusal, context)
            raise
        finally:
            self._load.end()

    async def count_more(self, method_class: MethodClass, calls: int) -> None:
        """Count what the call under way asks for beside itself: as many calls of a class. Raises RateLimited."""
        caller = principal.get()
        if caller.role is Role.USER:
            await self._limiter.take_more(caller.subject, method_class, calls)

    @asynccontextmanager
    async def hold_streams(self, services: Sequence[str]) -> AsyncIterator[None]:
        """Hold what the watch under way opens beside itself until the block ends: for each of these a stream to it.

        Raises Overloaded, TooManyAtOnce, RateLimited.
        """
        with ExitStack() as places:
            for service, count in Counter(services).items():
                kind = Kind(MethodClass.WATCH, service, streams=True)
                places.enter_context(self._place(principal.get(), kind, count))
            await self.count_more(MethodClass.WATCH, len(services))
            yield

    def _passage(self, kind: Kind, context: Context) -> WatchedPassage:
        reader = None if isinstance(context, Exchange) else context
        return WatchedPassage(self._patience, talks=kind.talks, reader=reader)

    @contextmanager
    def _place(self, caller: Principal, kind: Kind, count: int = 1) -> Iterator[None]:
        if caller.role is not Role.OPERATOR:
            self._shedding.check(kind)
        bounded = caller.role is Role.USER
        with self._under_way[kind.streams].hold(caller.subject, kind.service, bounded=bounded, count=count):
            yield

    async def _count(self, caller: Principal, kind: Kind, context: Context) -> None:
        if caller.role is Role.USER:
            standing = await self._limiter.take(caller.subject, kind.method_class)
            if standing is not None and isinstance(context, Exchange):
                context.tell(limit_headers(kind.method_class, standing))

    def _note(self, kind: Kind, refusal: Refused | Overloaded, context: Context) -> None:
        (self._load.shed if isinstance(refusal, Overloaded) else self._load.limited).count()
        self._refusals.add(1, {"class": kind.method_class, "reason": refusal.reason})
        if isinstance(refusal, RateLimited) and isinstance(context, Exchange):
            context.tell(limit_headers(refusal.method_class, refusal.standing))
