"""Errors over HTTP keep everything they had over gRPC."""

import grpc
import pytest
from connectrpc.code import Code
from google.rpc import error_details_pb2, status_pb2

from chassis.errors import FieldViolation, InvalidArgument
from gateway.refusals import connect_code, grpc_code, refusal, refusal_of

ERRORS = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]


@pytest.mark.parametrize("code", ERRORS)
def test_every_code_has_its_like(code: grpc.StatusCode) -> None:
    assert grpc_code(connect_code(code)) is code


def test_every_code_of_connect_is_reached() -> None:
    assert {connect_code(code) for code in ERRORS} == set(Code)


def test_details_pass_byte_for_byte_and_are_readable_where_known() -> None:
    status = status_pb2.Status()
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason="R", domain="d"))
    status.details.add(type_url="type.googleapis.com/unheard.of.Thing", value=b"\xff")
    status.details.add(type_url="type.googleapis.com/google.rpc.ErrorInfo", value=b"\xff")

    error = refusal(grpc.StatusCode.ABORTED, "why", status.SerializeToString())

    assert (error.code, error.message) == (Code.ABORTED, "why")
    assert [one.message_bytes for one in error.details] == [one.value for one in status.details]
    assert [one.value() is not None for one in error.details] == [True, False, False]


def test_an_error_without_details_has_none() -> None:
    assert list(refusal(grpc.StatusCode.ABORTED, "why", None).details) == []


def test_our_own_errors_say_where_they_come_from() -> None:
    error = refusal_of(InvalidArgument([FieldViolation("a.b", "must not be")]))

    assert [one.type_name for one in error.details] == ["google.rpc.ErrorInfo", "google.rpc.BadRequest"]
    assert b"gateway.atelier" in error.details[0].message_bytes
