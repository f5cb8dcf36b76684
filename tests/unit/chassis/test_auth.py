"""Whose token is taken, and what everyone else is told."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.auth import AUDIENCE, Permissions, Principal, Role, TokenVerifier, sign_token
from chassis.errors import PermissionDenied, Unauthenticated
from chassis.keys import SharedSecret

SECRET = "s" * 64
HOUR = timedelta(hours=1)
UNTRUSTED = "The token can't be verified; ask for a new one."


@pytest.fixture
def verifier() -> TokenVerifier:
    """Trusts what SECRET has signed."""
    return TokenVerifier(SharedSecret(SECRET))


def claims(**changes: Any) -> dict[str, Any]:
    """What a good token claims; a change to None takes the claim out."""
    now = datetime.now(UTC)
    full = {"sub": "ann", "role": "user", "aud": AUDIENCE, "iat": now, "exp": now + HOUR} | changes
    return {name: value for name, value in full.items() if value is not None}


def signed(secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    return jwt.encode(claims(**changes), secret, algorithm=algorithm)


async def refused(verifier: TokenVerifier, authorization: str | None) -> str:
    """What a caller who isn't trusted is told."""
    with pytest.raises(Unauthenticated) as caught:
        await verifier.authenticate(authorization)
    return caught.value.message


@pytest.mark.parametrize("role", list(Role))
async def test_a_good_token_names_its_caller(verifier: TokenVerifier, role: Role) -> None:
    token = sign_token(SECRET, subject="ann", role=role, lifetime=HOUR)

    assert await verifier.authenticate(f"Bearer {token}") == Principal("ann", role)
    assert await verifier.authenticate(f"bearer {token}") == Principal("ann", role)


@pytest.mark.parametrize("authorization", [None, ""])
async def test_whoever_brings_no_token_is_told_how_to(verifier: TokenVerifier, authorization: str | None) -> None:
    assert "authorization: Bearer" in await refused(verifier, authorization)


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer ", "Basic YTpi", "rubbish"])
async def test_another_scheme_is_told_the_right_one(verifier: TokenVerifier, authorization: str) -> None:
    assert await refused(verifier, authorization) == "The `authorization` metadata must read `Bearer <JWT>`."


async def test_an_expired_token_is_told_apart(verifier: TokenVerifier) -> None:
    token = sign_token(SECRET, subject="ann", role=Role.USER, lifetime=timedelta(seconds=-1))

    assert await refused(verifier, f"Bearer {token}") == "The token has expired; ask for a new one."


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(signed(secret="t" * 64), id="another secret"),
        pytest.param(signed(algorithm="HS512"), id="another algorithm"),
        pytest.param(jwt.encode(claims(), "", algorithm="none"), id="no signature"),
        pytest.param(signed(aud="elsewhere"), id="another audience"),
        pytest.param(signed(role="root"), id="a role nobody has"),
        pytest.param(signed(role=["operator"]), id="a list of roles"),
        pytest.param(signed(role={}), id="an object for a role"),
        pytest.param(signed(nbf=datetime.now(UTC) + HOUR), id="not valid yet"),
        *(
            pytest.param(signed(SECRET, "HS256", **{name: None}), id=f"no {name}")
            for name in ("sub", "role", "aud", "exp")
        ),
        pytest.param(signed().rsplit(".", 1)[0] + ".", id="cut off"),
        pytest.param("a.b.c", id="rubbish"),
        pytest.param("é" * 9, id="not ASCII"),
    ],
)
async def test_a_token_that_cannot_be_trusted_is_refused_without_saying_why(
    verifier: TokenVerifier, token: str
) -> None:
    assert await refused(verifier, f"Bearer {token}") == UNTRUSTED


async def test_changed_claims_break_the_signature(verifier: TokenVerifier) -> None:
    header, body, signature = signed().split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "==")) | {"role": "operator"}
    forged = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")

    assert await refused(verifier, f"Bearer {header}.{forged}.{signature}") == UNTRUSTED


async def test_a_header_nested_beyond_reason_is_refused_like_any_other(verifier: TokenVerifier) -> None:
    header = base64.urlsafe_b64encode(b"[" * 20_000).decode().rstrip("=")

    assert await refused(verifier, f"Bearer {header}.e30.eA") == UNTRUSTED


async def test_a_token_without_a_subject_names_nobody(verifier: TokenVerifier) -> None:
    assert await refused(verifier, f"Bearer {signed(sub='')}") == UNTRUSTED


async def test_a_token_that_was_good_is_refused_from_the_second_it_expires() -> None:
    now = [datetime.now(UTC).timestamp()]
    verifier = TokenVerifier(SharedSecret(SECRET), clock=lambda: now[0])
    token = f"Bearer {signed(exp=datetime.now(UTC) + timedelta(seconds=30))}"
    await verifier.authenticate(token)
    asked: list[str] = []

    async def key_for(token: str) -> str:
        asked.append(token)
        raise jwt.ExpiredSignatureError

    verifier._keys.key_for = key_for  # type: ignore[method-assign] # as real time can't be moved under PyJWT
    now[0] += 29
    still_known = await verifier.authenticate(token)
    now[0] += 2

    assert still_known.subject == "ann"
    assert asked == []
    assert "expired" in await refused(verifier, token)


HEADERS = st.text(max_size=60) | st.tuples(st.binary(max_size=30), st.binary(max_size=30)).map(
    lambda parts: ".".join(base64.urlsafe_b64encode(part).decode() for part in (*parts, b"x"))
)


@settings(database=None, deadline=None, max_examples=200)
@given(HEADERS)
async def test_rubbish_for_a_token_is_refused_and_nothing_worse(text: str) -> None:
    assert await refused(TokenVerifier(SharedSecret(SECRET)), f"Bearer x{text}") == UNTRUSTED


@pytest.mark.parametrize("secret", ["", "s" * 31])
def test_a_secret_shorter_than_its_hash_signs_nothing(secret: str) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SharedSecret(secret)


def test_a_method_with_roles_is_open_to_these_and_one_without_to_all() -> None:
    permissions = Permissions({"/svc/Import": frozenset({Role.OPERATOR, Role.SERVICE})})
    user = Principal("ann", Role.USER)

    permissions.check(user, "/svc/Get")
    permissions.check(Principal("ops", Role.OPERATOR), "/svc/Import")
    with pytest.raises(PermissionDenied, match="it needs role operator or service"):
        permissions.check(user, "/svc/Import")
