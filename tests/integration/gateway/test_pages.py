"""The console's files as they are served."""

from collections.abc import AsyncIterator
from pathlib import Path
from unittest import mock

import pytest

from gateway.pages import read_pages
from tests.integration.gateway.rig import Gateway, StandIn, run_gateway

INDEX = b'<!doctype html><script type="module" src="/assets/main.4f2a.js"></script>'


@pytest.fixture(scope="module")
async def console(
    running_stand_in: StandIn, secret_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gateway]:
    """A gateway with a built console: a page, a script and an icon."""
    folder = tmp_path_factory.mktemp("console") / "built"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(INDEX)
    (folder / "assets" / "main.4f2a.js").write_text("// é\n" * 1000)
    (folder / "icon.svg").write_text("<svg/>")
    (folder.parent / "secret").write_text("not for anybody")
    with mock.patch("gateway.process.read_pages", return_value=read_pages(folder)):
        async with run_gateway(secret_file, running_stand_in.port) as running:
            yield running


@pytest.mark.parametrize("path", ["/", "/index.html"])
async def test_the_page_is_asked_for_again_each_time(console: Gateway, path: str) -> None:
    answer = await console.http.get(path)
    same = await console.http.get(path, headers={"if-none-match": answer.headers["etag"]})

    assert (answer.status_code, answer.content) == (200, INDEX)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert same.status_code == 304
    assert same.headers["etag"] == answer.headers["etag"]


async def test_the_page_may_load_its_own_files_alone(console: Gateway) -> None:
    answer = await console.http.get("/")

    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' data: blob:"


async def test_a_file_with_a_hash_in_its_name_is_kept(console: Gateway) -> None:
    answer = await console.http.get("/assets/main.4f2a.js")

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text == "// é\n" * 1000


async def test_other_files_have_their_own_types(console: Gateway) -> None:
    answer = await console.http.get("/icon.svg")

    assert answer.headers["content-type"] == "image/svg+xml"
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/../secret", "/assets/../../secret", "/assets/%2e%2e/%2e%2e/secret", "/assets/", "/assets", "//index.html"],
)
async def test_nothing_but_the_files_is_there(console: Gateway, path: str) -> None:
    answer = await console.http.get(f"http://127.0.0.1:{console.http_port}{path}")

    assert answer.status_code == 404
    assert "not for anybody" not in answer.text


async def test_files_are_only_read(console: Gateway) -> None:
    head = await console.http.head("/")
    posted = await console.http.post("/")

    assert (head.status_code, head.content) == (200, b"")
    assert (posted.status_code, posted.json()["message"]) == (405, "/ takes GET or HEAD.")


def test_a_console_that_is_not_built_is_told_of_in_a_sentence(tmp_path: Path) -> None:
    pages = read_pages(tmp_path / "nothing")

    assert list(pages) == ["/"]
    assert b"make console" in pages["/"].body
