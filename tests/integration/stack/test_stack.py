"""The whole stack in-process, with the sample system."""

import os
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import jwt
import psutil
import pytest

from chassis.auth import Role
from cli.stack import binaries
from cli.stack.lock import who_runs
from cli.stack.ports import Ports
from cli.stack.problems import StackError
from cli.stack.stack import Stack

Until = Callable[[Callable[[], Any]], Awaitable[None]]
MakeStack = Callable[..., Stack]
PARTS = ("redis", "postgres", "resolver", "gateway")


def words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""  # It has ended.


def sockets(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_socket()]


async def insert_card(stack: Stack, number: int) -> None:
    connection = await asyncpg.connect(stack.database_url("resolver"))
    await connection.execute("INSERT INTO cards (id) VALUES ($1)", number)
    await connection.close()


async def count_cards(stack: Stack) -> int:
    connection = await asyncpg.connect(stack.database_url("resolver"))
    count = await connection.fetchval("SELECT count(*) FROM cards")
    await connection.close()
    return int(count)


async def test_stopped_stack_leaves_no_process_and_no_socket(
    make_stack: MakeStack, root: Path, gone: Callable[[list[psutil.Process]], bool]
) -> None:
    stack = make_stack()
    await stack.start()
    family = [psutil.Process(stack.pid(part)) for part in PARTS]
    family += [child for process in family for child in process.children(recursive=True)]

    await stack.stop()
    await stack.stop()  # Stopping twice is legal.

    assert gone(family)
    assert not stack.layout.run.exists()
    assert sockets(root) == []
    Ports(**vars(stack.ports)).check()


async def test_data_survives_a_restart(make_stack: MakeStack) -> None:
    async with make_stack() as stack:
        await insert_card(stack, 1)

    async with make_stack() as stack:
        assert await count_cards(stack) == 1


@pytest.mark.parametrize("part", PARTS)
async def test_killed_part_is_restarted(running: Stack, until: Until, part: str) -> None:
    first = running.pid(part)

    os.kill(first, signal.SIGKILL)
    await until(lambda: running.pid(part) != first)

    assert psutil.pid_exists(running.pid(part))


async def test_second_start_names_the_first(make_stack: MakeStack) -> None:
    async with make_stack() as stack:
        with pytest.raises(StackError) as caught:
            await make_stack().start()

        sentence = str(caught.value)
        holder = who_runs(stack.layout.lock)
    assert holder is not None
    assert str(os.getpid()) in sentence
    assert stack.gateway_address in sentence
    assert holder.since in sentence
    assert who_runs(stack.layout.lock) is None


async def test_taken_port_is_one_sentence_and_the_next_start_heals(make_stack: MakeStack) -> None:
    ports = Ports.free()
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports.gateway_http))
        other.listen()
        with pytest.raises(StackError) as caught:
            await make_stack(ports=ports).start()

    assert f"Port {ports.gateway_http} is taken by" in str(caught.value)
    assert f"(process {os.getpid()})" in str(caught.value)
    assert "set ATELIER_GATEWAY_HTTP_PORT" in str(caught.value)
    async with make_stack(ports=ports):
        pass


async def test_failed_migration_is_one_sentence_with_its_last_lines_and_the_next_start_heals(
    make_stack: MakeStack, sample: dict[str, Any]
) -> None:
    broken = replace(sample["RESOLVER"], migrate=("-c", "raise SystemExit('column nmae does not exist')"))

    with pytest.raises(StackError) as caught:
        await make_stack(programs=(broken,)).start()

    assert "The migration of resolver" in caught.value.sentence
    assert caught.value.details == ("column nmae does not exist",)
    async with make_stack():
        pass


async def test_program_that_does_not_start_is_named(make_stack: MakeStack, sample: dict[str, Any]) -> None:
    gateway = replace(sample["PROGRAMS"][1], arguments=("-c", "raise SystemExit('no such page')"))

    with pytest.raises(StackError, match=r"gateway does not start \(exit code 1\)(.|\n)*no such page"):
        await make_stack(programs=(gateway,)).start()


async def test_missing_library_is_one_sentence_and_leaves_nothing(
    make_stack: MakeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = make_stack()
    with monkeypatch.context() as patch:
        patch.setattr(binaries, "_package_folder", lambda package: None)
        with pytest.raises(StackError, match="is not installed: run `pip install"):
            await stack.start()
    assert not stack.layout.run.exists()

    await stack.start()


async def test_secrets_are_private_and_in_no_arguments_and_no_log(running: Stack) -> None:
    paths = [*running.layout.secrets.iterdir(), running.layout.token]
    secrets = [path.read_text() for path in paths]

    arguments = [words(child) for child in psutil.Process().children(recursive=True)]

    assert {path.name for path in paths} == {"jwt", "media", "postgres", "role-resolver", "token"}
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    assert running.layout.secrets.stat().st_mode & 0o777 == 0o700
    assert not [secret for secret in secrets if secret in " ".join(arguments)]
    assert not [secret for secret in secrets if secret in running.layout.log.read_text()]


async def test_token_is_signed_with_the_secret_that_the_programs_read(make_stack: MakeStack) -> None:
    stack = make_stack()
    stack.layout.prepare()

    token = stack.token(Role.OPERATOR, subject="ann")

    claims = jwt.decode(token, stack.layout.jwt_secret.read_text(), algorithms=["HS256"], audience="atelier")
    assert (claims["sub"], claims["role"]) == ("ann", "operator")


async def test_program_is_told_only_what_it_needs(running: Stack, until: Until) -> None:
    def environment(part: str) -> dict[str, str]:
        return psutil.Process(running.pid(part)).environ()

    # Nobody waits for what was started again, and for a moment its launcher is being replaced by it.
    await until(lambda: "ATELIER_RESOLVER_DATABASE_URL" in environment("resolver"))
    await until(lambda: "ATELIER_GATEWAY_PORT" in environment("gateway"))
    gateway, resolver = environment("gateway"), environment("resolver")

    assert not [name for name in gateway if "DATABASE" in name]
    assert resolver["ATELIER_RESOLVER_DATABASE_URL"].startswith("postgresql://resolver:")
    assert not [name for name in resolver if "GATEWAY" in name]
