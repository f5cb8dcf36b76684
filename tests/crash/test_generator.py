"""A worker of the generator is killed or frozen at every step of a variation; another makes what is missing, once."""

import re
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Schema, Servers
from tests.crash.generator_ground import EXPORT, IMAGE_URL_POINTS, GeneratorGround, open_generator_ground

# An image that was made and isn't kept is made again; one that is kept never is.
BEFORE_IT_IS_MADE = ("variation.begun",)
UNTIL_IT_IS_KEPT = ("variation.generated", "variation.half_stored", "variation.stored")
FROM_THEN_ON = ("variation.kept", "variation.exported", "variation.written")
OF_THE_RUNTIME = ("finish.fenced", "finish.written")
POINTS = (*BEFORE_IT_IS_MADE, *UNTIL_IT_IS_KEPT, *FROM_THEN_ON)


@pytest.fixture
async def ground(schema: Schema, servers: Servers, tmp_path: Path) -> AsyncIterator[GeneratorGround]:
    stack = servers.stack
    async with open_generator_ground(
        schema=schema, secret=stack.layout.jwt_secret, redis_url=stack.redis_url, folder=tmp_path
    ) as made:
        yield made


@pytest.mark.parametrize("point", [*POINTS, *OF_THE_RUNTIME])
async def test_a_worker_killed_at_any_step_leaves_images_rows_progress_and_credits_exact(
    ground: GeneratorGround, point: str
) -> None:
    generation = await ground.create(["waving", "batting"], 2, EXPORT)

    struck = ground.crew.generate(aim=f"{point}=KILL")
    assert await struck.ended() == -signal.SIGKILL
    ground.crew.generate()
    await ground.ended(generation)

    assert await ground.problems(generation) == []
    assert len(ground.made()) == 4 + (point in UNTIL_IT_IS_KEPT)


@pytest.mark.parametrize("point", ["variation.generated", "variation.kept", "variation.written"])
async def test_a_frozen_worker_that_wakes_up_late_changes_nothing(ground: GeneratorGround, point: str) -> None:
    generation = await ground.create(["waving"], 2, EXPORT)

    struck = ground.crew.generate(aim=f"{point}=STOP")
    await struck.frozen()
    ground.crew.generate()
    await ground.ended(generation)
    before = await ground.everything()
    struck.send(signal.SIGCONT)
    struck.send(signal.SIGTERM)
    assert await struck.ended() == 0

    assert await ground.everything() == before
    assert await ground.problems(generation) == []


async def test_of_three_poses_by_four_killed_after_five_exactly_seven_more_are_made(ground: GeneratorGround) -> None:
    generation = await ground.create(["waving", "batting", "running"], 4)

    struck = ground.crew.generate(ATELIER_TEST_DIE_AT="6")
    assert await struck.ended() == -signal.SIGKILL
    first = ground.made()
    paid = await ground.fetch("SELECT succeeded, charged, state FROM generations")
    ground.crew.generate()
    await ground.ended(generation)

    assert (len(first), tuple(paid[0])) == (5, (5, 5, "RUNNING"))
    assert len(ground.made()[5:]) == 7
    assert set(Counter(ground.made()).values()) == {1}
    assert await ground.problems(generation) == []


async def test_a_cancel_that_meets_a_killed_worker_gives_back_what_was_not_made(ground: GeneratorGround) -> None:
    generation = await ground.create(["waving"], 4)

    struck = ground.crew.generate(ATELIER_TEST_DIE_AT="3")
    assert await struck.ended() == -signal.SIGKILL
    await ground.steering.cancel(str(generation.row["generation_id"]))
    ground.crew.generate()
    ended = await ground.ended(generation)

    row = ended.row
    assert (row["state"], row["succeeded"], row["cancelled"], row["charged"]) == ("CANCELLED", 2, 2, 2)
    money = await ground.fetch("SELECT balance FROM accounts")
    assert (money[0]["balance"], len(ground.made())) == (98, 2)


def test_every_point_in_the_source_is_struck() -> None:
    sources = (REPOSITORY / "services" / "generator").glob("*.py")

    points = {name for path in sources for name in re.findall(r'reached\("([\w.]+)"\)', path.read_text())}

    assert points == {*POINTS, *IMAGE_URL_POINTS}
