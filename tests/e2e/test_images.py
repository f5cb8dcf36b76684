"""Images and cards by the command line, from a pose or a player to a file."""

import asyncio
import hashlib
import os
import signal
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from atelier.generator.v1.credit_service_pb2 import GetBalanceRequest, GrantCreditsRequest
from atelier.generator.v1.credit_service_pb2_grpc import CreditServiceStub
from atelier.generator.v1.generation_service_pb2 import ListGenerationsRequest
from atelier.generator.v1.generation_service_pb2_grpc import GenerationServiceStub
from grpc_health.v1.health_pb2 import HealthCheckResponse

from chassis.auth import Role
from chassis.client import open_channel, token_interceptors
from tests.conftest import REPOSITORY
from tests.e2e.conftest import Ended, System
from tests.e2e.test_recovery import health_becomes
from tests.e2e.watching import pause, resume

QUEUE = "generator/queues/variation"
PLAYERS = REPOSITORY / "examples" / "players.jsonl"


@pytest.fixture
async def paused(system: System) -> AsyncIterator[System]:
    """The system with its images held back."""
    await pause(system, QUEUE)
    yield system
    await resume(system, QUEUE)


def as_user(system: System, name: str, *arguments: str) -> tuple[str, ...]:
    """A command of a user's."""
    return "--token", system.stack.token(Role.USER, subject=name), *arguments


async def run(system: System, name: str, *arguments: str) -> Ended:
    """Run a command as a user."""
    return await system.atelier(*as_user(system, name, *arguments))


@asynccontextmanager
async def channel_of(system: System, name: str, role: Role = Role.USER) -> AsyncIterator[grpc.aio.Channel]:
    """Somebody's channel: what isn't about the command line is asked without its second of start-up."""
    interceptors = token_interceptors(system.stack.token(role, subject=name))
    async with open_channel(system.stack.gateway_address, interceptors=interceptors) as channel:
        yield channel


async def grant(system: System, name: str, amount: int) -> None:
    """Give somebody credits."""
    async with channel_of(system, "bank", Role.OPERATOR) as channel:
        await CreditServiceStub(channel).GrantCredits(
            GrantCreditsRequest(owner=name, amount=amount, request_id=f"for {name}")
        )


async def credits_of(system: System, name: str) -> tuple[int, int]:
    """What somebody can spend, and what is set aside."""
    async with channel_of(system, name) as channel:
        balance = (await CreditServiceStub(channel).GetBalance(GetBalanceRequest())).balance
    return balance.available, balance.reserved


async def accepted_generation(system: System, name: str) -> str:
    """Somebody's generation, once there is one."""
    async with asyncio.timeout(60), channel_of(system, name) as channel:
        while True:
            found = (await GenerationServiceStub(channel).ListGenerations(ListGenerationsRequest())).generations
            if found:
                return str(found[0].generation_id)
            await asyncio.sleep(0.05)


def pixels(path: str) -> tuple[int, int]:
    """Width and height by the header of a PNG."""
    width, height = struct.unpack(">II", Path(path).read_bytes()[16:24])
    return width, height


def is_whole(picture: dict[str, Any]) -> bool:
    """Whether the file is what the service has."""
    return bool(hashlib.sha256(Path(picture["path"]).read_bytes()).hexdigest() == picture["sha256"])


async def test_images_are_paid_once_and_the_same_again_costs_nothing(system: System, tmp_path: Path) -> None:
    arguments = ["generate", "--pose", "batting,leaping", "--variations", "2", "--seed", "3", "--export", "square:webp"]
    poor = await run(system, "misty", *arguments, "--out", str(tmp_path / "none"))
    await grant(system, "misty", 5)

    made = await run(system, "misty", *arguments, "--out", str(tmp_path / "first"), "--json")
    again = await run(system, "misty", *arguments, "--out", str(tmp_path / "second"))

    assert (poor.code, list((tmp_path / "none").iterdir())) == (65, [])
    assert "the account has 0; ask for less" in poor.err
    assert made.code == 0, made.err
    images = sorted(made.lines(), key=lambda image: str(image["key"]))
    assert [image["key"] for image in images] == ["batting-v1", "batting-v2", "leaping-v1", "leaping-v2"]
    assert all(is_whole(picture) for image in images for picture in (image["original"], *image["exports"]))
    assert {pixels(image["original"]["path"]) for image in images} == {(512, 512)}
    assert await credits_of(system, "misty") == (1, 0)
    assert again.code == 0, again.err
    assert {path.name for path in (tmp_path / "second").iterdir()} == {
        path.name for path in (tmp_path / "first").iterdir()
    }


async def test_whoever_leaves_comes_back_to_images_that_were_made_meanwhile(paused: System, tmp_path: Path) -> None:
    await grant(paused, "brock", 1)
    out = str(tmp_path / "images")
    leaving = await paused.start_atelier(*as_user(paused, "brock", "generate", "--text", "a bowl", "--out", out))
    assert leaving.stderr is not None
    generation_id = (await leaving.stderr.readline()).decode().split()[1].rstrip(":")
    command = f"atelier generations watch {generation_id} --out {out}"

    leaving.send_signal(signal.SIGINT)
    _, told = await leaving.communicate()
    await resume(paused, QUEUE)
    back = await run(paused, "brock", *command.split()[1:], "--json")

    assert leaving.returncode == 130
    assert f"`{command}` comes back to it" in told.decode()
    assert back.code == 0, back.err
    [image] = back.lines()
    assert (image["key"], is_whole(image["original"])) == ("text-v1", True)


async def test_what_is_cancelled_costs_nothing_and_can_be_made_after_all(paused: System, tmp_path: Path) -> None:
    await grant(paused, "jessie", 2)
    out = str(tmp_path)
    generate = as_user(paused, "jessie", "generate", "--pose", "boxing,bowing", "--out", out)
    watching = asyncio.create_task(paused.atelier(*generate))
    generation_id = await accepted_generation(paused, "jessie")

    cancelled = await run(paused, "jessie", "generations", "cancel", generation_id, "--json")
    ended = await watching
    given_back = await credits_of(paused, "jessie")
    retried = await run(paused, "jessie", "generations", "retry", generation_id, "--json")
    await resume(paused, QUEUE)
    made = await run(paused, "jessie", "generations", "watch", generation_id, "--out", out, "--json")

    assert (cancelled.code, retried.code, ended.code, made.code) == (0, 0, 3, 0), made.err
    assert f"atelier generations retry {generation_id}" in ended.err
    assert given_back == (2, 0)
    assert all(is_whole(image["original"]) for image in made.lines())
    assert await credits_of(paused, "jessie") == (0, 0)


async def test_images_outlive_the_process_that_accepted_them_and_whoever_watches_goes_on(
    paused: System, tmp_path: Path
) -> None:
    await grant(paused, "james", 2)
    generate = as_user(paused, "james", "generate", "--pose", "jumping", "--variations", "2", "--out", str(tmp_path))
    watching = asyncio.create_task(paused.atelier(*generate, "--json"))
    await accepted_generation(paused, "james")

    os.kill(paused.stack.pid("generator"), signal.SIGKILL)
    await health_becomes(paused, "generator", HealthCheckResponse.NOT_SERVING)
    await health_becomes(paused, "generator", HealthCheckResponse.SERVING)
    await resume(paused, QUEUE)
    ended = await watching

    assert ended.code == 0, ended.err
    assert sorted(image["key"] for image in ended.lines()) == ["jumping-v1", "jumping-v2"]
    assert ended.err.count("was lost; watching goes on") <= 1  # It may have begun to watch only afterwards.
    assert await credits_of(paused, "james") == (0, 0)


async def test_imported_poses_are_drawn(system: System, tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    standing = [[50, 10], [50, 25], [40, 25], [38, 40], [37, 55], [60, 25], [62, 40], [63, 55], [45, 55], [44, 75],
                [44, 95], [55, 55], [56, 75], [56, 95], [48, 8], [52, 8], [46, 10], [54, 10]]  # fmt: skip
    flat = ", ".join(f"{x}, {y}, 1" for x, y in standing)
    path.write_text(f'{{"people": [{{"pose_keypoints_2d": [{flat}]}}, {{"pose_keypoints_2d": [1, 2]}}]}}')
    await grant(system, "gary", 1)

    imported = await run(system, "gary", "import", "poses", str(path), "--id-prefix", "mine", "--json")
    listed = await run(system, "gary", "poses", "--json")
    made = await run(system, "gary", "generate", "--pose", "mine-1", "--style", "openpose", "--out", str(tmp_path))
    others = await run(system, "tracey", "poses", "--json")

    assert imported.code == 3
    assert f"{path}: people[1].pose_keypoints_2d: must be 54 or 75 numbers" in imported.err
    assert "mine-1" in [pose["pose_id"] for pose in listed.lines()]
    assert made.code == 0, made.err
    assert (tmp_path / "mine-1-v1.png").is_file()
    assert "mine-1" not in [pose["pose_id"] for pose in others.lines()]


async def test_cards_are_drawn_once_and_saved_under_their_names(system: System, tmp_path: Path) -> None:
    imported = await system.atelier("import", "players", str(PLAYERS), "--json")
    arguments = ["render", "tanaka-kenji", "lund-astrid", "nobody", "--kind", "pitching", "--out", str(tmp_path)]

    first = await run(system, "misty", *arguments, "--json")
    again = await run(system, "misty", *arguments[:2], "--kind", "pitching", "--out", str(tmp_path), "--json")
    wrong = await run(system, "misty", "render", "vega-rocio", "--kind", "pitching", "--out", str(tmp_path))

    assert imported.code == 0, imported.err
    assert first.code == 3
    assert "nobody: " in first.err
    assert [pixels(card["path"]) for card in first.lines()] == [(750, 1050)] * 2
    assert {path.name for path in tmp_path.iterdir()} == {"tanaka-kenji-pitching-0.png", "lund-astrid-pitching-0.png"}
    assert [card["cached"] for card in again.lines()] == [True]
    assert wrong.code == 65
