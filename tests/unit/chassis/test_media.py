"""Signed addresses of pictures."""

from urllib.parse import parse_qs, urlsplit

import pytest

from chassis.media import LIFETIME_SECONDS, MediaAddressExpired, MediaAddressInvalid, MediaSigner, media_key

NAME = "ab" * 32 + ".png"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def verify(signer: MediaSigner, url: str, **changed: str) -> None:
    parts = urlsplit(url)
    told = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    signer.verify(told.pop("path", parts.path), expires=told["expires"], signature=told["signature"])


def test_what_was_signed_is_good_for_an_hour_and_then_over() -> None:
    clock = Clock()
    signer = MediaSigner("s" * 32, clock=clock)
    url = signer.sign(NAME)

    clock.now += LIFETIME_SECONDS
    verify(signer, url)
    clock.now += LIFETIME_SECONDS

    with pytest.raises(MediaAddressExpired):
        verify(signer, url)


def test_addresses_made_soon_after_each_other_are_equal() -> None:
    clock = Clock()
    signer = MediaSigner("s" * 32, clock=clock)
    clock.now -= clock.now % 300
    first = signer.sign(NAME)

    clock.now += 299

    assert signer.sign(NAME) == first


@pytest.mark.parametrize(
    "changed",
    [
        {"path": f"/media/{'cd' * 32}.png"},
        {"expires": "9999999999"},
        {"expires": ""},
        {"signature": "0" * 64},
        {"signature": ""},
        {"signature": "é\udc80"},
        {"path": "/media/\udc80"},
    ],
)
def test_what_was_changed_is_refused(changed: dict[str, str]) -> None:
    signer = MediaSigner("s" * 32)

    with pytest.raises(MediaAddressInvalid):
        verify(signer, signer.sign(NAME), **changed)


def test_another_secret_s_signature_is_refused_and_a_short_secret_too() -> None:
    with pytest.raises(MediaAddressInvalid):
        verify(MediaSigner("s" * 32), MediaSigner("t" * 32).sign(NAME))
    with pytest.raises(ValueError, match="32 bytes"):
        MediaSigner("s" * 31)


def test_a_picture_stands_under_the_key_of_its_name_and_nothing_else_is_a_name() -> None:
    assert media_key(NAME) == f"images/ab/{NAME}"
    for other in ("", "x.png", "../" + NAME, NAME.upper(), NAME + "\n", "ab" * 32 + ".svg"):
        with pytest.raises(ValueError, match="not the name"):
            media_key(other)
