"""How calls fail, as OpenAPI: Connect's form of an error, with the details of `google.rpc`."""

from typing import Any

from connectrpc.code import Code
from google.rpc import error_details_pb2 as details

from gateway.reference.schemas import Schema, Schemas

# The details that services send; each error has exactly one ErrorInfo.
DETAILS = {
    one.full_name: one
    for one in (
        details.ErrorInfo.DESCRIPTOR,
        details.BadRequest.DESCRIPTOR,
        details.RetryInfo.DESCRIPTOR,
        details.QuotaFailure.DESCRIPTOR,
    )
}
# By HTTP status: its name here, and when (connectrpc.com/docs/protocol, "Error codes").
FAILURES = {
    400: ("Invalid", "`invalid_argument`, `failed_precondition`, `out_of_range`: `BadRequest` names the fields."),
    401: ("Unauthenticated", "`unauthenticated`: no token, or one that can't be trusted."),
    403: ("Denied", "`permission_denied`: the caller's role doesn't allow the call."),
    404: ("Missing", "`not_found`: it doesn't exist, or isn't the caller's to see."),
    409: ("Conflict", "`already_exists`, `aborted`: such as a `request_id` that was used for something else."),
    429: ("Exhausted", "`resource_exhausted`: over a limit or a budget; `RetryInfo` says when to come back."),
    500: ("Failed", "`internal`, `unknown`, `data_loss`: something went wrong on our side."),
    501: ("Unimplemented", "`unimplemented`: no service here has it."),
    503: ("Unavailable", "`unavailable`: a part that the call needs is away; send the same call again."),
    504: ("Late", "`deadline_exceeded`: the call's deadline passed, and the work was stopped."),
}
HEADERS: dict[str, Any] = {
    "RequestId": {"description": "The call's id, which finds it in the log.", "schema": {"type": "string"}},
    "RetryAfter": {"description": "Seconds to wait before the next try.", "schema": {"type": "integer"}},
    "RateLimit": {"description": "What is left of the caller's limit.", "schema": {"type": "string"}},
    "RateLimitPolicy": {"description": "The caller's limits.", "schema": {"type": "string"}},
}
LIMIT_HEADERS = {
    "RateLimit": {"$ref": "#/components/headers/RateLimit"},
    "RateLimit-Policy": {"$ref": "#/components/headers/RateLimitPolicy"},
}
ID_HEADER = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
RETRY_HEADER = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}


def failure_refs() -> Schema:
    """The ways in which any call may fail, by status."""
    return {str(status): {"$ref": f"#/components/responses/{name}"} for status, (name, _) in FAILURES.items()}


def failure_responses() -> Schema:
    """The shared responses."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        name: {"description": text, "headers": _headers(status), "content": content}
        for status, (name, text) in FAILURES.items()
    }


def error_schema(schemas: Schemas) -> Schema:
    """Connect's error (connectrpc.com/docs/protocol, "Error End-Stream")."""
    return {
        "type": "object",
        "required": ["code"],
        "properties": {
            "code": {"enum": [code.value for code in Code]},
            "message": {"type": "string", "description": "What went wrong, for a person."},
            "details": {"type": "array", "items": _detail_schema(schemas)},
        },
    }


def _detail_schema(schemas: Schemas) -> Schema:
    known = [
        {"properties": {"type": {"const": name}, "debug": schemas.ref(descriptor)}}
        for name, descriptor in DETAILS.items()
    ]
    other = {"properties": {"type": {"not": {"enum": list(DETAILS)}}}}
    return {
        "type": "object",
        "description": "`value` is the message in base64; `debug` shows its fields, where its type is known.",
        "required": ["type", "value"],
        "properties": {"type": {"type": "string"}, "value": {"type": "string", "contentEncoding": "base64"}},
        "anyOf": [*known, other],
    }


def _headers(status: int) -> Schema:
    return ID_HEADER | (LIMIT_HEADERS if status == 429 else {}) | (RETRY_HEADER if status in (429, 503) else {})
