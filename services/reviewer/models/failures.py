"""What a failed call means: by the exception's type, by the status, and by the error's code. Never by words.

429 is RATE_LIMITED, after what the server says (`Retry-After` in seconds or as a date, or `retry-after-ms`), but QUOTA
where its code says that there is no budget left; 529 (Anthropic: overloaded) is RATE_LIMITED too, as it asks for the
same patience. Other statuses are as jobs/http_failures.py has them. A connection that fails or is cut is NETWORK, a
call that takes too long TIMEOUT, a refusal and an answer that reached its limit of tokens INVALID: the same again would
end alike. What isn't of the form asked for is UNKNOWN.

What a server says of a failure is never passed on: it may quote the request.

Sources: platform.claude.com/docs/en/api/errors, platform.openai.com/docs/guides/error-codes.
"""

from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelConnectionError,
    ModelHTTPError,
    ModelRequestTimeout,
    ModelTimeoutError,
    OutputTokenLimitExceeded,
)

from jobs.http_failures import class_of_status
from jobs.job import ErrorClass
from jobs.outcomes import Failed

_OVERLOADED = 529
_NO_BUDGET = frozenset(
    {
        "billing_error",
        "billing_hard_limit_reached",
        "billing_not_active",
        "credit_balance_exhausted",
        "insufficient_quota",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
    }
)


def failure_of(model: str, error: Exception, *, refused: bool) -> Failed:
    """The failure that an exception tells of. `refused`: the answer says by its stop reason that it is a refusal."""
    if refused or isinstance(error, ContentFilterError):
        return Failed(ErrorClass.INVALID, f"{model} refused to look at this.")
    match error:
        case ModelHTTPError():
            return _by_status(model, error)
        case ModelTimeoutError() | ModelRequestTimeout():
            return Failed(ErrorClass.TIMEOUT, f"{model} took too long to answer.")
        case ModelConnectionError():
            return Failed(ErrorClass.NETWORK, f"The connection to {model} failed, or was cut.")
        case OutputTokenLimitExceeded():
            return Failed(ErrorClass.INVALID, f"{model} had more to say than its limit of tokens allows.")
        case _:
            return Failed(ErrorClass.UNKNOWN, f"{model} gave no answer of the form asked for.")


def _by_status(model: str, error: ModelHTTPError) -> Failed:
    if _NO_BUDGET & {error.provider_error_code, error.provider_error_type}:
        return Failed(ErrorClass.QUOTA, f"The account for {model} has no budget left.")
    overloaded = error.status_code == _OVERLOADED
    error_class = ErrorClass.RATE_LIMITED if overloaded else class_of_status(error.status_code)
    after = error.retry_after if error_class is ErrorClass.RATE_LIMITED else None
    return Failed(error_class, f"{model} answered with status {error.status_code}.", after)
