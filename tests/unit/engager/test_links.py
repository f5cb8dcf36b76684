"""What counts as a link in a comment."""

import pytest

from services.engager.links import holds_link


@pytest.mark.parametrize(
    "comment",
    [
        "See https://example.test/a",
        "HTTP://EXAMPLE.TEST",
        "ftp://files",
        "www.example",
        "buy at shop.example.com",
        "mailto:ann@example.test",
        "ann@example.com",
        "go to bit.ly/abc",
        "t.me/room",
        "odd.ending/path",
        "ｅｘａｍｐｌｅ．ｃｏｍ",
        "two lines\nexample.org",
        "xn--bcher-kva.de/katalog",
    ],
)
def test_an_address_in_any_clothes_is_a_link(comment: str) -> None:
    assert holds_link(comment)


@pytest.mark.parametrize(
    "comment",
    ["Nice.", "Nice.Really nice.", "1.5 of 2.0", "e.g. this", "and/or", "10/10", "so good...", "node.js", "@ann #cats"],
)
def test_ordinary_text_is_none(comment: str) -> None:
    assert not holds_link(comment)


def test_a_long_comment_is_read_quickly() -> None:
    assert not holds_link("a-" * 1_100)
    assert not holds_link("a." * 1_100)
