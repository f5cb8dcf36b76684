"""The cookie for a browser's EventSource: how it is had, and that it opens nothing else."""

import time
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest

from chassis.auth import Role, sign_token
from tests.integration.gateway.rig import SECRET, Gateway, StandIn, info
from tests.integration.gateway.test_events import ASKED, EVENTS, WATCH, counting, events_of


def cookie_of(answer: httpx.Response) -> dict[str, str]:
    """The attributes of the one cookie that an answer sets; its name and value are `cookie`."""
    first, *rest = answer.headers["set-cookie"].split("; ")
    return {"cookie": first} | {name: value for name, _, value in (one.partition("=") for one in rest)}


async def test_a_good_token_becomes_a_cookie_that_ends_with_it(gateway: Gateway) -> None:
    expiry = jwt.decode(gateway.token, SECRET, algorithms=["HS256"], audience="atelier")["exp"]
    began = time.time()

    answer = await gateway.http.post("/session", headers=dict([gateway.authorization]))

    cookie = cookie_of(answer)
    assert (answer.status_code, answer.headers["cache-control"]) == (204, "no-store")
    assert cookie["cookie"] == f"atelier_session={gateway.token}"
    assert (cookie["Path"], cookie["SameSite"], cookie["HttpOnly"]) == ("/", "Strict", "")
    assert expiry - 60 < began + int(cookie["Max-Age"]) <= expiry
    assert "Secure" not in cookie


async def test_behind_a_proxy_with_tls_the_cookie_is_secure(gateway: Gateway) -> None:
    headers = dict([gateway.authorization]) | {"origin": "https://atelier.example"}

    answer = await gateway.http.post("/session", headers=headers)

    assert "Secure" in cookie_of(answer)


async def test_signing_out_clears_the_cookie(gateway: Gateway) -> None:
    answer = await gateway.http.delete("/session")

    assert (answer.status_code, cookie_of(answer)["cookie"]) == (204, "atelier_session=")
    assert cookie_of(answer)["Max-Age"] == "0"


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}, {"cookie": "atelier_session=x"}])
async def test_no_session_without_a_good_token(gateway: Gateway, headers: dict[str, str]) -> None:
    answer = await gateway.http.post("/session", headers=headers)

    assert (answer.status_code, info(answer)["reason"]) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "set-cookie" not in answer.headers


async def test_a_token_that_no_cookie_holds_is_refused(gateway: Gateway) -> None:
    claims = jwt.decode(gateway.token, SECRET, algorithms=["HS256"], audience="atelier")
    token = jwt.encode(claims | {"more": "a" * 4000}, SECRET, algorithm="HS256")

    answer = await gateway.http.post("/session", headers={"authorization": f"Bearer {token}"})

    assert (answer.status_code, info(answer)["metadata"]["field"]) == (400, "authorization")


async def test_the_cookie_opens_event_streams(gateway: Gateway, stand_in: StandIn) -> None:
    asked = counting(stand_in)
    cookie = {"cookie": f'theme="dark; {{"a":[1]}}=; atelier_session={gateway.token}'}

    plain = await gateway.http.get(WATCH, params=ASKED, headers=cookie)
    own = await gateway.http.get(WATCH, params=ASKED, headers=cookie | {"sec-fetch-site": "same-origin"})

    assert len(events_of(plain.text)) == len(events_of(own.text)) == 3
    assert asked[0][1]["authorization"] == gateway.authorization[1]
    assert "cookie" not in asked[0][1]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_the_cookie_opens_nothing_to_other_sites(gateway: Gateway, stand_in: StandIn, site: str) -> None:
    asked = counting(stand_in)
    headers = {"cookie": f"atelier_session={gateway.token}", "sec-fetch-site": site}

    answer = await gateway.http.get(WATCH, params=ASKED, headers=headers)

    assert '"unauthenticated"' in answer.text
    assert not asked


async def test_the_cookie_opens_nothing_else(gateway: Gateway, stand_in: StandIn) -> None:
    asked = counting(stand_in)
    cookie = {"cookie": f"atelier_session={gateway.token}"}
    json_body: dict[str, Any] = {"json": {}, "headers": cookie}

    unary = await gateway.http.get(WATCH.replace("Watch", "Get"), params=ASKED, headers=cookie)
    posted = await gateway.http.post(WATCH.replace("Watch", "Create"), **json_body)
    events = await gateway.http.post(WATCH, json={}, headers=cookie | EVENTS)

    assert (unary.status_code, posted.status_code) == (401, 401)
    assert '"unauthenticated"' in events.text
    assert not asked


async def test_a_shown_token_goes_before_the_cookie(gateway: Gateway, stand_in: StandIn) -> None:
    asked = counting(stand_in)
    misty = sign_token(SECRET, subject="misty", role=Role.USER, lifetime=timedelta(hours=1))
    headers = {"cookie": f"atelier_session={misty}"} | dict([gateway.authorization])

    await gateway.http.get(WATCH, params=ASKED, headers=headers)

    assert asked[0][1]["authorization"] == gateway.authorization[1]
