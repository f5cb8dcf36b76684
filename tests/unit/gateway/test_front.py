"""The front answers whatever is raised behind it."""

import json
from collections.abc import Mapping
from typing import Any

import grpc
import pytest
import structlog

from chassis.errors import AtelierError, Unauthenticated, Unavailable
from gateway.front import Front

ERRORS = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]


class Raising:
    """A place at every path, whose answer is an error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def takes(self, scope: Any) -> bool:
        return True

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise self._error


async def answer_to(error: Exception) -> tuple[int, dict[str, str], Any]:
    """The status, headers and body of the answer where `error` is raised."""
    sent: list[Mapping[str, Any]] = []

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    nothing: Any = None
    log = structlog.wrap_logger(structlog.ReturnLogger())
    front = Front(places=[Raising(error)], methods=nothing, log=log)
    await front({"path": "/", "method": "GET", "headers": []}, nothing, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, json.loads(sent[1]["body"])


@pytest.mark.parametrize("code", ERRORS)
async def test_an_error_of_any_code_is_answered_by_its_own(code: grpc.StatusCode) -> None:
    error = AtelierError("why")
    error.code = code

    status, _, body = await answer_to(error)

    assert 400 <= status < 600
    assert (body["code"], body["message"]) == ({"cancelled": "canceled"}.get(name := code.name.lower(), name), "why")


async def test_who_is_unknown_is_asked_for_a_token() -> None:
    status, headers, _ = await answer_to(Unauthenticated("no token"))

    assert (status, headers["www-authenticate"]) == (401, "Bearer")


async def test_who_may_come_again_is_told_when() -> None:
    status, headers, _ = await answer_to(Unavailable("away", retry_seconds=1.2))

    assert (status, headers["retry-after"]) == (503, "2")


async def test_an_exception_that_nobody_expected_is_told_in_fixed_words() -> None:
    status, _, body = await answer_to(RuntimeError("secret"))

    assert (status, body["code"]) == (500, "internal")
    assert "secret" not in body["message"]
