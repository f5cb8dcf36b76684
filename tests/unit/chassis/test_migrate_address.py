"""The address that the migrating library is given."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from chassis.migrate import yoyo_url


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://resolver:p%40ss%2Fword%25@db.example:5433/atelier?sslmode=require",
        "postgresql://resolver:p%40ss%2Fword%25@/atelier?host=/run/postgres&sslmode=require",
    ],
)
def test_it_is_the_same_place_and_password_with_the_services_search_path(url: str) -> None:
    made, given = urlsplit(yoyo_url(url, "resolver")), urlsplit(url)

    assert (made.scheme, made.netloc, made.path) == ("postgresql+psycopg", given.netloc, given.path)
    assert unquote(made.password or "") == "p@ss/word%"
    assert parse_qs(made.query) == parse_qs(given.query) | {"schema": ["resolver,public"]}
