"""The backend `comfyui` against a server that speaks its HTTP and websocket API over real sockets."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import structlog

from jobs.job import ErrorClass
from services.generator.backends.comfyui.backend import Comfyui
from services.generator.backends.conditioning import conditioning_png
from services.generator.backends.settings import ComfyuiSettings
from services.generator.rasteriser import Rasteriser
from tests.integration.generator.backends.asking import failure, pose_request, prompt_request
from tests.integration.generator.backends.comfyui_server import (
    CHECKPOINT,
    CONTROLNET,
    ComfyuiServer,
    Run,
    open_comfyui,
    usual,
)
from tests.integration.generator.backends.loopback import LOOPBACK, Exchange, Handler, free_port
from tests.integration.generator.backends.pictures import opened, picture

HOSTILE = '"}, "x": {"class_type": "SaveImage"}} {{prompt}} %s {0}'


class Rig:
    """A server and the backend that asks it."""

    def __init__(self, server: ComfyuiServer, url: str, rasteriser: Rasteriser) -> None:
        self.server = server
        self.url = url
        self._rasteriser = rasteriser
        self._opened = list[Comfyui]()

    def backend(self, **settings: object) -> Comfyui:
        """A backend; closed with the rig."""
        given = {
            "backend": "comfyui",
            "comfyui_url": self.url,
            "comfyui_checkpoint": CHECKPOINT,
            "comfyui_controlnet": CONTROLNET,
            "comfyui_call_seconds": 10,
            "comfyui_silence_seconds": 20,
            **settings,
        }
        backend = Comfyui(
            settings=ComfyuiSettings.model_validate(given),
            rasteriser=self._rasteriser,
            log=structlog.get_logger("test"),
            reconnect_delays_seconds=(0.0, 0.01, 0.02),
        )
        self._opened.append(backend)
        return backend

    async def close(self) -> None:
        """Close the backends, twice."""
        for backend in [*self._opened, *self._opened]:
            await backend.close()


@pytest.fixture
async def rig(rasteriser: Rasteriser) -> AsyncIterator[Rig]:
    async with open_comfyui() as (server, loopback):
        rig = Rig(server, loopback.url, rasteriser)
        yield rig
        await rig.close()


async def test_a_pose_becomes_an_image(rig: Rig, rasteriser: Rasteriser) -> None:
    asked = pose_request(prompt="a knight", style="oil-paint")

    image = await rig.backend(sampling_steps=30, guidance=5.5, pose_strength=0.8).generate(asked)

    assert opened(image.png).size == (128, 96)
    assert (image.backend, image.width, image.height, image.seconds > 0) == ("comfyui", 128, 96, True)
    [(name, uploaded)] = rig.server.uploads.items()
    assert uploaded == await conditioning_png(rasteriser, asked)
    [run] = rig.server.runs
    inputs = {node: part["inputs"] for node, part in run.graph.items()}
    assert inputs["prompt"]["text"] == "a knight, oil paint style"
    assert inputs["pose"]["image"] == name
    assert inputs["controlnet"]["control_net_name"] == CONTROLNET
    assert inputs["checkpoint"]["ckpt_name"] == CHECKPOINT
    assert inputs["posed"]["strength"] == 0.8
    assert inputs["canvas"] == {"width": 128, "height": 96, "batch_size": 1}
    assert (inputs["sampler"]["seed"], inputs["sampler"]["steps"], inputs["sampler"]["cfg"]) == (7, 30, 5.5)


async def test_a_prompt_becomes_an_image_without_a_pose(rig: Rig) -> None:
    image = await rig.backend().generate(prompt_request(prompt=HOSTILE))

    assert opened(image.png).size == (128, 96)
    assert rig.server.uploads == {}
    [run] = rig.server.runs
    assert "controlnet" not in run.graph
    assert run.graph["prompt"]["inputs"]["text"] == HOSTILE


async def test_what_the_server_writes_into_the_picture_is_left_behind(rig: Rig) -> None:
    image = await rig.backend().generate(prompt_request())

    assert b"the whole graph" in rig.server.made
    assert b"the whole graph" not in image.png


async def test_a_server_that_chooses_its_own_prompt_ids_is_followed(rig: Rig) -> None:
    rig.server.knows_prompt_ids = False

    image = await rig.backend().generate(prompt_request())

    assert image.png


@pytest.mark.parametrize(("status", "headers", "after"), [(429, {"Retry-After": "7"}, 7), (503, {}, None)])
async def test_a_full_queue_is_rate_limited(
    rig: Rig, status: int, headers: dict[str, str], after: float | None
) -> None:
    async def refuse(exchange: Exchange) -> None:
        await exchange.answer(status, b"", headers)

    rig.server.faults["POST /prompt"] = refuse

    told = await failure(rig.backend().generate(prompt_request()))

    assert (told.error_class, told.message) == (ErrorClass.RATE_LIMITED, "ComfyUI's queue is full.")
    assert told.after_seconds == (after if status == 429 else None)


async def test_a_queue_as_long_as_the_limit_is_rate_limited_and_not_added_to(rig: Rig) -> None:
    rig.server.others_queued = 5

    told = await failure(rig.backend(comfyui_queue_limit=5).generate(pose_request()))

    assert (told.error_class, told.message) == (ErrorClass.RATE_LIMITED, "ComfyUI's queue holds 5 prompts or more.")
    assert (rig.server.uploads, rig.server.runs) == ({}, [])
    assert (await rig.backend(comfyui_queue_limit=0).generate(prompt_request())).png


async def test_a_prompt_that_the_server_has_forgotten_is_told_apart_and_retried(rig: Rig) -> None:
    async def restart(run: Run) -> None:
        await run.begin()
        rig.server.running.clear()
        await run.hang_up()

    rig.server.course = restart

    told = await failure(rig.backend().generate(prompt_request()))

    assert told.error_class is ErrorClass.UNKNOWN
    assert "neither queued nor in its history" in told.message


async def test_a_prompt_that_was_deleted_from_the_queue_is_missed_after_a_silence(rig: Rig) -> None:
    async def delete(run: Run) -> None:
        rig.server.pending.clear()

    rig.server.course = delete

    told = await failure(rig.backend(comfyui_silence_seconds=0.05).generate(prompt_request()))

    assert (told.error_class, "neither queued" in told.message) == (ErrorClass.UNKNOWN, True)


async def test_a_long_silence_alone_fails_nothing(rig: Rig) -> None:
    async def dawdle(run: Run) -> None:
        await run.begin()
        await rig.server.until(lambda: [asked.path for asked in rig.server.asked].count("/queue") >= 2)
        await run.finish()

    rig.server.course = dawdle

    assert (await rig.backend(comfyui_silence_seconds=0.05).generate(prompt_request())).png


@pytest.mark.parametrize(
    ("kind", "error_class"),
    [("RuntimeError", ErrorClass.INVALID), ("torch.OutOfMemoryError", ErrorClass.UNKNOWN)],
)
async def test_a_node_that_fails_is_invalid_unless_memory_ran_out(rig: Rig, kind: str, error_class: ErrorClass) -> None:
    async def fail(run: Run) -> None:
        await run.begin()
        await run.fail(kind)

    rig.server.course = fail

    told = await failure(rig.backend().generate(prompt_request()))

    assert told.error_class is error_class
    assert told.message == f"KSampler failed at ComfyUI with {kind.removeprefix('torch.')}."


async def test_a_node_that_failed_unheard_is_found_in_the_history(rig: Rig) -> None:
    async def fail(run: Run) -> None:
        await run.begin()
        await run.hang_up()
        await run.fail()

    rig.server.course = fail

    told = await failure(rig.backend().generate(prompt_request()))

    assert (told.error_class, told.message) == (ErrorClass.INVALID, "KSampler failed at ComfyUI with RuntimeError.")


async def test_an_interrupted_prompt_is_retried(rig: Rig) -> None:
    async def interrupt(run: Run) -> None:
        await run.begin()
        await run.interrupted()

    rig.server.course = interrupt

    told = await failure(rig.backend().generate(prompt_request()))

    assert (told.error_class, told.message) == (ErrorClass.UNKNOWN, "The prompt was interrupted at ComfyUI.")


async def test_a_workflow_that_is_refused_names_the_node_and_the_input(rig: Rig) -> None:
    told = await failure(rig.backend(comfyui_checkpoint="another.safetensors").generate(prompt_request()))

    assert told.error_class is ErrorClass.INVALID
    assert told.message == "ComfyUI refuses the workflow: CheckpointLoaderSimple (ckpt_name value_not_in_list)."


async def test_an_image_that_was_finished_while_the_line_was_lost_is_taken(rig: Rig) -> None:
    async def lose(run: Run) -> None:
        await run.begin()
        await run.hang_up()
        await run.finish()

    rig.server.course = lose

    assert (await rig.backend().generate(prompt_request())).png


async def test_an_image_goes_on_over_a_new_line(rig: Rig) -> None:
    async def lose(run: Run) -> None:
        await run.begin()
        for step in range(3):
            await run.progress(step, 3)
            await run.hang_up()
            await run.reconnected()
        await run.finish()

    rig.server.course = lose

    assert (await rig.backend().generate(prompt_request())).png
    assert len(rig.server.runs) == 1


async def test_a_history_that_fails_once_is_asked_again(rig: Rig) -> None:
    async def stumble(run: Run) -> None:
        async def fail(exchange: Exchange) -> None:
            rig.server.faults.clear()
            await exchange.answer(502)

        rig.server.faults[f"GET /history/{run.prompt_id}"] = fail
        await usual(run)

    rig.server.course = stumble

    assert (await rig.backend().generate(prompt_request())).png
    assert len(rig.server.runs) == 1


async def test_a_server_that_leaves_and_stays_away_is_of_the_network(rig: Rig) -> None:
    async def refuse(exchange: Exchange) -> None:
        exchange.reset()

    async def leave(run: Run) -> None:
        await run.begin()
        rig.server.faults = {f"GET {path}": refuse for path in ("/ws", "/queue", f"/history/{run.prompt_id}")}
        await run.hang_up()

    rig.server.course = leave

    told = await failure(rig.backend().generate(prompt_request()))

    assert told.error_class is ErrorClass.NETWORK
    assert [asked.path for asked in rig.server.asked].count("/ws") == 1 + 3


async def held(run: Run) -> None:
    """Run and never end."""
    await run.begin()


async def waiting(run: Run) -> None:
    """Never run."""


async def test_a_cancelled_image_is_interrupted_by_its_prompt_id(rig: Rig) -> None:
    rig.server.course = held
    making = asyncio.create_task(rig.backend().generate(prompt_request()))
    await rig.server.until(lambda: bool(rig.server.running))

    making.cancel()

    with pytest.raises(asyncio.CancelledError):
        await making
    await rig.server.until(lambda: bool(rig.server.interrupts))
    assert rig.server.interrupts == [{"prompt_id": rig.server.runs[0].prompt_id}]


async def test_a_cancelled_image_leaves_the_queue_and_stops_nobody_else(rig: Rig) -> None:
    rig.server.course = waiting
    rig.server.running.append("somebody-elses")
    making = asyncio.create_task(rig.backend().generate(prompt_request()))
    await rig.server.until(lambda: bool(rig.server.pending))

    making.cancel()

    with pytest.raises(asyncio.CancelledError):
        await making
    await rig.close()
    assert rig.server.pending == []
    assert rig.server.interrupts == []


async def test_an_image_that_takes_too_long_is_withdrawn(rig: Rig) -> None:
    rig.server.course = held

    told = await failure(rig.backend(comfyui_seconds=0.5).generate(prompt_request()))

    assert (told.error_class, told.message) == (ErrorClass.TIMEOUT, "ComfyUI didn't make the image within 0.5 s.")
    await rig.server.until(lambda: bool(rig.server.interrupts))


async def test_a_server_that_refuses_connections_is_of_the_network(rig: Rig) -> None:
    told = await failure(rig.backend(comfyui_url=f"http://{LOOPBACK}:{free_port()}").generate(prompt_request()))

    assert told.error_class is ErrorClass.NETWORK


async def unauthorised(exchange: Exchange) -> None:
    await exchange.answer(401)


async def broken(exchange: Exchange) -> None:
    await exchange.answer(500, b"traceback")


async def cut(exchange: Exchange) -> None:
    await exchange.answer(200, b"{", claim=10)
    exchange.reset()


async def no_json(exchange: Exchange) -> None:
    await exchange.answer(200, b"<html>", {"Content-Type": "text/html"})


@pytest.mark.parametrize("place", ["GET /prompt", "GET /ws", "POST /upload/image", "POST /prompt", "GET /view"])
@pytest.mark.parametrize(
    ("fault", "error_class"),
    [
        (unauthorised, ErrorClass.AUTH),
        (broken, ErrorClass.NETWORK),
        (cut, ErrorClass.NETWORK),
        (Exchange.hang, ErrorClass.TIMEOUT),
    ],
)
async def test_a_fault_anywhere_is_classed(rig: Rig, place: str, fault: Handler, error_class: ErrorClass) -> None:
    rig.server.faults[place] = fault
    patient = 0.3 if error_class is ErrorClass.TIMEOUT else 10

    told = await failure(rig.backend(comfyui_call_seconds=patient).generate(pose_request()))

    assert told.error_class is error_class


@pytest.mark.parametrize("place", ["GET /prompt", "POST /upload/image", "POST /prompt"])
@pytest.mark.parametrize("document", [b"<html>", [], {"exec_info": 1}])
async def test_an_answer_that_is_not_as_documented_is_no_success(rig: Rig, place: str, document: object) -> None:
    async def mislead(exchange: Exchange) -> None:
        await exchange.answer(200, document)

    rig.server.faults[place] = mislead

    told = await failure(rig.backend().generate(pose_request()))

    assert told.error_class is ErrorClass.UNKNOWN


@pytest.mark.parametrize("made", [picture()[:-2000], b"<html>", b""], ids=["truncated", "html", "empty"])
async def test_what_is_no_whole_picture_is_unknown(rig: Rig, made: bytes) -> None:
    rig.server.made = made

    told = await failure(rig.backend().generate(prompt_request()))

    assert told.error_class is ErrorClass.UNKNOWN


async def test_no_more_prompts_are_queued_at_once_than_the_settings_say(rig: Rig) -> None:
    go_on = asyncio.Event()

    async def hold(run: Run) -> None:
        await go_on.wait()
        await usual(run)

    rig.server.course = hold
    backend = rig.backend(comfyui_concurrency=2)
    making = [asyncio.create_task(backend.generate(prompt_request(seed=seed))) for seed in range(3)]
    await rig.server.until(lambda: len(rig.server.runs) == 2)

    go_on.set()

    assert len(await asyncio.gather(*making)) == 3
    assert len(rig.server.runs) == 3
