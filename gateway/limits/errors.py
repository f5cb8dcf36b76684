"""What is told to callers who are turned away, and when they may come again."""

import random
from collections.abc import Sequence

import grpc
from google.protobuf.message import Message

from chassis.errors import AtelierError, DeadlineExceeded, Unavailable, retry_info
from gateway.limits.allowance import Standing
from gateway.limits.methods import MethodClass

# Nobody knows when a call of the caller's own will end.
AGAIN_SECONDS = 1.0
# github.com/grpc/proposal A6: when a client that retries by itself may do so, instead of after its own back-off.
PUSHBACK_KEY = "grpc-retry-pushback-ms"


class Refused(AtelierError):
    """The caller asks for more than it may have. No client retries that by itself: the caller has to do something."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    frequent = True
    retry_seconds = AGAIN_SECONDS

    def details(self) -> Sequence[Message]:
        return (retry_info(self.retry_seconds),)


class RateLimited(Refused):
    """The caller has used up what it may call of this class for now."""

    reason = "RATE_LIMITED"

    def __init__(self, method_class: MethodClass, standing: Standing) -> None:
        limit = standing.limit
        super().__init__(
            f"You may make {limit.amount} calls of the class {method_class} in {limit.seconds} seconds; "
            f"call again in {standing.wait_seconds:.3g} s.",
            metadata={"class": method_class, "limit": str(limit.amount), "seconds": str(limit.seconds)},
        )
        self.method_class = method_class
        self.standing = standing
        self.retry_seconds = standing.wait_seconds


class TooManyAtOnce(Refused):
    """The caller would have more calls, or streams, under way than it may have."""

    def __init__(self, *, streams: bool, bound: int) -> None:
        things = "streams" if streams else "calls"
        super().__init__(
            f"You may have {bound} {things} under way at once; let some end.",
            metadata={"limit": str(bound)},
        )
        self.reason = "TOO_MANY_STREAMS" if streams else "TOO_MANY_CALLS"


class Overloaded(Unavailable):
    """The gateway has too much to do for calls of this class. Others of its processes may have less.

    UNAVAILABLE, as whom a balancer sends elsewhere should go, and whoever retries by itself should: but later than it
    would, and not all at the same moment.
    """

    frequent = True

    def __init__(self, method_class: MethodClass) -> None:
        message = f"The gateway has too much to do to take on calls of the class {method_class}; call again shortly."
        super().__init__(message, reason="OVERLOADED", retry_seconds=AGAIN_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311
        self.metadata = {"class": method_class}

    def trailers(self) -> Sequence[tuple[str, str]]:
        return ((PUSHBACK_KEY, str(round(1000 * self.retry_seconds))),)


class StreamIdle(DeadlineExceeded):
    """Nothing has passed on a stream for longer than the gateway holds it open."""

    reason = "STREAM_IDLE"
