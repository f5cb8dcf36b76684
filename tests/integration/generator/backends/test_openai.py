"""The backend `openai` against a server that speaks the Images API over a real socket."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog

from jobs.job import ErrorClass
from services.generator.backends.fitting import FittedImage
from services.generator.backends.openai.backend import Openai
from services.generator.backends.settings import OpenaiSettings
from services.generator.rasteriser import Rasteriser
from tests.integration.generator.backends.asking import failure, pose_request, prompt_request
from tests.integration.generator.backends.images_server import ImagesServer, open_images_server
from tests.integration.generator.backends.loopback import LOOPBACK, Exchange, open_loopback
from tests.integration.generator.backends.pictures import opened, picture

KEY = "sk-a-very-secret-key"


class Rig:
    """A server and the backend that asks it."""

    def __init__(self, server: ImagesServer, url: str, rasteriser: Rasteriser, key_file: Path) -> None:
        self.server = server
        self.url = url
        self._rasteriser = rasteriser
        self._key_file = key_file
        self._opened = list[Openai]()

    def backend(self, **settings: object) -> Openai:
        """A backend; closed with the rig."""
        given = {
            "backend": "openai",
            "openai_url": f"{self.url}/v1",
            "openai_model": "image-model",
            "openai_api_key_file": self._key_file,
            "openai_seconds": 10,
            **settings,
        }
        log = structlog.get_logger("test")
        backend = Openai(settings=OpenaiSettings.model_validate(given), rasteriser=self._rasteriser, log=log)
        self._opened.append(backend)
        return backend

    async def close(self) -> None:
        """Close the backends, twice."""
        for backend in [*self._opened, *self._opened]:
            await backend.close()


@pytest.fixture
async def rig(rasteriser: Rasteriser, tmp_path: Path) -> AsyncIterator[Rig]:
    key_file = tmp_path / "key"
    key_file.write_text(f"{KEY}\n")
    async with open_images_server() as (server, url):
        rig = Rig(server, url, rasteriser, key_file)
        yield rig
        await rig.close()


async def test_a_prompt_becomes_an_image_of_the_size_asked_for(rig: Rig) -> None:
    rig.server.made = picture((384, 256))

    image = await rig.backend().generate(prompt_request(style="water-colour"))

    assert opened(image.png).size == (128, 96)
    assert isinstance(image, FittedImage)
    assert (image.width, image.height, image.made_width, image.made_height) == (128, 96, 384, 256)
    assert (image.backend, image.seconds > 0) == ("openai", True)
    [asked] = rig.server.asked
    assert asked.json() == {
        "model": "image-model",
        "prompt": "a knight, water colour style",
        "n": 1,
        "size": "1536x1024",
    }
    assert asked.headers["authorization"] == f"Bearer {KEY}"


async def test_a_pose_is_told_in_words(rig: Rig) -> None:
    await rig.backend().generate(pose_request(prompt="a knight"))

    [asked] = rig.server.asked
    assert asked.json()["prompt"].startswith("a knight, in this pose: running (run, sprint, ")


async def test_a_pose_is_sent_as_a_picture_where_the_settings_say_so(rig: Rig) -> None:
    await rig.backend(openai_pose="picture").generate(pose_request(prompt="a knight"))

    [asked] = rig.server.asked
    form = asked.form()
    assert asked.path == "/v1/images/edits"
    assert opened(form["image"]).size == (128, 96)
    assert form["model"] == b"image-model"
    assert form["prompt"].endswith(b": a knight")


@pytest.mark.parametrize(("sizes", "size"), [("", "128x96"), ("256x256,512x384,1024x768", "512x384")])
async def test_the_nearest_size_is_asked_for(rig: Rig, sizes: str, size: str) -> None:
    await rig.backend(openai_sizes=sizes, openai_response_format="b64_json").generate(prompt_request())

    [asked] = rig.server.asked
    assert (asked.json()["size"], asked.json()["response_format"]) == (size, "b64_json")


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
async def test_any_usual_format_becomes_a_png_with_nothing_else_in_it(rig: Rig, kind: str) -> None:
    rig.server.made = picture((128, 96), kind, text="a knight" if kind == "PNG" else "")

    image = await rig.backend().generate(prompt_request())

    assert (opened(image.png).size, opened(image.png).info) == ((128, 96), {})


async def test_a_picture_is_fetched_from_the_servers_own_origin(rig: Rig) -> None:
    rig.server.sends, rig.server.url = "url", f"{rig.url}/files/1.png?signature=x"

    image = await rig.backend().generate(prompt_request())

    assert opened(image.png).size == (128, 96)
    assert [asked.path for asked in rig.server.asked] == ["/v1/images/generations", "/files/1.png"]


async def test_a_picture_is_fetched_from_nowhere_else(rig: Rig) -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.answer(200, picture())

    async with open_loopback(answer) as stranger:
        for address in (
            f"{stranger.url}/1.png",
            f"{rig.url.replace('http://', 'http://u:p@')}/files/1.png",
            f"http://localhost:{stranger.port}/1.png",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "//127.0.0.1/1.png",
            "http://[broken",
            "http://127.0.0.1:port/",
        ):
            rig.server.sends, rig.server.url = "url", address

            told = await failure(
                rig.backend(openai_image_hosts=f"127.0.0.1:{stranger.port}").generate(prompt_request())
            )

            assert told.error_class is ErrorClass.INVALID, address
        assert stranger.seen == []
    assert {asked.path for asked in rig.server.asked} == {"/v1/images/generations"}


async def test_a_host_that_is_allowed_is_asked_over_tls(rig: Rig) -> None:
    greetings = list[bytes]()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greetings.append(await reader.read(1))
        writer.close()

    async with await asyncio.start_server(greet, LOOPBACK, 0) as stranger:
        host = f"{LOOPBACK}:{stranger.sockets[0].getsockname()[1]}"
        rig.server.sends, rig.server.url = "url", f"https://{host}/1.png"

        told = await failure(rig.backend(openai_image_hosts=f"images.example, {host}").generate(prompt_request()))

    assert told.error_class is ErrorClass.NETWORK
    assert greetings == [b"\x16"]  # A TLS handshake (RFC 8446, 5.1).


@pytest.mark.parametrize(
    ("status", "error", "error_class", "message"),
    [
        (429, {"code": "insufficient_quota"}, ErrorClass.QUOTA, "no budget left (insufficient_quota)"),
        (429, {"code": "rate_limit_exceeded"}, ErrorClass.RATE_LIMITED, "status 429"),
        (400, {"code": "billing_hard_limit_reached"}, ErrorClass.QUOTA, "billing_hard_limit_reached"),
        (400, {"code": "content_policy_violation"}, ErrorClass.INVALID, "content policy (content_policy_violation)"),
        (400, {"code": "moderation_blocked"}, ErrorClass.INVALID, "content policy (moderation_blocked)"),
        (400, {"code": None, "type": "invalid_request_error"}, ErrorClass.INVALID, "(invalid_request_error)"),
        (400, {"code": "a knight, naked"}, ErrorClass.INVALID, "(unnamed)"),
        (400, "what?", ErrorClass.INVALID, "(unnamed)"),
        (401, {"code": "invalid_api_key"}, ErrorClass.AUTH, "status 401"),
        (403, {}, ErrorClass.AUTH, "status 403"),
        (500, {"type": "server_error"}, ErrorClass.NETWORK, "status 500"),
        (502, [], ErrorClass.NETWORK, "status 502"),
    ],
)
async def test_a_refusal_is_classed_by_status_and_code_and_quotes_nothing(
    rig: Rig, status: int, error: object, error_class: ErrorClass, message: str
) -> None:
    async def refuse(exchange: Exchange) -> None:
        told = {**error, "message": f"{KEY} a knight"} if isinstance(error, dict) else error
        await exchange.answer(status, {"error": told}, {"Retry-After": "12"})

    rig.server.fault = refuse

    told = await failure(rig.backend().generate(prompt_request()))

    assert told.error_class is error_class
    assert message in told.message
    assert KEY not in told.message
    assert "knight" not in told.message
    assert told.after_seconds == (12 if error_class is ErrorClass.RATE_LIMITED else None)


@pytest.mark.parametrize(
    "answer",
    [
        {"data": []},
        {"data": [{"b64_json": "!"}]},
        {"data": [{"b64_json": "aGVsbG8="}]},
        {"data": [{"b64_json": None, "url": None}]},
        {"created": 1},
        [],
        b"<html>",
    ],
)
async def test_an_answer_without_a_picture_is_unknown(rig: Rig, answer: object) -> None:
    async def mislead(exchange: Exchange) -> None:
        await exchange.answer(200, answer)

    rig.server.fault = mislead

    told = await failure(rig.backend().generate(prompt_request()))

    assert told.error_class is ErrorClass.UNKNOWN


@pytest.mark.parametrize(
    "made",
    [
        picture()[:-2000],
        picture()[:20],
        picture(kind="GIF"),
        picture(kind="JPEG")[:500],
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        # A header alone that promises 50,000 × 50,000 pixels.
        picture()[:16] + (50_000).to_bytes(4) * 2 + picture()[24:],
    ],
    ids=["truncated", "no-header", "gif", "truncated-jpeg", "empty", "svg", "bomb"],
)
async def test_what_is_no_whole_picture_is_unknown_and_kept_out(rig: Rig, made: bytes) -> None:
    rig.server.made = made

    told = await failure(rig.backend().generate(prompt_request()))

    assert told.error_class is ErrorClass.UNKNOWN
    assert told.message.startswith("The picture that the server made ")


async def test_a_server_that_hangs_is_given_up_in_time(rig: Rig) -> None:
    rig.server.fault = Exchange.hang

    told = await failure(rig.backend(openai_seconds=0.2).generate(prompt_request()))

    assert told.error_class is ErrorClass.TIMEOUT


async def test_a_cancelled_image_leaves_the_server_and_its_place(rig: Rig) -> None:
    arrived, left = asyncio.Event(), asyncio.Event()

    async def wait(exchange: Exchange) -> None:
        arrived.set()
        await exchange.hang()
        left.set()

    rig.server.fault = wait
    backend = rig.backend(openai_concurrency=1)
    making = asyncio.create_task(backend.generate(prompt_request()))
    await arrived.wait()

    making.cancel()

    await asyncio.wait_for(left.wait(), 5)
    with pytest.raises(asyncio.CancelledError):
        await making
    rig.server.fault = None
    assert (await backend.generate(prompt_request())).png


async def test_no_more_images_are_asked_for_at_once_than_the_settings_say(rig: Rig) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def hold(exchange: Exchange) -> None:
        arrived.set()
        await go_on.wait()
        await exchange.answer(500)

    rig.server.fault = hold
    backend = rig.backend(openai_concurrency=1)
    making = [asyncio.create_task(failure(backend.generate(prompt_request()))) for _ in range(3)]
    await arrived.wait()

    assert len(rig.server.asked) == 1
    go_on.set()
    await asyncio.gather(*making)
    assert len(rig.server.asked) == 3


async def test_a_request_beyond_the_limits_is_never_sent(rig: Rig) -> None:
    told = await failure(rig.backend().generate(prompt_request(width=4096)))

    assert (told.error_class, told.message.split(":")[0]) == (ErrorClass.INVALID, "width")
    assert rig.server.asked == []


async def test_neither_the_key_nor_the_prompt_is_logged(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    await rig.backend().generate(prompt_request())
    rig.server.fault = Exchange.hang
    await failure(rig.backend(openai_seconds=0.1).generate(prompt_request()))

    assert KEY not in caplog.text
    assert "knight" not in caplog.text
