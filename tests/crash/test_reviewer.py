"""A worker of the reviewer is killed or frozen at every step of a part; another goes on, and buys no answer twice."""

import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from chassis.auth import Principal, Role, principal
from tests.conftest import REPOSITORY, Schema, Servers
from tests.crash.reviewer_ground import OWNER, ReviewerGround, open_reviewer_ground

Open = Callable[[str | None], AbstractAsyncContextManager[ReviewerGround]]

# What the model said is lost between its last byte and the commit that follows, and only there.
UNTIL_IT_IS_KEPT = ("review.answered",)
POINTS = (
    "review.begun",
    *UNTIL_IT_IS_KEPT,
    "review.kept",
    "review.cached",
    "review.validated",
    "review.concluded",
    "review.written",
)
OF_THE_RUNTIME = ("finish.written",)


@pytest.fixture
def open_ground(schema: Schema, servers: Servers, tmp_path: Path) -> Open:
    def make(redis_url: str | None) -> AbstractAsyncContextManager[ReviewerGround]:
        return open_reviewer_ground(
            schema=schema, secret=servers.stack.layout.jwt_secret, redis_url=redis_url, folder=tmp_path
        )

    return make


@pytest.fixture
async def ground(open_ground: Open, servers: Servers) -> AsyncIterator[ReviewerGround]:
    async with open_ground(servers.stack.redis_url) as made:
        yield made


@pytest.mark.parametrize("point", [*POINTS, *OF_THE_RUNTIME])
async def test_a_worker_killed_at_any_step_leaves_findings_sums_and_budget_exact(
    ground: ReviewerGround, point: str
) -> None:
    await ground.create(files=2)

    struck = ground.crew.review(aim=f"{point}=KILL")
    assert await struck.ended() == -signal.SIGKILL
    ground.crew.review()
    await ground.ended()

    assert await ground.problems() == []
    assert len(ground.calls()) == 2 + (point in UNTIL_IT_IS_KEPT)


async def test_without_redis_an_answer_that_was_bought_is_not_bought_again(open_ground: Open) -> None:
    async with open_ground(None) as ground:
        await ground.create(files=2)

        struck = ground.crew.review(aim="review.kept=KILL")
        assert await struck.ended() == -signal.SIGKILL
        ground.crew.review()
        await ground.ended()

        assert await ground.problems() == []
        assert len(ground.calls()) == 2


@pytest.mark.parametrize("point", ["review.answered", "review.kept", "review.written"])
async def test_a_frozen_worker_that_wakes_up_late_changes_nothing(ground: ReviewerGround, point: str) -> None:
    await ground.create(files=2)

    struck = ground.crew.review(aim=f"{point}=STOP")
    await struck.frozen()
    ground.crew.review()
    await ground.ended()
    before = await ground.everything()
    struck.send(signal.SIGCONT)
    struck.send(signal.SIGTERM)
    assert await struck.ended() == 0

    assert await ground.everything() == before
    assert await ground.problems() == []


async def test_a_cancel_that_meets_a_killed_worker_pays_what_was_bought_and_gives_back_the_rest(
    ground: ReviewerGround,
) -> None:
    review_id = await ground.create(files=2)

    struck = ground.crew.review(aim="review.kept=KILL")
    assert await struck.ended() == -signal.SIGKILL
    token = principal.set(Principal(OWNER, Role.USER))
    await ground.cancelling.cancel(str(review_id))
    principal.reset(token)
    ground.crew.review()
    row = await ground.ended()

    assert (row["state"], row["cancelled"], row["input_tokens"] + row["output_tokens"]) == ("CANCELLED", 2, 110)
    assert await ground.wrong_money(tokens=110, requests=0, settled=1) == []


def test_every_point_in_the_source_is_struck() -> None:
    sources = (REPOSITORY / "services" / "reviewer").glob("*.py")

    points = {name for path in sources for name in re.findall(r'reached\("([\w.]+)"\)', path.read_text())}

    assert points == {*POINTS}
