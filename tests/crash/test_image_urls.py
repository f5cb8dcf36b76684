"""A worker is killed or frozen at every step of giving a variant its address; another does it, once and rightly."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.conftest import Schema, Servers
from tests.crash.crew import until
from tests.crash.generator_ground import IMAGE_URL_POINTS, GeneratorGround, open_generator_ground
from tests.integration.generator.studio import HITTER, Studio, digest, open_studio

ROWS = "SELECT * FROM card_variants"
TABLES = ("card_images", "card_variants", "jobs")


@pytest.fixture
async def ground(schema: Schema, servers: Servers, tmp_path: Path) -> AsyncIterator[GeneratorGround]:
    stack = servers.stack
    async with open_generator_ground(
        schema=schema, secret=stack.layout.jwt_secret, redis_url=stack.redis_url, folder=tmp_path
    ) as made:
        yield made


@pytest.fixture
async def studio(
    ground: GeneratorGround, schema: Schema, servers: Servers, log: structlog.stdlib.BoundLogger
) -> AsyncIterator[Studio]:
    """On the ground's schema and object store, with a variant that waits for its address and whose picture is lost."""
    async with open_studio(schema=schema, folder=ground.folder, log=log, redis_url=servers.stack.redis_url) as made:
        async with made.process() as process:
            await process.import_players(vega=HITTER)
            await process.render(variant=1)
        (path,) = made.objects().values()
        path.unlink()
        yield made


async def done(studio: Studio) -> None:
    """Return once every job has ended."""

    async def is_done() -> bool:
        return await studio.fetch("SELECT FROM jobs WHERE ended_at IS NULL") == []

    await until(is_done, "the jobs have ended")


async def everything(studio: Studio) -> list[list[dict[str, Any]]]:
    return [await studio.fetch(f"SELECT * FROM {table}") for table in TABLES]  # noqa: S608


@pytest.mark.parametrize("point", IMAGE_URL_POINTS)
async def test_a_worker_killed_at_any_step_leaves_one_picture_one_address_and_one_job(
    ground: GeneratorGround, studio: Studio, point: str
) -> None:
    struck = ground.crew.generate(aim=f"{point}=KILL")
    assert await struck.ended() == -signal.SIGKILL
    before = await studio.fetch(ROWS)
    ground.crew.generate()
    await done(studio)

    (row,) = await studio.fetch(ROWS)
    ((sha256, path),) = studio.objects().items()
    states = await studio.fetch("SELECT state FROM jobs")
    images = await studio.fetch("SELECT sha256 FROM card_images")
    assert before[0]["image_url"] is None
    assert (digest(path), row["sha256"], row["image_url"]) == (sha256, sha256, f"/media/{sha256}.png")
    assert (states, images) == ([{"state": "SUCCEEDED"}], [{"sha256": sha256}])


@pytest.mark.parametrize("point", ["image_url.checked", "image_url.written"])
async def test_a_frozen_worker_that_wakes_up_late_changes_nothing(
    ground: GeneratorGround, studio: Studio, point: str
) -> None:
    struck = ground.crew.generate(aim=f"{point}=STOP")
    await struck.frozen()
    ground.crew.generate()
    await done(studio)
    before = await everything(studio)
    struck.send(signal.SIGCONT)
    struck.send(signal.SIGTERM)
    assert await struck.ended() == 0

    assert await everything(studio) == before
    assert before[1][0]["image_url"] is not None
