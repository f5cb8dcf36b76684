"""What browsers are told: security headers with every answer, and who else's pages may read them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.browsers import SecurityHeaders
from tests.integration.gateway.rig import SERVICE, Gateway, StandIn, post, run_gateway

RESOLVE = f"/{SERVICE}/ResolveCards"
FRIEND = "https://friend.example"
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,connect-protocol-version,content-type",
}


@pytest.fixture(scope="module")
async def shared(running_stand_in: StandIn, secret_file: Path) -> AsyncIterator[Gateway]:
    """A gateway that pages of two other sites may call."""
    origins = f"{FRIEND}, http://localhost:5173"
    async with run_gateway(secret_file, running_stand_in.port, cors_origins=origins) as running:
        yield running


@pytest.fixture
def answering(stand_in: StandIn) -> None:
    async def answer(data: bytes, context: Any) -> bytes:
        return b""

    stand_in.unary(RESOLVE, answer)


@pytest.mark.parametrize(
    "path", ["/healthz", "/no/such/thing", RESOLVE, "/session", "/", "/reference", "/openapi.json"]
)
async def test_every_answer_has_the_headers_that_browsers_heed(gateway: Gateway, path: str) -> None:
    answer = await gateway.http.get(path)

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "strict-transport-security" not in answer.headers
    assert len(answer.headers.get_list("content-security-policy")) == 1


@pytest.mark.parametrize(("scheme", "told"), [("https", True), ("http", False)])
async def test_tls_is_demanded_from_then_on_where_it_is_spoken(scheme: str, told: bool) -> None:
    sent: list[Any] = []

    async def bare(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"X-Content-Type-Options", b"own")]})

    async def keep(message: Any) -> None:
        sent.append(message)

    async def nothing() -> Any:
        raise AssertionError

    await SecurityHeaders(bare)({"scheme": scheme}, nothing, keep)

    names = [name.lower() for name, _ in sent[0]["headers"]]
    assert (b"strict-transport-security" in names) is told
    assert names.count(b"x-content-type-options") == 1


@pytest.mark.usefixtures("answering")
async def test_other_sites_may_not_read_unless_told_otherwise(gateway: Gateway) -> None:
    preflight = await gateway.http.options(RESOLVE, headers=PREFLIGHT | {"origin": FRIEND})
    answer = await post(gateway, RESOLVE, {}, origin=FRIEND)

    assert preflight.status_code == 405
    assert answer.status_code == 200
    assert not [name for name in (*preflight.headers, *answer.headers) if name.startswith("access-control")]


@pytest.mark.usefixtures("answering")
@pytest.mark.parametrize("origin", [FRIEND, "http://localhost:5173"])
async def test_a_site_of_the_settings_may_call_and_read(shared: Gateway, origin: str) -> None:
    preflight = await shared.http.options(RESOLVE, headers=PREFLIGHT | {"origin": origin})
    answer = await post(shared, RESOLVE, {}, origin=origin)

    assert preflight.status_code == 200
    for told in (preflight, answer):
        assert told.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in told.headers
        assert "Origin" in told.headers["vary"]
    assert "content-security-policy" in preflight.headers
    assert {"x-request-id", "retry-after", "grpc-status"} <= set(
        answer.headers["access-control-expose-headers"].split(", ")
    )


async def test_a_refusal_can_be_read_by_a_site_of_the_settings(shared: Gateway) -> None:
    answer = await shared.http.post(RESOLVE, json={}, headers={"origin": FRIEND})

    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, FRIEND)


@pytest.mark.usefixtures("answering")
@pytest.mark.parametrize("origin", ["https://stranger.example", "http://friend.example", "null"])
async def test_others_are_told_nothing(shared: Gateway, origin: str) -> None:
    preflight = await shared.http.options(RESOLVE, headers=PREFLIGHT | {"origin": origin})
    answer = await post(shared, RESOLVE, {}, origin=origin)

    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/resolve-cards", RESOLVE),
        (f"{RESOLVE}/", RESOLVE),
        (f"/{SERVICE}/resolvecards", RESOLVE),
        ("/v1/get_queue", "/atelier.jobs.v1.JobsService/GetQueue"),
    ],
)
async def test_a_path_beside_a_method_is_told_the_method(gateway: Gateway, path: str, meant: str) -> None:
    answer = await gateway.http.get(path)

    assert (answer.status_code, answer.json()["message"]) == (
        404,
        f"There is nothing at {path}. Did you mean {meant}?",
    )
