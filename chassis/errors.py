"""The errors a caller may see, and how they travel: a `google.rpc.Status` with one `ErrorInfo` and what else applies.

Services derive their own from these. Whatever is not one of them is a bug, and its text stays in the log.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

STATUS_DETAILS_KEY = "grpc-status-details-bin"
# Details travel as metadata, of which gRPC's clients take 8 KiB unless told otherwise.
VIOLATIONS_TOLD = 20


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One thing wrong with one field. `field` is its path in the request, such as `items[3].source`."""

    field: str
    description: str
    reason: str = "INVALID_FIELD"


class AtelierError(Exception):
    """A condition a caller is told of. `message` is for a person; `reason` is for a program and never changes."""

    code: grpc.StatusCode = grpc.StatusCode.INTERNAL
    reason: str = "INTERNAL"
    # One that a flood of calls meets isn't worth a line in the log each time.
    frequent: bool = False

    def __init__(self, message: str, *, metadata: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = dict(metadata or {})

    def details(self) -> Sequence[Message]:
        """Details beside the `ErrorInfo`."""
        return ()

    def trailers(self) -> Sequence[tuple[str, str]]:
        """Metadata beside the status, for who knows gRPC and not us."""
        return ()


class InvalidArgument(AtelierError):
    """The request breaks a rule; it changed nothing. Every violation names its field; the first twenty travel."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "INVALID_REQUEST"

    def __init__(self, violations: Sequence[FieldViolation]) -> None:
        first = violations[0]
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        place = f"{first.field}: " if first.field else ""
        super().__init__(f"{place}{first.description}{more}", metadata={"field": first.field})
        self.violations = tuple(violations)

    def details(self) -> Sequence[Message]:
        fields = [
            error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.description, reason=v.reason)
            for v in self.violations[:VIOLATIONS_TOLD]
        ]
        return (error_details_pb2.BadRequest(field_violations=fields),)


class NotFound(AtelierError):
    """What was asked for doesn't exist, or isn't the caller's to see."""

    code = grpc.StatusCode.NOT_FOUND
    reason = "NOT_FOUND"


class Unauthenticated(AtelierError):
    """No token, or one that can't be trusted."""

    code = grpc.StatusCode.UNAUTHENTICATED
    reason = "UNAUTHENTICATED"


class PermissionDenied(AtelierError):
    """The caller is known, and its role doesn't allow the call."""

    code = grpc.StatusCode.PERMISSION_DENIED
    reason = "ROLE_NOT_ALLOWED"


class AlreadyExists(AtelierError):
    """What should be created exists already, and differs."""

    code = grpc.StatusCode.ALREADY_EXISTS
    reason = "ALREADY_EXISTS"


class FailedPrecondition(AtelierError):
    """The request is right, and what it is about is in no state for it."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "FAILED_PRECONDITION"


class DeadlineExceeded(AtelierError):
    """The caller's deadline, or the server's bound on a call without one, has passed; the work was stopped."""

    code = grpc.StatusCode.DEADLINE_EXCEEDED
    reason = "DEADLINE_EXCEEDED"


class Unavailable(AtelierError):
    """A part that the call needs is away; the same call may be sent again after `retry_seconds`."""

    code = grpc.StatusCode.UNAVAILABLE
    reason = "UNAVAILABLE"

    def __init__(self, message: str, *, reason: str = "UNAVAILABLE", retry_seconds: float = 1.0) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_seconds = retry_seconds

    def details(self) -> Sequence[Message]:
        return (retry_info(self.retry_seconds),)


class Internal(AtelierError):
    """A bug here. Its cause stands in the log under the request id, and nowhere else."""

    def __init__(self) -> None:
        super().__init__("Something went wrong on our side; the request id in the answer finds the cause in the log.")


def retry_info(seconds: float) -> error_details_pb2.RetryInfo:
    """When the same call may be sent again, in whole milliseconds and never too soon."""
    delay = Duration()
    delay.FromMilliseconds(math.ceil(seconds * 1000))
    return error_details_pb2.RetryInfo(retry_delay=delay)


def status_of(error: AtelierError, *, domain: str) -> status_pb2.Status:
    """The `google.rpc.Status` (AIP-193) of an error that occurred in `domain`, such as `resolver.atelier`."""
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=domain, metadata=error.metadata)
    status = status_pb2.Status(code=error.code.value[0], message=error.message)
    for detail in (info, *error.details()):
        status.details.add().Pack(detail)
    return status
