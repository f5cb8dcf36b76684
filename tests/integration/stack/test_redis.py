"""The embedded Redis, for real."""

import os
import shutil
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis.asyncio

import cli.stack.redis
from cli.stack.binaries import redis_server
from cli.stack.layout import Layout
from cli.stack.problems import StackError
from cli.stack.redis import Redis
from cli.stack.supervisor import Supervisor

Until = Callable[[Callable[[], Any]], Awaitable[None]]


async def test_it_answers_on_a_private_socket_and_no_port(layout: Layout, supervisor: Supervisor) -> None:
    server = Redis(layout)

    await server.start(supervisor)

    async with redis.asyncio.from_url(server.url) as client:
        assert (await client.config_get("maxmemory*"))["maxmemory-policy"] == "noeviction"
        assert (await client.config_get("save")) == {"save": ""}
    assert psutil.Process(supervisor.pid("redis")).net_connections(kind="inet") == []
    assert layout.redis_socket.parent.stat().st_mode & 0o077 == 0


async def test_killed_redis_is_restarted(layout: Layout, supervisor: Supervisor, until: Until) -> None:
    server = Redis(layout)
    await server.start(supervisor)
    first = supervisor.pid("redis")

    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.pid("redis") != first)

    await until(server.ready)


async def test_a_redis_that_hangs_is_not_ready_until_it_goes_on(
    layout: Layout, supervisor: Supervisor, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.stack.redis, "ANSWER_SECONDS", 0.1)
    server = Redis(layout)
    before = await server.ready()
    await server.start(supervisor)
    process = psutil.Process(supervisor.pid("redis"))

    process.suspend()
    hanging = await server.ready()
    process.resume()

    assert (before, hanging) == (False, False)
    await until(server.ready)


async def test_missing_system_library_is_one_sentence(
    layout: Layout, supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The real program, that asks the real loader for a library that no machine has.
    program = tmp_path / "redis-server"
    program.write_bytes(redis_server().read_bytes().replace(b"libm.so.6", b"libq.so.6"))
    shutil.copymode(redis_server(), program)
    monkeypatch.setattr(cli.stack.redis, "redis_server", lambda: program)

    with pytest.raises(StackError, match=r"redis can't start because the system library libq\.so\.6 is missing"):
        await Redis(layout).start(supervisor)
