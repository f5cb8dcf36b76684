"""Every call, to any service: who calls, until when, and how it says what is wrong. Read this first."""

from datetime import timedelta

import grpc
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub

from chassis.auth import Principal, Role, TokenVerifier, sign_token
from chassis.keys import SharedSecret
from tests.contract.conftest import Serve, Served, item, refusal


async def test_a_token_names_a_caller() -> None:
    # Whoever has the secret can sign; a service only ever learns a subject and a role from a token.
    secret = "a secret of at least thirty-two bytes"
    token = sign_token(secret, subject="ann", role=Role.USER, lifetime=timedelta(hours=1))

    caller = await TokenVerifier(SharedSecret(secret)).authenticate(f"Bearer {token}")

    assert caller == Principal(subject="ann", role=Role.USER)


async def test_nobody_calls_without_a_token(served: Served) -> None:
    # There is no mode without authentication: on one machine, too, `atelier up` makes a secret.
    async with served.channel(role=None) as channel:
        error = await refusal(ResolverServiceStub(channel).GetCoverage(pb.GetCoverageRequest()))

    assert error.code == grpc.StatusCode.UNAUTHENTICATED


async def test_a_role_says_what_its_caller_may_do(served: Served) -> None:
    # Users look cards up; only operators and our own services change the catalogue.
    async with served.channel(role=Role.USER) as channel:
        stub = ResolverServiceStub(channel)
        await stub.ResolveCards(pb.ResolveCardsRequest(items=[item()]))
        error = await refusal(stub.ImportCards(iter([pb.ImportCardsRequest()])))

    assert error.code == grpc.StatusCode.PERMISSION_DENIED


async def test_a_call_has_a_deadline(stub: ResolverServiceStub) -> None:
    # The caller says how long the answer is of use to it. Afterwards nobody works on it: not the service, and not
    # PostgreSQL either. A millisecond is too short for anything.
    error = await refusal(stub.GetCoverage(pb.GetCoverageRequest(), timeout=0.001))

    assert error.code == grpc.StatusCode.DEADLINE_EXCEEDED


async def test_an_error_names_its_field(stub: ResolverServiceStub) -> None:
    # A person reads the message, a program the reason and the fields; a bad request has changed nothing.
    error = await refusal(stub.ResolveCards(pb.ResolveCardsRequest(items=[item(), item(source="")])))

    assert error.code == grpc.StatusCode.INVALID_ARGUMENT
    assert (error.reason, error.domain) == ("INVALID_REQUEST", "resolver.atelier")
    assert error.fields == ["items[1].source"]
    assert error.message.startswith("items[1].source: ")


async def test_an_outage_says_when_to_come_back(serve: Serve) -> None:
    # UNAVAILABLE with RetryInfo means: your call is fine, send the very same again. Our own clients do so unasked.
    lost = await serve("postgresql://resolver:x@/atelier?host=/nowhere")

    async with lost.channel() as channel:
        error = await refusal(ResolverServiceStub(channel).GetCoverage(pb.GetCoverageRequest(), timeout=10))

    assert error.code == grpc.StatusCode.UNAVAILABLE
    assert error.retry_seconds == 1


@pytest.mark.parametrize("given", ["order-66", None])
async def test_a_request_id_finds_a_call_in_the_log(stub: ResolverServiceStub, given: str | None) -> None:
    # It comes back with every answer and stands in every line that the log has of the call. The caller may choose it.
    metadata = (("x-request-id", given),) if given else None
    call = stub.GetCoverage(pb.GetCoverageRequest(), metadata=metadata)

    request_id = dict(await call.trailing_metadata())["x-request-id"]

    assert request_id == given if given else len(request_id) == 32
