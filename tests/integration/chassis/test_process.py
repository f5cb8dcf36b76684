"""A service as a process: how it starts, how it is told to end, and what it says when it can't start."""

import asyncio
import signal
import socket
import sys
from typing import Any

import asyncpg
import grpc
import psutil
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from grpc.aio import AioRpcError

from chassis.client import open_channel
from tests.conftest import REPOSITORY, Servers
from tests.integration.chassis.conftest import Launch, Until, calling, code_of, first_error, free_port, listening

RESOLVER = ("-m", "services.resolver")


async def output(*arguments: str, **environment: str) -> tuple[int, str]:
    """The exit code and log of a program that ends by itself."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=environment,
        cwd=REPOSITORY,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    return process.returncode or 0, errors.decode()


async def refuses(address: str) -> bool:
    """Whether nobody listens there."""
    host, port = address.rsplit(":", 1)
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except (ConnectionRefusedError, ConnectionResetError):  # The latter of one that stops just now.
        return True
    writer.close()
    return False


async def test_wrong_settings_end_it_with_78_and_every_mistake_and_no_secret() -> None:
    code, log = await output(
        *RESOLVER,
        "serve",
        ATELIER_RESOLVER_DATABASE_URL="postgresql://u:SENTINEL@h/d",
        ATELIER_RESOLVER_PROT="7410",
        ATELIER_RESOLVER_POOL_SIZE="none",
        ATELIER_REDIS="redis://",
    )

    assert code == 78
    assert sorted(line.split(" ")[1].rstrip(":") for line in log.splitlines()) == [
        "ATELIER_JWKS_URL",
        "ATELIER_REDIS",
        "ATELIER_RESOLVER_POOL_SIZE",
        "ATELIER_RESOLVER_PROT",
    ]
    assert "SENTINEL" not in log


@pytest.mark.parametrize("arguments", [(), ("dance",), ("serve", "work")])
async def test_an_unknown_command_ends_it_with_64_and_the_known_ones(arguments: tuple[str, ...]) -> None:
    code, log = await output(*RESOLVER, *arguments)

    assert (code, log) == (64, "usage: python -m services.resolver serve | work | run | migrate\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly_and_in_order(
    launch: Launch, environment: dict[str, str], number: signal.Signals
) -> None:
    process = await launch(*RESOLVER, "serve", **environment)
    await process.logged("started")

    assert await process.end(number) == 0
    await process.logged("stopped")
    assert [one["event"] for one in process.entries] == ["listening", "started", "stopping", "stopped"]
    assert process.output == [line for line in process.output if line.startswith("{")]


async def test_a_call_under_way_ends_within_the_grace_period_while_new_ones_are_turned_away(
    launch: Launch, environment: dict[str, str], servers: Servers, until: Until
) -> None:
    schema = environment["ATELIER_RESOLVER_SCHEMA_NAME"]
    process = await launch(*RESOLVER, "serve", **environment)
    address = await listening(process)
    blocker = await asyncpg.connect(**servers.superuser)
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = $1"
    try:
        await blocker.execute("BEGIN")
        await blocker.execute(f"LOCK TABLE {schema}.cards IN ACCESS EXCLUSIVE MODE")
        async with calling(address) as stub, calling(address) as late:
            call = asyncio.ensure_future(stub.SearchCards(pb.SearchCardsRequest(), timeout=15))
            await until(lambda: call.done() or blocker.fetchval(waiting, f"atelier {schema}"))
            assert not call.done(), call.exception()

            process.process.send_signal(signal.SIGTERM)
            await until(lambda: refuses(address))
            refused = await first_error(lambda: late.ListGaps(pb.ListGapsRequest(), timeout=5))
            assert not call.done()
            await blocker.execute("COMMIT")
            answer = await call
    finally:
        await blocker.close()

    assert code_of(refused) == "UNAVAILABLE"
    assert answer == pb.SearchCardsResponse()
    assert await process.ended() == 0


async def test_a_call_that_outlasts_the_grace_period_is_cut_off(
    launch: Launch, environment: dict[str, str], servers: Servers, until: Until
) -> None:
    schema = environment["ATELIER_RESOLVER_SCHEMA_NAME"]
    process = await launch(*RESOLVER, "serve", **environment, ATELIER_RESOLVER_GRACE_SECONDS="0.2")
    address = await listening(process)
    blocker = await asyncpg.connect(**servers.superuser)
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = $1"
    try:
        await blocker.execute("BEGIN")
        await blocker.execute(f"LOCK TABLE {schema}.cards IN ACCESS EXCLUSIVE MODE")
        async with calling(address) as stub:
            call = asyncio.ensure_future(stub.SearchCards(pb.SearchCardsRequest(), timeout=15))
            await until(lambda: call.done() or blocker.fetchval(waiting, f"atelier {schema}"))
            assert not call.done(), call.exception()

            assert await process.end() == 0
            with pytest.raises(AioRpcError) as cut:
                await call
    finally:
        await blocker.close()

    assert code_of(cut.value) in {"UNAVAILABLE", "CANCELLED"}


async def test_a_taken_port_is_one_sentence_and_an_exit_code_of_its_own(
    launch: Launch, environment: dict[str, str]
) -> None:
    first = await launch(*RESOLVER, "serve", **environment)
    address = await listening(first)
    port = address.rsplit(":", 1)[1]

    second = await launch(*RESOLVER, "serve", **(environment | {"ATELIER_RESOLVER_PORT": port}))

    assert await second.ended() == 69
    (told,) = await second.logged("cannot listen")
    assert f"{address} is taken" in told["error"]
    assert "exception" not in told


async def test_a_taken_metrics_port_is_one_sentence_too(launch: Launch, environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])

        process = await launch(*RESOLVER, "serve", **(environment | {"ATELIER_RESOLVER_METRICS_PORT": port}))

        assert await process.ended() == 69
    (told,) = await process.logged("cannot listen")
    assert f"127.0.0.1:{port} is taken" in told["error"]


async def test_two_processes_serve_one_port_and_a_killed_one_is_started_again(
    launch: Launch, environment: dict[str, str], until: Until
) -> None:
    environment |= {
        "ATELIER_RESOLVER_PROCESSES": "2",
        "ATELIER_RESOLVER_PORT": str(free_port()),
        "ATELIER_RESOLVER_GRACE_SECONDS": "1",
    }
    parent = await launch(*RESOLVER, "serve", **environment)
    addresses = {one["address"] for one in await parent.logged("listening", 2)}
    (address,) = addresses
    children = psutil.Process(parent.process.pid).children()

    async def answers() -> bool:
        # A channel of its own each time, so that the kernel chooses anew.
        async with open_channel(address) as channel:
            call: Any = channel.unary_unary("/grpc.health.v1.Health/Check")
            return bool(await call(b"", timeout=5))

    assert len(children) == 2
    assert all([await answers() for _ in range(10)])

    children[0].kill()
    (lost,) = await parent.logged("replica ended, starting it again")
    await parent.logged("listening", 3)
    kept = psutil.Process(parent.process.pid).children()

    assert lost["exit_code"] == -signal.SIGKILL
    assert len({child.pid for child in kept}) == 2
    assert children[1] in kept
    assert all([await answers() for _ in range(10)])

    assert await parent.end() == 0
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in [*children, *kept])
    with pytest.raises(AioRpcError) as gone:
        await answers()
    assert gone.value.code() == grpc.StatusCode.UNAVAILABLE


async def test_a_parent_that_is_stopped_while_it_starts_leaves_no_child(
    launch: Launch, environment: dict[str, str], until: Until
) -> None:
    environment |= {"ATELIER_RESOLVER_PROCESSES": "2", "ATELIER_RESOLVER_PORT": str(free_port())}
    parent = await launch(*RESOLVER, "serve", **environment)
    await until(lambda: psutil.Process(parent.process.pid).children())
    children = psutil.Process(parent.process.pid).children()

    await parent.end()

    await until(lambda: not any(child.is_running() for child in children))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")
async def test_a_killed_parent_leaves_no_replica_on_the_port(
    launch: Launch, environment: dict[str, str], until: Until
) -> None:
    environment |= {
        "ATELIER_RESOLVER_PROCESSES": "2",
        "ATELIER_RESOLVER_PORT": str(free_port()),
        "ATELIER_RESOLVER_GRACE_SECONDS": "1",
    }
    parent = await launch(*RESOLVER, "serve", **environment)
    await parent.logged("listening", 2)
    children = psutil.Process(parent.process.pid).children()

    parent.process.kill()

    await until(lambda: not any(child.is_running() for child in children))


async def test_several_processes_need_a_port_to_share(environment: dict[str, str]) -> None:
    code, log = await output(
        *RESOLVER, "serve", **environment | {"ATELIER_RESOLVER_PROCESSES": "2", "ATELIER_RESOLVER_PORT": "0"}
    )

    assert (code, "ATELIER_RESOLVER_PROCESSES: several processes need a port" in log) == (78, True)


async def test_an_address_that_is_none_is_a_wrong_setting(environment: dict[str, str]) -> None:
    code, log = await output(*RESOLVER, "serve", **environment | {"ATELIER_RESOLVER_DATABASE_URL": "mysql://SENTINEL"})

    assert (code, log) == (78, "settings: ATELIER_RESOLVER_DATABASE_URL: must begin with postgresql://\n")
