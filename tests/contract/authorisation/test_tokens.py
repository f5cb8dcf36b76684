"""Who isn't known gets nowhere: every method, at its service and through the gateway, with every kind of bad token."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from google.protobuf.message_factory import GetMessageClass

from chassis.auth import AUDIENCE
from tests.contract.authorisation.calls import Door, Ending
from tests.contract.authorisation.methods import Target, every_target
from tests.contract.conftest import SECRET

WAYS = [(target, door) for target in every_target() for door in target.doors]


def claims(**changed: Any) -> dict[str, Any]:
    """A user's, for an hour."""
    now = datetime.now(UTC)
    good = {"sub": "somebody", "role": "user", "aud": AUDIENCE, "iat": now, "exp": now + timedelta(hours=1)}
    return {name: value for name, value in (good | changed).items() if value is not None}


def signed(secret: Any = SECRET, algorithm: str = "HS256", **changed: Any) -> str:
    """What a caller sends who signs these claims."""
    return f"Bearer {jwt.encode(claims(**changed), secret, algorithm=algorithm)}"


def mislabelled() -> str:
    """A token signed with the right secret by HS256, whose head says RS256."""
    told = [{"alg": "RS256", "typ": "JWT"}, claims(iat=None, exp=4_102_444_800)]
    text = ".".join(_encoded(json.dumps(part).encode()) for part in told)
    return f"Bearer {text}.{_encoded(hmac.digest(SECRET.encode(), text.encode(), hashlib.sha256))}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
BAD: Mapping[str, str | None] = {
    "missing": None,
    "no bearer": signed().removeprefix("Bearer "),
    "rubbish": "Bearer rubbish",
    "expired": signed(exp=datetime.now(UTC) - timedelta(seconds=1)),
    "forged": signed("f" * 64),
    "changed": signed()[:-4] + "AAAA",
    "unsigned": signed(None, "none"),
    "HS512": signed(algorithm="HS512"),
    "RS256": signed(KEY, "RS256"),
    "mislabelled": mislabelled(),
    "another audience": signed(aud="elsewhere"),
    "no audience": signed(aud=None),
    "no end": signed(exp=None),
    "unknown role": signed(role="root"),
    "nobody": signed(sub=""),
}


@pytest.mark.parametrize(("target", "door"), WAYS, ids=str)
async def test_a_token_that_is_missing_or_bad_leads_nowhere(
    doors: Mapping[str, Door], target: Target, door: str
) -> None:
    empty = GetMessageClass(target.method.input_type)()

    answers = {name: await doors[door].call(target.method, [empty], token) for name, token in BAD.items()}

    who = target.service if door == target.service else "gateway"
    refused = Ending("UNAUTHENTICATED", "UNAUTHENTICATED", f"{who}.atelier")
    assert {name: answer.ending for name, answer in answers.items()} == dict.fromkeys(BAD, refused)
    assert not any(answer.messages for answer in answers.values())
