"""What can go wrong with a command, each as one sentence that says what to do; and how a call's error becomes one."""

from dataclasses import dataclass, field, replace
from typing import TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2

from cli.exits import ExitCode

STATUS_DETAILS_KEY = "grpc-status-details-bin"
REQUEST_ID_KEY = "x-request-id"
# Reasons for which the same, tried again soon, does no good.
BUDGET_EXHAUSTED = "BUDGET_EXHAUSTED"
REQUEST_ID_USED = "REQUEST_ID_USED"
SNAPSHOT_TOO_LARGE = "SNAPSHOT_TOO_LARGE"
CODES = {code.value[0]: code for code in grpc.StatusCode}
UNREACHABLE = (
    "failed to connect",
    "connection refused",
    "resolution failed",
    "resolving",
    "http1",
    "no such file",
)

DetailT = TypeVar("DetailT", bound=Message)


class CliError(Exception):
    """The command can't do what was asked. `sentence` is for a person, `code` for a script."""

    def __init__(self, sentence: str, code: ExitCode) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


@dataclass(frozen=True, slots=True)
class Explained:
    """The parts of a `google.rpc.Status` that a sentence is made of."""

    code: grpc.StatusCode
    message: str
    from_server: bool = False
    violations: list[str] = field(default_factory=list)
    retry_seconds: float | None = None
    lacks_credits: bool = False
    reason: str = ""
    request_id: str = ""


def explain(error: grpc.aio.AioRpcError, *, address: str) -> CliError:
    """The sentence and exit code for an error of a call to the gateway at `address`."""
    return CliError(*_sentence(read_status(error), address))


def explain_status(status: status_pb2.Status, *, address: str) -> CliError:
    """The same for a status that came inside an answer of the gateway's."""
    return CliError(*_sentence(read_details(status), address))


def read_status(error: grpc.aio.AioRpcError) -> Explained:
    """What an error says, by its status message and details; nothing in it is trusted to be there."""
    trailers = [(str(key), value) for key, value in error.trailing_metadata() or ()]
    leaders = [(str(key), value) for key, value in error.initial_metadata() or ()]
    packed = dict(trailers).get(STATUS_DETAILS_KEY)
    status = _parse(packed) if isinstance(packed, bytes) else status_pb2.Status()
    return replace(
        read_details(status),
        code=error.code(),
        message=error.details() or status.message,
        request_id=str(dict(leaders + trailers).get(REQUEST_ID_KEY, "")),
    )


def read_details(status: status_pb2.Status) -> Explained:
    """What a status says by itself."""
    bad_request = _detail(status, error_details_pb2.BadRequest)
    retry = _detail(status, error_details_pb2.RetryInfo)
    info = _detail(status, error_details_pb2.ErrorInfo)
    return Explained(
        code=CODES.get(status.code, grpc.StatusCode.UNKNOWN),
        message=status.message,
        from_server=info is not None,
        violations=[_violation(item) for item in bad_request.field_violations] if bad_request else [],
        retry_seconds=retry.retry_delay.ToTimedelta().total_seconds() if retry else None,
        lacks_credits=_lacks_credits(_detail(status, error_details_pb2.QuotaFailure)),
        reason=info.reason if info else "",
    )


def _sentence(status: Explained, address: str) -> tuple[str, ExitCode]:
    what = _clause(status.message) or status.code.name
    match status.code:
        case grpc.StatusCode.UNAVAILABLE:
            return _unavailable(status, what, address), ExitCode.UNAVAILABLE
        case grpc.StatusCode.UNAUTHENTICATED:
            remedy = "give one by --token or ATELIER_CLI_TOKEN, or make one with `atelier token`"
            return f"{what} ({remedy}).", ExitCode.NO_PERMISSION
        case grpc.StatusCode.PERMISSION_DENIED:
            return f"{what} (make a token of that role with `atelier token`).", ExitCode.NO_PERMISSION
        case grpc.StatusCode.NOT_FOUND:
            return f"{what}; check what you named, or import it first.", ExitCode.NOT_FOUND
        case grpc.StatusCode.FAILED_PRECONDITION if status.lacks_credits:
            return f"{what}; ask for less, or have an operator add some by `atelier credits grant`.", ExitCode.DATA
        case grpc.StatusCode.ALREADY_EXISTS if status.reason == REQUEST_ID_USED:
            return f"{what} by --request-id.", ExitCode.DATA
        case grpc.StatusCode.ALREADY_EXISTS | grpc.StatusCode.FAILED_PRECONDITION:
            return f"{what}; nothing was changed.", ExitCode.DATA
        case grpc.StatusCode.INVALID_ARGUMENT | grpc.StatusCode.OUT_OF_RANGE:
            wrong = "; ".join(status.violations) or what
            return f"The request was refused: {wrong}; correct it and try again.", ExitCode.DATA
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return f"The answer took too long ({what}); try again, or ask for less at once.", ExitCode.TRY_AGAIN
        case grpc.StatusCode.RESOURCE_EXHAUSTED if status.reason == BUDGET_EXHAUSTED:
            return f"{what} (`atelier quota` shows what is left).", ExitCode.TRY_AGAIN
        case grpc.StatusCode.RESOURCE_EXHAUSTED if status.reason == SNAPSHOT_TOO_LARGE:
            return f"{what}.", ExitCode.DATA
        case grpc.StatusCode.RESOURCE_EXHAUSTED | grpc.StatusCode.ABORTED | grpc.StatusCode.CANCELLED:
            return _again(status, what), ExitCode.TRY_AGAIN
        case grpc.StatusCode.UNIMPLEMENTED:
            return f"The gateway at {address} doesn't know this call ({what}); check its version.", ExitCode.PROTOCOL
        case _:
            place = f" under request id {status.request_id}" if status.request_id else ""
            return f"{what}; look into the system's log{place}.", ExitCode.SOFTWARE


def _unavailable(status: Explained, what: str, address: str) -> str:
    if status.from_server:
        return _again(status, what)
    if any(sign in what.lower() for sign in UNREACHABLE):
        return f"No gateway answers at {address}; start one with `atelier up` or name it with --address."
    return (
        f"The gateway at {address} broke off the call ({what}); see with `atelier system` that it runs and try again."
    )


def _lacks_credits(quota: error_details_pb2.QuotaFailure | None) -> bool:
    return quota is not None and any(one.subject.startswith("credits:") for one in quota.violations)


def _again(status: Explained, what: str) -> str:
    """What went wrong and that the same may succeed later, which many messages say by themselves."""
    if " again" in what:
        return f"{what}."
    delay = f" in {status.retry_seconds:g} s" if status.retry_seconds else ""
    return f"{what}; try again{delay}."


def _clause(message: str) -> str:
    """A message without its full stop, so that more can follow."""
    return message.strip().rstrip(".")


def _violation(item: error_details_pb2.BadRequest.FieldViolation) -> str:
    what = _clause(item.description)
    return f"{item.field}: {what}" if item.field else what


def _parse(packed: bytes) -> status_pb2.Status:
    try:
        return status_pb2.Status.FromString(packed)
    except DecodeError:
        return status_pb2.Status()


def _detail(status: status_pb2.Status, kind: type[DetailT]) -> DetailT | None:
    for packed in status.details:
        found = kind()
        if packed.Is(kind.DESCRIPTOR) and packed.Unpack(found):
            return found
    return None
