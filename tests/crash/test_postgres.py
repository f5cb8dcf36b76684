"""PostgreSQL is restarted under load: callers are refused for a moment, and nothing that was accepted is lost."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash.crew import Member, until
from tests.crash.ground import Ground, open_ground
from tests.crash.servers import SERVICE, OwnPostgres, OwnRedis, open_servers

ENDED = "SELECT count(*) FROM jobs WHERE ended_at IS NOT NULL"
RESTARTS = {"crashed": signal.SIGKILL, "shut down": signal.SIGINT}


@pytest.fixture(scope="module")
async def own_servers() -> AsyncIterator[tuple[OwnPostgres, OwnRedis]]:
    """Servers for this module to break."""
    async with open_servers() as both:
        yield both


async def test_restarts_under_load_lose_and_repeat_nothing(
    own_servers: tuple[OwnPostgres, OwnRedis], tmp_path: Path
) -> None:
    postgres, server = own_servers
    async with open_ground(
        url=postgres.url, schema=SERVICE, redis_url=server.url, secret=postgres.secret, folder=tmp_path
    ) as ground:
        acceptor = ground.crew.accept()
        workers = [ground.crew.work() for _ in range(2)]
        for worker in workers:
            await worker.started()

        ordering = asyncio.create_task(order_all(acceptor, [f"{number}" for number in range(60)]))
        for how in RESTARTS.values():
            await until_some_more_done(ground)
            await postgres.restart(how)
        accepted = await ordering
        await ground.settled()

        rows = await ground.fetch("SELECT id FROM jobs WHERE idempotency_key IS NOT NULL")
        assert {str(row["id"]) for row in rows} == accepted
        assert await ground.problems() == []
        # A lost server is nobody's bug, and nobody's failed attempt.
        assert [line for worker in workers for line in worker.log.splitlines() if '"level": "error"' in line] == []


async def order_all(acceptor: Member, keys: list[str]) -> set[str]:
    """Order a job for each key, one after the other and again until it is accepted; the ids that were told."""
    accepted: set[str] = set()
    for number, key in enumerate(keys):
        kind = ("effect", "plain", "parent", "slow", "flaky")[number % 5]
        order = {"key": key, "kind": kind, "details": {"steps": 3, "seconds": 0.1}}
        while True:
            answer = await acceptor.order([order])
            assert answer is not None, acceptor.log
            if "ok" in answer:
                accepted.update(answer["ok"].values())
                break
            await asyncio.sleep(0.05)  # As a client waits that was told UNAVAILABLE.
    return accepted


async def until_some_more_done(ground: Ground) -> None:
    """Wait until jobs end while others run, so that the blow falls in the midst of it."""
    before: int | None = None

    async def some_more() -> bool:
        nonlocal before
        (row,) = await ground.fetch(ENDED)
        before = row["count"] if before is None else before
        return bool(row["count"] >= before + 5)

    await until(some_more, "some more jobs end")
