"""The words of HTTP that several applications share."""

import pytest

from gateway.asgi import accepts


@pytest.mark.parametrize("told", ["gzip", "br, gzip", "GZIP;q=0.5", "br;q=1.0, *;q=0.1", "*", "gzip ; q = 0.001"])
def test_an_encoding_is_taken_that_is_named(told: str) -> None:
    assert accepts(told, "gzip")


@pytest.mark.parametrize("told", ["", "br", "gzip;q=0", "gzip; q=0.000", "x-gzip", "*;q=0", "gzip;q=0, *"])
def test_an_encoding_is_not_taken_that_is_missing_or_weighs_nothing(told: str) -> None:
    assert not accepts(told, "gzip")
