"""What went wrong, by type and status and never by the words of a message; and when to try again."""

import asyncio
import random
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from chassis.errors import STATUS_DETAILS_KEY, AtelierError
from jobs.job import RETRIED, ErrorClass
from jobs.outcomes import Failed, JobError

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 300.0
# A peer that says more means "never", and PostgreSQL can't count as far as some would have it.
LONGEST_PATIENCE_SECONDS = 30 * 86_400.0

_BY_CODE = {
    grpc.StatusCode.RESOURCE_EXHAUSTED: ErrorClass.RATE_LIMITED,
    grpc.StatusCode.UNAVAILABLE: ErrorClass.NETWORK,
    grpc.StatusCode.DEADLINE_EXCEEDED: ErrorClass.TIMEOUT,
    grpc.StatusCode.UNAUTHENTICATED: ErrorClass.AUTH,
    grpc.StatusCode.PERMISSION_DENIED: ErrorClass.AUTH,
    grpc.StatusCode.NOT_FOUND: ErrorClass.NOT_FOUND,
    grpc.StatusCode.INVALID_ARGUMENT: ErrorClass.INVALID,
    grpc.StatusCode.FAILED_PRECONDITION: ErrorClass.INVALID,
    grpc.StatusCode.OUT_OF_RANGE: ErrorClass.INVALID,
}


def failure_of(error: BaseException) -> Failed | None:
    """The failure that an exception tells of; None for one that nobody expected, which is UNKNOWN."""
    match error:
        case JobError():
            return error.failed
        case AtelierError():
            return _by_code(error.code, error.message)
        case grpc.aio.AioRpcError():
            return _by_code(error.code(), f"A call ended with {error.code().name}.", _retry_seconds(error))
        case TimeoutError() | asyncio.TimeoutError():
            return Failed(ErrorClass.TIMEOUT, "Something it waited for took too long.")
        case OSError() if _is_of_the_network(error):
            return Failed(ErrorClass.NETWORK, f"The connection to a peer failed ({type(error).__name__}).")
        case _:
            return None


def is_retried(error_class: ErrorClass) -> bool:
    """Whether another attempt may mend it."""
    return error_class in RETRIED


def uses_attempt(error_class: ErrorClass) -> bool:
    """A peer that asks for patience isn't the job's fault; its deadline ends it."""
    return error_class is not ErrorClass.RATE_LIMITED


def delay_seconds(attempt: int, after_seconds: float | None) -> float:
    """When to try again after the `attempt`-th start, from 1: what the peer said, else exponential with full jitter.

    Source: aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter, "Full Jitter".
    """
    if after_seconds is not None:
        return min(max(0.0, after_seconds), LONGEST_PATIENCE_SECONDS)
    highest = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** min(attempt - 1, 30))
    return random.uniform(0.0, highest)  # noqa: S311 - spreads load, keeps no secret


def _by_code(code: Any, message: str, retry_seconds: float | None = None) -> Failed | None:
    error_class = _BY_CODE.get(code)
    if error_class is None:
        return None
    # What else passes is tried again at growing intervals, whatever a peer that isn't well says.
    return Failed(error_class, message, retry_seconds if error_class is ErrorClass.RATE_LIMITED else None)


def _retry_seconds(error: grpc.aio.AioRpcError) -> float | None:
    """What the peer said by `RetryInfo` (AIP-193), if it did; nothing in its answer is trusted to be there."""
    packed = dict(error.trailing_metadata() or ()).get(STATUS_DETAILS_KEY)
    try:
        details = status_pb2.Status.FromString(packed).details if isinstance(packed, bytes) else ()
        retry = error_details_pb2.RetryInfo()
        if any(detail.Unpack(retry) for detail in details):
            seconds: float = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
            return seconds
    except DecodeError:
        pass
    return None


def _is_of_the_network(error: OSError) -> bool:
    """Whether it came of a socket or a name, and not of a file: those are OSErrors too."""
    return isinstance(error, ConnectionError) or type(error).__module__ in {"socket", "ssl"} or error.errno in _NETWORK


_NETWORK = frozenset({100, 101, 110, 111, 112, 113})  # linux/errno.h: network down, unreachable, timed out, refused …
