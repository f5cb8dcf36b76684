"""Pictures under signed addresses: whole, in part, not again, and not for those whose address isn't good."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from chassis.blobs import Blobs
from chassis.media import LIFETIME_SECONDS, MediaSigner, media_key
from tests.integration.gateway.rig import Gateway, StandIn, info, run_gateway, within

SECRET = "media-tests-" * 4
DATA = bytes(range(256)) * 4_000  # 1 MB: many pieces.
DIGEST = hashlib.sha256(DATA).hexdigest()
NAME, TAG = f"{DIGEST}.png", f'"{DIGEST}"'
MISSING = f"{'0' * 64}.png"


@pytest.fixture(scope="module")
def media_secret_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("media") / "secret"
    path.write_text(SECRET)
    return path


@pytest.fixture(scope="module")
async def showing(
    running_stand_in: StandIn, secret_file: Path, media_secret_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gateway]:
    """A gateway that shows what is in a folder."""
    url = tmp_path_factory.mktemp("blobs").as_uri()
    for name in (NAME, f"{DIGEST}.jpg", f"{DIGEST}.webp"):
        await Blobs(url).put(media_key(name), DATA)
    port = running_stand_in.port
    async with run_gateway(secret_file, port, blobs_url=url, media_secret_file=media_secret_file) as running:
        yield running


def signed(name: str, clock: Callable[[], float] = time.time) -> str:
    return MediaSigner(SECRET, clock=clock).sign(name)


async def get(gateway: Gateway, **headers: str) -> httpx.Response:
    """The picture, with request headers by their names in Python's spelling."""
    return await gateway.http.get(signed(NAME), headers={key.replace("_", "-"): one for key, one in headers.items()})


async def test_a_signed_address_shows_the_picture_without_a_token(showing: Gateway) -> None:
    answer = await get(showing)

    assert (answer.status_code, answer.content == DATA) == (200, True)
    assert (
        dict(answer.headers).items()
        >= {
            "content-type": "image/png",
            "content-length": str(len(DATA)),
            "etag": TAG,
            "accept-ranges": "bytes",
            "x-content-type-options": "nosniff",
            "cache-control": f"private, max-age={LIFETIME_SECONDS}, immutable",
        }.items()
    )


@pytest.mark.parametrize(("extension", "kind"), [("jpg", "image/jpeg"), ("webp", "image/webp")])
async def test_the_kind_follows_from_the_name(showing: Gateway, extension: str, kind: str) -> None:
    answer = await showing.http.get(signed(f"{DIGEST}.{extension}"))

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


async def test_head_tells_the_same_and_sends_nothing(showing: Gateway) -> None:
    whole = await get(showing)

    head = await showing.http.head(signed(NAME), headers={"range": "bytes=0-9"})

    assert (head.status_code, head.content) == (200, b"")
    told = [{key: one for key, one in answer.headers.items() if key != "date"} for answer in (whole, head)]
    assert told[0] == told[1]


@pytest.mark.parametrize("tags", [TAG, f"W/{TAG}", f'"other", {TAG}', "*"])
async def test_what_the_caller_has_is_not_sent_again(showing: Gateway, tags: str) -> None:
    answer = await get(showing, if_none_match=tags, range="bytes=0-9")

    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", TAG)


async def test_another_picture_s_tag_changes_nothing(showing: Gateway) -> None:
    assert (await get(showing, if_none_match='"other", W/"more"')).status_code == 200


@pytest.mark.parametrize(
    ("asked", "span"),
    [("bytes=0-9", range(10)), ("bytes=999000-", range(999_000, len(DATA))), ("bytes=-5", range(1_023_995, 1_024_000))],
)
async def test_a_range_is_sent_alone(showing: Gateway, asked: str, span: range) -> None:
    answer = await get(showing, range=asked)

    assert (answer.status_code, answer.content) == (206, DATA[span.start : span.stop])
    assert answer.headers["content-range"] == f"bytes {span.start}-{span.stop - 1}/{len(DATA)}"
    assert (answer.headers["content-length"], answer.headers["etag"]) == (str(len(span)), TAG)


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-1", "lines=1-2", f"bytes={'9' * 5000}-"])
async def test_several_ranges_and_what_is_none_are_answered_whole(showing: Gateway, asked: str) -> None:
    answer = await get(showing, range=asked)

    assert (answer.status_code, len(answer.content)) == (200, len(DATA))


async def test_a_range_behind_the_end_is_refused_with_the_size(showing: Gateway) -> None:
    answer = await get(showing, range=f"bytes={len(DATA)}-")

    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(DATA)}")
    assert answer.json() == {"code": "out_of_range", "message": f"range: /media/{NAME} has {len(DATA)} bytes."}


async def test_a_part_is_sent_only_of_what_the_caller_has_the_beginning_of(showing: Gateway) -> None:
    same = await get(showing, range="bytes=5-", if_range=TAG)
    other = await get(showing, range="bytes=5-", if_range='"other"')
    weak = await get(showing, range="bytes=5-", if_range=f"W/{TAG}")

    assert [one.status_code for one in (same, other, weak)] == [206, 200, 200]


@pytest.mark.parametrize(
    "address",
    [
        f"/media/{NAME}",
        f"/media/{NAME}?expires=9999999999&signature={'0' * 64}",
        f"/media/{NAME}?expires=&signature=",
        f"/media/{NAME}?expires=never&signature=%ff%00é",
        signed(NAME).replace(NAME, MISSING),
        signed(NAME).replace("expires=", "expires=9"),
        signed(NAME) + "&expires=9999999999",
        MediaSigner("another-secret-" * 3).sign(NAME),
        f"/media/{NAME}?" + "x=1&" * 5000,
        "/media/",
    ],
)
async def test_an_address_that_was_not_signed_here_is_refused(showing: Gateway, address: str) -> None:
    answer = await showing.http.get(address)

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert (info(answer)["reason"], info(answer)["domain"]) == ("MEDIA_ADDRESS_INVALID", "gateway.atelier")
    assert answer.headers["cache-control"] == "no-store"


async def test_an_address_whose_time_is_over_says_so(showing: Gateway) -> None:
    answer = await showing.http.get(signed(NAME, clock=lambda: time.time() - 2 * LIFETIME_SECONDS))

    assert (answer.status_code, info(answer)["reason"]) == (403, "MEDIA_ADDRESS_EXPIRED")


@pytest.mark.parametrize(
    "path",
    [
        f"/media/%2e%2e/images/{NAME[:2]}/{NAME}",
        "/media/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/media//etc/passwd",
        "/media/..%5c..%5csecret",
        "/media/%00.png",
        "/media/%ff%fe.png",
        f"/media/{NAME}/",
        f"/media/{NAME.upper()}",
        "/media/" + "a" * 20_000,
    ],
)
async def test_a_path_that_climbs_or_is_rubbish_is_refused_also_with_a_good_query(showing: Gateway, path: str) -> None:
    request = showing.http.build_request("GET", signed(NAME))
    query = request.url.query
    request.url = request.url.copy_with(raw_path=path.encode() + b"?" + query)

    answer = await showing.http.send(request)

    assert (answer.status_code, info(answer)["reason"]) == (403, "MEDIA_ADDRESS_INVALID")


async def test_a_picture_that_is_gone_is_not_found(showing: Gateway) -> None:
    answer = await showing.http.get(signed(MISSING))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert info(answer)["reason"] == "BLOB_NOT_FOUND"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_pictures_are_only_shown(showing: Gateway, method: str) -> None:
    answer = await showing.http.request(method, signed(NAME))

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["message"] == f"/media/{NAME} takes GET or HEAD."


async def test_a_gateway_that_was_told_of_no_store_has_no_pictures(gateway: Gateway) -> None:
    assert (await gateway.http.get(signed(NAME))).status_code == 404


@dataclass
class Store:
    """An S3 of one object, which it may refuse to give, or break off in the middle of."""

    given: int = 0
    refuses: bool = False

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        facts = f'Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nETag: "1"\r\nContent-Length: {len(DATA)}\r\n'
        if self.refuses:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        elif request.startswith(b"HEAD"):
            writer.write(f"HTTP/1.1 200 OK\r\n{facts}\r\n".encode())
        else:
            part = f"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-{len(DATA) - 1}/{len(DATA)}\r\n{facts}\r\n"
            writer.write(part.encode() + DATA[: self.given])
            self.refuses = True
        await writer.drain()
        writer.close()


@pytest.fixture
async def store(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """It listens where an S3 client looks."""
    one = Store()
    server = await asyncio.start_server(one.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for name, value in (("ENDPOINT_URL", f"http://127.0.0.1:{port}"), ("ALLOW_HTTP", "true"), ("REGION", "nowhere")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    yield one
    server.close()
    await server.wait_closed()


@pytest.fixture
async def distant(
    store: Store, running_stand_in: StandIn, secret_file: Path, media_secret_file: Path
) -> AsyncIterator[Gateway]:
    """A gateway that shows what is in that store."""
    port = running_stand_in.port
    async with run_gateway(secret_file, port, blobs_url="s3://bucket", media_secret_file=media_secret_file) as running:
        yield running


async def test_a_store_that_is_away_is_unavailable_and_may_be_tried_again(distant: Gateway, store: Store) -> None:
    store.refuses = True

    answer = await distant.http.get(signed(NAME))

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert info(answer)["reason"] == "BLOBS_UNAVAILABLE"
    assert "google.rpc.RetryInfo" in [one["type"] for one in answer.json()["details"]]


async def test_a_store_that_goes_away_before_the_first_byte_is_unavailable_too(distant: Gateway, store: Store) -> None:
    answer = await distant.http.get(signed(NAME))

    assert (answer.status_code, info(answer)["reason"]) == (503, "BLOBS_UNAVAILABLE")


async def test_a_store_that_goes_away_in_the_middle_breaks_the_answer_off(distant: Gateway, store: Store) -> None:
    store.given = len(DATA) // 2

    with pytest.raises(httpx.RemoteProtocolError):
        await within(20, distant.http.get(signed(NAME)))
