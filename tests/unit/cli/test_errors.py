"""The sentence and exit code of every status a call can end with."""

from typing import Any

import grpc
import pytest

from chassis import errors
from cli.errors import STATUS_DETAILS_KEY, CliError, explain, explain_status
from cli.exits import ExitCode

HERE = "127.0.0.1:7400"
RESOURCE_EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED


def of_server(error: errors.AtelierError) -> CliError:
    """What is said of an error as our servers send it."""
    packed = errors.status_of(error, domain="resolver.atelier").SerializeToString()
    metadata = grpc.aio.Metadata((STATUS_DETAILS_KEY, packed), ("x-request-id", "r-1"))
    return explain(grpc.aio.AioRpcError(error.code, grpc.aio.Metadata(), metadata, error.message), address=HERE)


def bare(code: grpc.StatusCode, message: str = "") -> CliError:
    """What is said of an error that carries no details."""
    return explain(grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), message), address=HERE)


def test_every_violation_is_named_with_its_field() -> None:
    violations = [errors.FieldViolation("items[3].source", "must not be empty."), errors.FieldViolation("", "too many")]

    error = of_server(errors.InvalidArgument(violations))

    assert error.sentence == (
        "The request was refused: items[3].source: must not be empty; too many; correct it and try again."
    )
    assert error.code == ExitCode.DATA


def test_a_part_that_is_away_says_when_to_try_again() -> None:
    error = of_server(errors.Unavailable("PostgreSQL is away.", retry_seconds=1.5))

    assert error.sentence == "PostgreSQL is away; try again in 1.5 s."
    assert error.code == ExitCode.UNAVAILABLE


def test_an_internal_error_gives_the_request_id_to_look_for() -> None:
    error = of_server(errors.Internal())

    assert error.sentence.endswith("look into the system's log under request id r-1.")
    assert error.code == ExitCode.SOFTWARE


@pytest.mark.parametrize(
    "message",
    ["failed to connect to all addresses; last error: Connection refused", "errors resolving nowhere:1", "Http1 seen"],
)
def test_a_gateway_that_is_not_there_is_told_apart_from_one_that_is_ill(message: str) -> None:
    error = bare(grpc.StatusCode.UNAVAILABLE, message)

    assert error.sentence == f"No gateway answers at {HERE}; start one with `atelier up` or name it with --address."
    assert error.code == ExitCode.UNAVAILABLE


def test_a_call_broken_off_says_so() -> None:
    error = bare(grpc.StatusCode.UNAVAILABLE, "Socket closed")

    assert "broke off the call (Socket closed)" in error.sentence


def of_gateway(code: grpc.StatusCode, reason: str, message: str) -> errors.AtelierError:
    """An error of the gateway's with this reason, which says itself when to call again."""

    class Refused(errors.AtelierError):
        def details(self) -> list[Any]:
            return [errors.retry_info(0.75)]

    Refused.code, Refused.reason = code, reason
    return Refused(message)


@pytest.mark.parametrize(
    ("error", "sentence", "code"),
    [
        (
            of_gateway(
                RESOURCE_EXHAUSTED, "RATE_LIMITED", "You may make 60 calls in 60 seconds; call again in 0.75 s."
            ),
            "You may make 60 calls in 60 seconds; call again in 0.75 s.",
            ExitCode.TRY_AGAIN,
        ),
        (
            of_gateway(RESOURCE_EXHAUSTED, "TOO_MANY_CALLS", "You have 9 calls under way; let one end."),
            "You have 9 calls under way; let one end; try again in 0.75 s.",
            ExitCode.TRY_AGAIN,
        ),
        (
            errors.Unavailable("The gateway has too much to do; call again shortly.", reason="OVERLOADED"),
            "The gateway has too much to do; call again shortly.",
            ExitCode.UNAVAILABLE,
        ),
        (
            errors.Unauthenticated("The token has expired; ask for a new one."),
            "The token has expired; ask for a new one (give one by --token or ATELIER_CLI_TOKEN, or make one with"
            " `atelier token`).",
            ExitCode.NO_PERMISSION,
        ),
        (
            of_gateway(grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_USED", "It was used; choose another one."),
            "It was used; choose another one by --request-id.",
            ExitCode.DATA,
        ),
    ],
)
def test_an_error_is_one_sentence_that_says_once_what_to_do(
    error: errors.AtelierError, sentence: str, code: ExitCode
) -> None:
    explained = of_server(error)

    assert (explained.sentence, explained.code) == (sentence, code)


def test_a_status_inside_an_answer_is_explained_as_one_that_ends_a_call() -> None:
    error = errors.Unavailable("PostgreSQL is away.", retry_seconds=1.5)

    inside = explain_status(errors.status_of(error, domain="resolver.atelier"), address=HERE)

    assert (inside.sentence, inside.code) == (of_server(error).sentence, of_server(error).code)


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_every_status_has_one_sentence_and_a_code_that_is_neither_0_nor_1(code: grpc.StatusCode) -> None:
    error = bare(code)

    assert error.sentence.endswith(".")
    assert error.sentence.count("\n") == 0
    assert error.code > ExitCode.ITEMS


def test_details_that_are_garbage_are_ignored() -> None:
    metadata = grpc.aio.Metadata((STATUS_DETAILS_KEY, b"\xff\xff"))
    code = grpc.StatusCode.NOT_FOUND

    error = explain(grpc.aio.AioRpcError(code, grpc.aio.Metadata(), metadata, "No card."), address=HERE)

    assert error.code == ExitCode.NOT_FOUND
