"""Errors as callers get them."""

from collections.abc import Sequence
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2

from chassis import errors
from chassis.errors import AtelierError, FieldViolation, InvalidArgument, NotFound, Unavailable, status_of

DOMAIN = "resolver.atelier"
# What a client of any language accepts without being told otherwise (gRFC A50's sibling, GRPC_ARG_MAX_METADATA_SIZE).
METADATA_BYTES = 8 * 1024


def unpacked(error: AtelierError) -> dict[str, list[Any]]:
    """The details of its status, by type."""
    found: dict[str, list[Any]] = {}
    for detail in status_of(error, domain=DOMAIN).details:
        message = getattr(error_details_pb2, detail.TypeName().split(".")[-1])()
        detail.Unpack(message)
        found.setdefault(type(message).__name__, []).append(message)
    return found


@pytest.mark.parametrize(
    ("error", "code", "kinds"),
    [
        (InvalidArgument([FieldViolation("a", "is wrong")]), "INVALID_ARGUMENT", ["ErrorInfo", "BadRequest"]),
        (NotFound("gone"), "NOT_FOUND", ["ErrorInfo"]),
        (errors.Unauthenticated("who?"), "UNAUTHENTICATED", ["ErrorInfo"]),
        (errors.PermissionDenied("no"), "PERMISSION_DENIED", ["ErrorInfo"]),
        (errors.DeadlineExceeded("late"), "DEADLINE_EXCEEDED", ["ErrorInfo"]),
        (Unavailable("away"), "UNAVAILABLE", ["ErrorInfo", "RetryInfo"]),
        (errors.Internal(), "INTERNAL", ["ErrorInfo"]),
    ],
)
def test_every_error_has_exactly_one_error_info_and_what_else_fits(
    error: AtelierError, code: str, kinds: Sequence[str]
) -> None:
    status = status_of(error, domain=DOMAIN)
    details = unpacked(error)

    assert status.code == grpc.StatusCode[code].value[0]
    assert status.message == error.message
    assert list(details) == kinds
    assert all(len(found) == 1 for found in details.values())
    assert (details["ErrorInfo"][0].domain, details["ErrorInfo"][0].reason) == (DOMAIN, error.reason)


def test_a_bad_request_names_every_field_and_its_message_the_first() -> None:
    error = InvalidArgument([FieldViolation("a.b", "is empty"), FieldViolation("c[2]", "is long", "TOO_LONG")])

    bad = unpacked(error)["BadRequest"][0]

    assert [(one.field, one.description, one.reason) for one in bad.field_violations] == [
        ("a.b", "is empty", "INVALID_FIELD"),
        ("c[2]", "is long", "TOO_LONG"),
    ]
    assert error.message == "a.b: is empty (and 1 more)"


def test_a_thousand_mistakes_still_fit_into_what_a_client_accepts() -> None:
    error = InvalidArgument([FieldViolation(f"items[{n}].external_id", "must not be empty") for n in range(1000)])

    status = status_of(error, domain=DOMAIN)

    assert status.ByteSize() < METADATA_BYTES / 2
    assert unpacked(error)["BadRequest"][0].field_violations[0].field == "items[0].external_id"
    assert "999 more" in error.message


def test_retry_info_says_when_to_come_back() -> None:
    error = Unavailable("away", reason="CONTENDED", retry_seconds=0.25)

    delay = unpacked(error)["RetryInfo"][0].retry_delay

    assert (delay.seconds, delay.nanos) == (0, 250_000_000)
    assert error.reason == "CONTENDED"


def test_metadata_travels_in_the_error_info() -> None:
    error = NotFound("gone", metadata={"card_id": "7"})

    assert dict(unpacked(error)["ErrorInfo"][0].metadata) == {"card_id": "7"}
