"""The mannequin backend and the processes it draws in."""

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator

import psutil
import pytest
from PIL import Image

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.backend import Backend, ImageRequest, Mode
from services.generator.backends.mannequin import Mannequin
from services.generator.fonts import SANS, font_files
from services.generator.gallery import by_name
from services.generator.rasteriser import BadPicture, DrawingLost, Rasteriser

HOSTILE = '"/><script>alert(1)</script><text>PWNED</text>\u202e${7*7}{{7*7}} running'
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4" fill="#f00"/></svg>'


@pytest.fixture
async def rasteriser() -> AsyncIterator[Rasteriser]:
    rasteriser = Rasteriser(processes=1)
    yield rasteriser
    await rasteriser.close()


@pytest.fixture
def backend(rasteriser: Rasteriser) -> Backend:
    return Mannequin(rasteriser=rasteriser, concurrency=1)


def request(**fields: object) -> ImageRequest:
    given = {"skeleton": None, "prompt": "running", "width": 128, "height": 128, "style": "clay", "seed": 4}
    return ImageRequest(**{**given, **fields})  # type: ignore[arg-type]


async def test_a_pose_becomes_a_png_of_the_size_asked_for(backend: Backend) -> None:
    image = await backend.generate(request(skeleton=by_name()["hero"].skeleton, prompt="", width=160, height=90))

    opened = Image.open(io.BytesIO(image.png))
    assert (opened.format, opened.size) == ("PNG", (160, 90))
    assert (image.width, image.height, image.backend) == (160, 90, "mannequin")
    assert image.seconds > 0


async def test_the_same_request_gives_the_same_bytes(backend: Backend) -> None:
    first, second = [await backend.generate(request(style="wood")) for _ in range(2)]

    assert first.png == second.png


async def test_another_process_gives_the_same_bytes(backend: Backend) -> None:
    other = Rasteriser(processes=1)

    image = await Mannequin(rasteriser=other, concurrency=1).generate(request(style="ink"))

    assert image.png == (await backend.generate(request(style="ink"))).png
    await other.close()


async def test_a_prompt_is_never_drawn_or_interpreted(backend: Backend) -> None:
    hostile = await backend.generate(request(prompt=HOSTILE, seed=1))

    plain = await backend.generate(request(skeleton=by_name()["running"].skeleton, prompt="", seed=1))
    assert hostile.png == plain.png


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"width": 0}, "width"),
        ({"width": 63}, "width"),
        ({"height": 2049}, "height"),
        ({"height": 10**9}, "height"),
        ({"prompt": " \n"}, "prompt"),
        ({"prompt": "x" * 2001}, "prompt"),
        ({"style": "oil"}, "style"),
    ],
)
async def test_a_request_beyond_the_limits_is_invalid_and_names_its_field(
    backend: Backend, fields: dict[str, object], named: str
) -> None:
    with pytest.raises(JobError, match=f"^{named}: ") as error:
        await backend.generate(request(**fields))

    assert error.value.failed.error_class is ErrorClass.INVALID


def test_it_makes_images_of_poses_and_of_prompts(backend: Backend) -> None:
    assert backend.limits.modes == {Mode.POSE, Mode.TEXT}
    assert "openpose" in backend.limits.styles


async def test_the_event_loop_goes_on_while_a_picture_is_drawn(backend: Backend) -> None:
    drawing = asyncio.create_task(backend.generate(request(width=1024, height=1024)))
    turns = 0

    while not drawing.done():
        turns += 1
        await asyncio.sleep(0.001)

    assert turns > 5
    assert (await drawing).png


async def test_a_cancelled_drawing_leaves_the_place_free(backend: Backend) -> None:
    drawing = asyncio.create_task(backend.generate(request(width=2048, height=2048)))
    await asyncio.sleep(0)

    drawing.cancel()

    with pytest.raises(asyncio.CancelledError):
        await drawing
    assert (await backend.generate(request())).png


async def test_a_lost_process_fails_one_drawing_and_the_next_gets_another(rasteriser: Rasteriser) -> None:
    await rasteriser.rasterise(SQUARE)
    [drawer] = rasteriser._idle
    os.kill(drawer.process.pid, signal.SIGSTOP)
    drawing = asyncio.create_task(rasteriser.rasterise(SQUARE))
    await asyncio.sleep(0)

    os.kill(drawer.process.pid, signal.SIGKILL)

    with pytest.raises(DrawingLost):
        await drawing
    assert await rasteriser.rasterise(SQUARE)


async def test_what_resvg_refuses_is_a_bad_picture_and_costs_no_process(rasteriser: Rasteriser) -> None:
    await rasteriser.rasterise(SQUARE)
    before = list(rasteriser._idle)

    with pytest.raises(BadPicture):
        await rasteriser.rasterise("<svg")

    assert rasteriser._idle == before


async def test_texts_are_drawn_with_the_fonts_given_and_no_others(rasteriser: Rasteriser) -> None:
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20">'
        f'<text y="16" font-family="{SANS}" font-size="16">Éřőß</text></svg>'
    )

    without, with_fonts = await rasteriser.rasterise(text), await rasteriser.rasterise(text, font_files=font_files())

    assert Image.open(io.BytesIO(without)).getbbox() is None
    assert Image.open(io.BytesIO(with_fonts)).getbbox() is not None


async def test_closing_twice_is_legal_and_leaves_no_process() -> None:
    rasteriser = Rasteriser(processes=2)
    await asyncio.gather(rasteriser.rasterise(SQUARE), rasteriser.rasterise(SQUARE))
    processes = [drawer.process for drawer in rasteriser._idle]

    await rasteriser.close()
    await rasteriser.close()

    assert all(process.returncode is not None for process in processes)
    with pytest.raises(DrawingLost):
        await rasteriser.rasterise(SQUARE)


async def test_closing_while_a_process_starts_leaves_none() -> None:
    rasteriser, before = Rasteriser(processes=1), psutil.Process().children()
    drawing = asyncio.create_task(rasteriser.rasterise(SQUARE))
    await asyncio.sleep(0)  # Now it waits for its process.

    await rasteriser.close()

    with pytest.raises(DrawingLost):
        await drawing
    assert set(psutil.Process().children()) <= set(before)
