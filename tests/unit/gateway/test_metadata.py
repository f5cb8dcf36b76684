"""What of a call's metadata passes, and what stays at its hop."""

from collections.abc import Iterator

import pytest

from chassis.context import request_id
from gateway import metadata
from gateway.metadata import towards_caller, towards_service


@pytest.fixture(autouse=True)
def under_way() -> Iterator[None]:
    """A call with a request id."""
    token = request_id.set("the-id")
    yield
    request_id.reset(token)


def test_a_callers_own_metadata_passes_in_order_and_twice_over() -> None:
    sent = (("authorization", "Bearer x"), ("some", "a"), ("some", "b"), ("raw-bin", b"\x00\xff"))

    assert towards_service(sent) == (*sent, ("x-request-id", "the-id"))


@pytest.mark.parametrize(
    "key", ["grpc-timeout", "grpc-encoding", "te", "content-type", "user-agent", ":path", ":authority", "connection"]
)
def test_what_belongs_to_one_hop_stays_there(key: str) -> None:
    assert towards_service(((key, "x"),)) == (("x-request-id", "the-id"),)
    assert towards_caller(((key, "x"),)) == ()


def test_the_request_id_is_sent_once() -> None:
    assert towards_service((("x-request-id", "another"),)) == (("x-request-id", "the-id"),)


def test_a_trace_passes_where_nothing_is_traced_here() -> None:
    sent = (("traceparent", "00-a"), ("tracestate", "b=c"))

    assert towards_service(sent)[:2] == sent


def test_our_own_span_replaces_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "trace_headers", lambda: {"traceparent": "00-ours"})

    sent = towards_service((("traceparent", "00-theirs"), ("tracestate", "b=c")))

    assert sent == (("x-request-id", "the-id"), ("traceparent", "00-ours"))


def test_rich_details_of_an_error_pass() -> None:
    entries = (("grpc-status-details-bin", b"\x08\x05"), ("grpc-status", "5"), ("more", "m"))

    assert towards_caller(entries) == (("grpc-status-details-bin", b"\x08\x05"), ("more", "m"))
    assert towards_caller(None) == ()
