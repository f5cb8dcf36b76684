"""What went wrong is judged by type and status, and decides whether and when there is another attempt."""

import socket
import ssl
from collections.abc import Sequence
from datetime import timedelta

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import (
    STATUS_DETAILS_KEY,
    AtelierError,
    DeadlineExceeded,
    FailedPrecondition,
    FieldViolation,
    Internal,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)
from jobs.failures import delay_seconds, failure_of, is_retried, uses_attempt
from jobs.job import ErrorClass
from jobs.outcomes import Failed, JobError

RETRIED = {ErrorClass.RATE_LIMITED, ErrorClass.NETWORK, ErrorClass.TIMEOUT, ErrorClass.UNKNOWN}


def call_ended(code: grpc.StatusCode, *details: Message, raw: bytes | None = None) -> grpc.aio.AioRpcError:
    """An error as a call over gRPC raises it, with what the server says beside the code."""
    status = status_pb2.Status(code=code.value[0], message="no")
    for detail in details:
        status.details.add().Pack(detail)
    trailers = grpc.aio.Metadata((STATUS_DETAILS_KEY, status.SerializeToString() if raw is None else raw))
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), trailers, "secret words")


def retry_in(seconds: float) -> error_details_pb2.RetryInfo:
    delay = Duration()
    delay.FromTimedelta(timedelta(seconds=seconds))
    return error_details_pb2.RetryInfo(retry_delay=delay)


@pytest.mark.parametrize(
    ("code", "error_class"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED"),
        (grpc.StatusCode.UNAVAILABLE, "NETWORK"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "TIMEOUT"),
        (grpc.StatusCode.UNAUTHENTICATED, "AUTH"),
        (grpc.StatusCode.PERMISSION_DENIED, "AUTH"),
        (grpc.StatusCode.NOT_FOUND, "NOT_FOUND"),
        (grpc.StatusCode.INVALID_ARGUMENT, "INVALID"),
        (grpc.StatusCode.FAILED_PRECONDITION, "INVALID"),
        (grpc.StatusCode.OUT_OF_RANGE, "INVALID"),
    ],
)
def test_a_call_over_grpc_is_judged_by_its_code(code: grpc.StatusCode, error_class: str) -> None:
    failed = failure_of(call_ended(code))

    assert failed is not None
    assert (failed.error_class, failed.after_seconds) == (error_class, None)
    assert "secret words" not in failed.message


@pytest.mark.parametrize("code", [grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.ABORTED])
def test_a_code_that_says_little_is_unknown(code: grpc.StatusCode) -> None:
    assert failure_of(call_ended(code)) is None


def test_a_peer_that_limits_says_for_how_long() -> None:
    failed = failure_of(call_ended(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_in(7.5)))

    assert failed == Failed(ErrorClass.RATE_LIMITED, "A call ended with RESOURCE_EXHAUSTED.", 7.5)


def test_a_peer_that_is_away_does_not_bring_all_its_callers_back_at_one_moment() -> None:
    failed = failure_of(call_ended(grpc.StatusCode.UNAVAILABLE, retry_in(1.0)))
    own = failure_of(Unavailable("It is away.", retry_seconds=1.0))

    assert failed is not None
    assert own is not None
    assert (failed.after_seconds, own.after_seconds) == (None, None)


@pytest.mark.parametrize("raw", [b"", b"\xff\xff\xff", b"not a message at all"])
def test_details_that_are_rubbish_are_no_details(raw: bytes) -> None:
    failed = failure_of(call_ended(grpc.StatusCode.RESOURCE_EXHAUSTED, raw=raw))

    assert failed is not None
    assert (failed.error_class, failed.after_seconds) == ("RATE_LIMITED", None)


@pytest.mark.parametrize(
    ("error", "error_class"),
    [
        (Unavailable("It is away."), "NETWORK"),
        (DeadlineExceeded("It took too long."), "TIMEOUT"),
        (Unauthenticated("Who?"), "AUTH"),
        (PermissionDenied("Not you."), "AUTH"),
        (NotFound("Nothing there."), "NOT_FOUND"),
        (InvalidArgument([FieldViolation("name", "It is empty.")]), "INVALID"),
        (FailedPrecondition("Not now."), "INVALID"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_of_ours_is_judged_by_its_code_and_tells_its_message(error: AtelierError, error_class: str) -> None:
    failed = failure_of(error)

    assert failed is not None
    assert (failed.error_class, failed.message) == (error_class, error.message)


@pytest.mark.parametrize(
    ("error", "error_class"),
    [
        (TimeoutError(), "TIMEOUT"),
        (ConnectionRefusedError(111, "refused"), "NETWORK"),
        (ConnectionResetError(104, "reset"), "NETWORK"),
        (BrokenPipeError(32, "broken"), "NETWORK"),
        (socket.gaierror(-2, "no such name"), "NETWORK"),
        (ssl.SSLError(1, "bad record"), "NETWORK"),
        (OSError(113, "no route to host"), "NETWORK"),
        (OSError(101, "network unreachable"), "NETWORK"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_sockets_raise_is_of_the_network(error: Exception, error_class: str) -> None:
    failed = failure_of(error)

    assert failed is not None
    assert failed.error_class == error_class


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(2, "no such file"),
        PermissionError(13, "permission denied"),
        OSError(28, "no space left"),
        ValueError("a connection was refused"),
        Internal(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_files_bugs_and_words_are_not_of_the_network(error: Exception) -> None:
    assert failure_of(error) is None


def test_what_a_helper_raises_on_purpose_is_what_it_says() -> None:
    failed = failure_of(JobError(ErrorClass.QUOTA, "No budget left.", after_seconds=3))

    assert failed == Failed(ErrorClass.QUOTA, "No budget left.", 3)


@pytest.mark.parametrize("error_class", ErrorClass)
def test_each_class_is_retried_or_not_and_only_a_limit_uses_no_attempt(error_class: ErrorClass) -> None:
    assert is_retried(error_class) is (error_class in RETRIED)
    assert uses_attempt(error_class) is (error_class is not ErrorClass.RATE_LIMITED)


@given(attempt=st.integers(min_value=1, max_value=10_000))
def test_the_delay_is_anything_up_to_a_bound_that_doubles_from_half_a_second(attempt: int) -> None:
    highest = min(300.0, 0.5 * 2.0 ** min(attempt - 1, 100))

    assert 0 <= delay_seconds(attempt, None) <= highest


def test_the_jitter_is_full() -> None:
    delays = [delay_seconds(3, None) for _ in range(2_000)]

    assert min(delays) < 0.1
    assert max(delays) > 1.9


def spread(numbers: Sequence[float]) -> float:
    return max(numbers) - min(numbers)


@pytest.mark.parametrize(("said", "waited"), [(7.5, 7.5), (0.0, 0.0), (-1.0, 0.0), (1e18, 30 * 86_400.0)])
def test_what_a_peer_said_is_honoured_within_reason(said: float, waited: float) -> None:
    assert spread([delay_seconds(attempt, said) for attempt in (1, 2, 30)]) == 0
    assert delay_seconds(1, said) == waited
