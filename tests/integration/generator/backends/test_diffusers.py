"""The backend `diffusers` with pipelines of random weights, made and saved here: the code path, not the art."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs.job import ErrorClass
from services.generator.backends.diffusers.backend import Diffusers, diffusers_maker
from services.generator.backends.diffusers.pipelines import load_pipelines
from services.generator.backends.settings import DiffusersSettings
from services.generator.rasteriser import Rasteriser
from tests.integration.generator.backends.asking import failure, pose_request, prompt_request
from tests.integration.generator.backends.pictures import opened
from tests.integration.generator.backends.tiny_weights import save_sd15, save_sdxl

# diffusers and what it stands on warn of their own matters.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.timeout(600)]


@pytest.fixture(scope="session")
def sd15(tmp_path_factory: pytest.TempPathFactory) -> DiffusersSettings:
    return settings(*save_sd15(tmp_path_factory.mktemp("sd15")))


@pytest.fixture
async def backend(sd15: DiffusersSettings, rasteriser: Rasteriser) -> AsyncIterator[Diffusers]:
    backend = Diffusers(settings=sd15, rasteriser=rasteriser)
    yield backend
    await backend.close()
    await backend.close()


def settings(model: Path, controlnet: Path) -> DiffusersSettings:
    """Two steps, from these folders."""
    return DiffusersSettings(
        backend="diffusers", diffusers_model_folder=model, diffusers_controlnet_folder=controlnet, sampling_steps=2
    )


async def test_a_pose_and_a_prompt_become_images_of_the_size_asked_for(backend: Diffusers) -> None:
    posed = await backend.generate(pose_request(prompt="a knight"))
    plain = await backend.generate(prompt_request())

    assert [opened(image.png).size for image in (posed, plain)] == [(128, 96)] * 2
    assert (posed.backend, posed.width, posed.height, posed.seconds > 0) == ("diffusers", 128, 96, True)
    assert posed.png != plain.png


async def test_the_seed_and_the_pose_decide_the_image(backend: Diffusers) -> None:
    first, again, other_seed, other_pose = [
        (await backend.generate(asked)).png
        for asked in (
            pose_request(),
            pose_request(),
            pose_request(seed=8),
            pose_request(width=96, height=128),
        )
    ]

    assert first == again
    assert len({first, other_seed, other_pose}) == 3


async def test_sdxl_is_known_by_its_folder(tmp_path: Path, rasteriser: Rasteriser) -> None:
    backend = Diffusers(settings=settings(*save_sdxl(tmp_path)), rasteriser=rasteriser)

    images = [await backend.generate(asked) for asked in (pose_request(), prompt_request())]

    assert [opened(image.png).size for image in images] == [(128, 96)] * 2
    await backend.close()


async def test_nothing_is_fetched_over_the_network(
    sd15: DiffusersSettings, rasteriser: Rasteriser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError(f"it looked up {arguments}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    backend = Diffusers(settings=sd15, rasteriser=rasteriser)

    assert (await backend.generate(prompt_request())).png
    await backend.close()


async def test_the_event_loop_goes_on_while_an_image_is_made(backend: Diffusers) -> None:
    making = asyncio.create_task(backend.generate(prompt_request()))
    turns = 0

    while not making.done():
        turns += 1
        await asyncio.sleep(0.001)

    assert turns > 5
    assert (await making).png


async def test_a_cancelled_image_stops_between_its_steps(sd15: DiffusersSettings, rasteriser: Rasteriser) -> None:
    steps = 0
    begun, go_on = threading.Event(), threading.Event()

    def load(model: Path, controlnet: Path):  # type: ignore[no-untyped-def]
        pipelines = load_pipelines(model, controlnet)
        paint = pipelines.paint

        def counted(painting, stopped):  # type: ignore[no-untyped-def]
            def step() -> bool:
                nonlocal steps
                steps += 1
                begun.set()
                go_on.wait(30)
                return bool(stopped())

            return paint(painting, step)

        pipelines.paint = counted  # type: ignore[method-assign]
        return pipelines

    long = sd15.model_copy(update={"sampling_steps": 50})
    backend = Diffusers(settings=long, rasteriser=rasteriser, load=load)
    making = asyncio.create_task(backend.generate(prompt_request()))
    await asyncio.to_thread(begun.wait, 300)

    making.cancel()

    with pytest.raises(asyncio.CancelledError):
        await making
    go_on.set()
    await backend.close()
    assert steps == 1


async def test_weights_that_cannot_be_read_are_told(tmp_path: Path, rasteriser: Rasteriser) -> None:
    for name in ("model_index.json", "config.json"):
        (tmp_path / name).write_text("{}")
    backend = Diffusers(settings=settings(tmp_path, tmp_path), rasteriser=rasteriser)

    told = await failure(backend.generate(prompt_request()))

    assert (told.error_class, told.message.split(" (")[0]) == (ErrorClass.UNKNOWN, "The weights can't be read")
    await backend.close()


def test_what_its_images_depend_on_changes_with_weights_and_settings(sd15: DiffusersSettings) -> None:
    model = sd15.diffusers_model_folder
    assert model is not None
    before = diffusers_maker(sd15)

    (model / "notes.txt").write_text("another checkpoint")

    others = {diffusers_maker(sd15), diffusers_maker(sd15.model_copy(update={"guidance": 3.0}))}
    assert len({before, *others}) == 3
    assert diffusers_maker(sd15) in others
