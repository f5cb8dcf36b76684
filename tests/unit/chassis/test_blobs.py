"""Objects in a store, here a folder and a web server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.blobs import PIECE_BYTES, Blob, BlobNotFound, Blobs
from chassis.errors import Unavailable

ODD_KEYS = [
    "",
    "/",
    "../x",
    "a/../../x",
    "a/./b",
    "..",
    ".",
    "/etc/passwd",
    "a//b",
    "a/",
    "a\\b",
    "a\0b",
    "é",
    "a b",
    "~",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "blobs"


@pytest.fixture
def blobs(folder: Path) -> Blobs:
    """A store in a folder, which it makes."""
    return Blobs(folder.as_uri())


@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 70_000])
async def test_what_was_put_is_read_back(blobs: Blobs, data: bytes) -> None:
    await blobs.put("images/a=1/b.png", data)

    assert await blobs.get("images/a=1/b.png") == data
    assert await blobs.head("images/a=1/b.png") == Blob("images/a=1/b.png", len(data))


async def test_an_object_or_a_part_of_it_is_streamed_in_pieces(blobs: Blobs) -> None:
    data = b"0123456789" * 30_000
    await blobs.put("a", data)

    whole = [piece async for piece in blobs.stream("a", range(len(data)))]
    part = [piece async for piece in blobs.stream("a", range(5, 200_000))]
    nothing = [piece async for piece in blobs.stream("a", range(0))]

    assert (b"".join(whole), b"".join(part), nothing) == (data, data[5:200_000], [])
    assert max(map(len, whole)) < 2 * PIECE_BYTES


async def test_what_isnt_there_cannot_be_streamed(blobs: Blobs) -> None:
    with pytest.raises(BlobNotFound):
        await anext(blobs.stream("nobody/put/this", range(1)))


async def test_a_second_put_replaces_the_first(blobs: Blobs) -> None:
    await blobs.put("a", b"first, and longer")
    await blobs.put("a", b"second")

    assert await blobs.get("a") == b"second"


async def test_what_isnt_there_is_not_found(blobs: Blobs) -> None:
    for look in (blobs.get, blobs.head):
        with pytest.raises(BlobNotFound) as caught:
            await look("nobody/put/this")
        assert caught.value.reason == "BLOB_NOT_FOUND"


async def test_what_was_deleted_is_gone_and_deleting_again_is_fine(blobs: Blobs) -> None:
    await blobs.put("a/b", b"x")

    await blobs.delete("a/b")
    await blobs.delete("a/b")

    with pytest.raises(BlobNotFound):
        await blobs.get("a/b")


@pytest.mark.parametrize("key", ODD_KEYS)
async def test_a_key_that_climbs_or_hides_is_refused(blobs: Blobs, folder: Path, key: str) -> None:
    (folder.parent / "x").write_bytes(b"not ours")

    for operation in (blobs.get(key), blobs.put(key, b"y"), blobs.head(key), blobs.delete(key), blobs.list(key)):
        with pytest.raises(ValueError, match="is not a key"):
            await operation

    assert (folder.parent / "x").read_bytes() == b"not ours"
    assert list(folder.iterdir()) == []


async def test_a_listing_is_in_key_order_and_keeps_to_its_folder(blobs: Blobs) -> None:
    for key in ("g/10", "g/2", "g/a/1", "g/Z", "ga/1", "h"):
        await blobs.put(key, b"12")

    assert await blobs.list("g") == [Blob(key, 2) for key in ("g/10", "g/2", "g/Z", "g/a/1")]
    assert await blobs.list("nothing") == []


async def test_a_store_that_cannot_be_written_is_unavailable(blobs: Blobs, folder: Path) -> None:
    folder.rmdir()
    folder.write_bytes(b"a file where the folder was, since root may write any folder")

    with pytest.raises(Unavailable) as caught:
        await blobs.put("a/b", b"x")

    assert caught.value.reason == "BLOBS_UNAVAILABLE"
    assert caught.value.retry_seconds > 0
    assert caught.value.__cause__ is not None


@pytest.fixture
async def torn(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """An object store that promises more bytes than it sends, and refuses what is asked for again."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        if len(asked) == 1:
            facts = b'Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nETag: "1"\r\n'
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n" + facts + b"\r\nonly this")
        else:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for name, value in (("ENDPOINT_URL", f"http://127.0.0.1:{port}"), ("ALLOW_HTTP", "true"), ("REGION", "nowhere")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    yield "s3://bucket"
    server.close()
    await server.wait_closed()
    assert asked


async def test_a_store_that_goes_away_in_the_middle_of_an_object_is_unavailable(torn: str) -> None:
    with pytest.raises(Unavailable):
        await Blobs(torn).get("a/b")
