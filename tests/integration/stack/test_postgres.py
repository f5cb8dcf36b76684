"""The embedded PostgreSQL, for real."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import psycopg
import pytest

from cli.stack.accounts import Account, launch_argv
from cli.stack.layout import LONGEST_SOCKET_PATH, POSTGRES_SOCKET, Layout
from cli.stack.log import StackLog
from cli.stack.postgres import Postgres
from cli.stack.problems import StackError
from cli.stack.secrets import Secrets
from cli.stack.supervisor import Supervisor
from tests.integration.stack.conftest import Server, new_root, running_server

Until = Callable[[Callable[[], Any]], Awaitable[None]]


@pytest.fixture
async def postgres(layout: Layout, log: StackLog, supervisor: Supervisor, initialised: None) -> AsyncIterator[Postgres]:
    """A started server with two services on it."""
    postgres = Postgres(layout, Secrets(layout.secrets), log)
    await postgres.start(supervisor)
    await postgres.provision(["resolver", "generator"])
    yield postgres
    await supervisor.stop()


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    """One server for the tests that leave it as they found it."""
    with new_root() as root:
        async with running_server(root) as server:
            table = "CREATE TABLE cards AS SELECT 7 AS id, '[1,2,3]'::vector AS embedding"
            await rows(server.postgres, "resolver", table)
            yield server


@pytest.fixture(scope="module")
def shared(server: Server) -> Postgres:
    """The same server, for tests of what it tells."""
    return server.postgres


async def rows(postgres: Postgres, service: str, query: str) -> list[Any]:
    connection = await asyncpg.connect(postgres.database_url(service))
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def test_service_has_a_schema_of_its_own_and_pgvector(shared: Postgres) -> None:
    found = await rows(shared, "resolver", "SELECT current_user::text, embedding <-> '[1,2,4]' FROM cards")
    tables = await rows(shared, "resolver", "SELECT schemaname::text FROM pg_tables WHERE tablename = 'cards'")

    assert found == [("resolver", 1.0)]
    assert tables == [("resolver",)]


async def test_role_can_not_read_its_neighbours_table(shared: Postgres) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows(shared, "generator", "SELECT id FROM resolver.cards")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.anything (id int)",
        "CREATE TABLE resolver.anything (id int)",
        "CREATE SCHEMA anything",
        "CREATE ROLE anything",
        "SET ROLE resolver",
        "SET SESSION AUTHORIZATION postgres",
        "COPY pg_authid TO '/tmp/anything'",
    ],
)
async def test_role_can_do_nothing_outside_its_schema(shared: Postgres, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows(shared, "generator", statement)


@pytest.mark.parametrize("database", ["postgres", "template1"])
async def test_role_can_not_enter_another_database(shared: Postgres, database: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(shared.database_url("resolver").replace("/atelier?", f"/{database}?"))


async def test_wrong_password_is_refused(shared: Postgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(shared.database_url("resolver"), password="guessed")


async def test_provisioning_twice_changes_nothing(shared: Postgres) -> None:
    await shared.provision(["resolver", "generator"])

    assert await rows(shared, "resolver", "SELECT id FROM cards") == [(7,)]


async def test_address_works_for_psycopg(shared: Postgres) -> None:
    with psycopg.connect(shared.database_url("resolver")) as connection:
        assert connection.execute("SHOW search_path").fetchone() == ("resolver, public",)


async def test_killed_postgres_is_restarted_with_what_was_committed(
    postgres: Postgres, supervisor: Supervisor, until: Until
) -> None:
    await rows(postgres, "resolver", "CREATE TABLE cards AS SELECT 7 AS id")
    first = supervisor.pid("postgres")

    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.pid("postgres") != first)
    await until(postgres.ready)

    assert await rows(postgres, "resolver", "SELECT id FROM cards") == [(7,)]


async def test_killed_postgres_is_restarted_although_a_query_of_before_still_runs(
    postgres: Postgres, supervisor: Supervisor, until: Until
) -> None:
    # A backend that computes doesn't notice that its server is gone, and keeps the shared memory.
    busy = await asyncpg.connect(postgres.database_url("resolver"))
    endless = "WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 FROM r) SELECT count(*) FROM r"
    query = asyncio.create_task(busy.fetchval(endless))
    await until(lambda: any("SELECT" in words(child) for child in servers(supervisor)))
    first = supervisor.pid("postgres")

    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.pid("postgres") != first)
    await until(postgres.ready)

    with pytest.raises((asyncpg.PostgresError, OSError)):
        await query
    busy.terminate()


def servers(supervisor: Supervisor) -> list[psutil.Process]:
    return psutil.Process(supervisor.pid("postgres")).children()


async def test_it_listens_on_no_port_and_its_socket_is_private(server: Server) -> None:
    process = psutil.Process(server.supervisor.pid("postgres"))

    assert process.net_connections(kind="inet") == []
    assert await rows(server.postgres, "resolver", "SELECT current_setting('listen_addresses')") == [("",)]


async def test_socket_folder_is_for_its_user_alone(server: Server) -> None:
    assert server.layout.postgres_run.stat().st_mode & 0o077 == 0
    assert server.layout.postgres.stat().st_mode & 0o077 == 0


def words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""  # It has ended.


async def test_no_password_is_in_arguments_or_log(server: Server) -> None:
    secrets = [path.read_text() for path in server.layout.secrets.iterdir()]
    process = psutil.Process(server.supervisor.pid("postgres"))

    arguments = " ".join(words(one) for one in [process, *process.children()])

    assert len(secrets) == 3
    assert not [secret for secret in secrets if secret in arguments or secret in server.layout.log.read_text()]


async def test_data_without_its_passwords_is_one_sentence(
    postgres: Postgres, supervisor: Supervisor, layout: Layout, log: StackLog
) -> None:
    await supervisor.stop()
    (layout.secrets / "postgres").unlink()

    with pytest.raises(StackError, match="bring back the secrets folder"):
        await Postgres(layout, Secrets(layout.secrets), log).start(supervisor)


async def test_half_initialised_data_is_moved_aside_with_one_sentence(
    layout: Layout, log: StackLog, supervisor: Supervisor
) -> None:
    (layout.postgres / "base").mkdir(parents=True)
    (layout.postgres / "PG_VERSION").write_text("18\n")

    await Postgres(layout, Secrets(layout.secrets), log).start(supervisor)

    assert [path for path in layout.root.glob("postgres.broken-*") if (path / "base").is_dir()]
    assert layout.log.read_text().count("was only half initialised") == 1


async def test_initialisation_that_was_interrupted_leaves_no_data_folder(
    layout: Layout, log: StackLog, supervisor: Supervisor
) -> None:
    (layout.root / "postgres.new" / "data").mkdir(parents=True)
    (layout.root / "postgres.new" / "data" / "PG_VERSION").write_text("18\n")

    await Postgres(layout, Secrets(layout.secrets), log).start(supervisor)

    assert not (layout.root / "postgres.new").exists()
    assert not list(layout.root.glob("postgres.broken-*"))


async def test_data_of_another_version_is_one_sentence(layout: Layout, log: StackLog, supervisor: Supervisor) -> None:
    (layout.postgres / "global").mkdir(parents=True)
    (layout.postgres / "global" / "pg_control").write_bytes(b"")
    (layout.postgres / "PG_VERSION").write_text("17\n")

    with pytest.raises(StackError, match="written by PostgreSQL 17"):
        await Postgres(layout, Secrets(layout.secrets), log).start(supervisor)

    assert layout.postgres.exists()


async def test_postmaster_left_over_from_a_killed_stack_is_ended(
    postgres: Postgres, supervisor: Supervisor, layout: Layout, log: StackLog
) -> None:
    before = psutil.Process(supervisor.pid("postgres"))
    other = Supervisor(log, layout.root, changed=lambda: None)
    try:
        supervisor._children[0]._stopping.set()  # a supervisor that can't restart it, as a dead one can't

        await Postgres(layout, Secrets(layout.secrets), log).start(other)

        assert not before.is_running()
        assert "left over from a stack that was killed" in layout.log.read_text()
    finally:
        await other.stop()


@pytest.mark.usefixtures("initialised")
@pytest.mark.parametrize("alive", [True, False], ids=["alive", "dead and not reaped"])
async def test_pid_file_that_names_a_stranger_of_the_same_user_is_stale(
    layout: Layout,
    log: StackLog,
    supervisor: Supervisor,
    start_stranger: Callable[..., subprocess.Popen[bytes]],
    alive: bool,
) -> None:
    postgres = Postgres(layout, Secrets(layout.secrets), log)
    await postgres.start(supervisor)
    await supervisor.stop()
    owner = layout.postgres.stat().st_uid
    stranger = start_stranger(user=owner)
    if not alive:
        stranger.kill()
    (layout.postgres / "postmaster.pid").write_text(f"{stranger.pid}\n{layout.postgres}\n0\n5432\n\n\n")
    os.chown(layout.postgres / "postmaster.pid", owner, -1)

    await postgres.start(supervisor)

    assert "already exists" not in layout.log.read_text()
    assert (psutil.Process(stranger.pid).status() != psutil.STATUS_ZOMBIE) == alive


@pytest.fixture
def start_stranger() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a process that is none of ours."""
    started = []

    def start(user: int) -> subprocess.Popen[bytes]:
        # It changes its user itself: Popen(user=…) forks, and a fork beside gRPC's threads can die at once.
        account = Account(user, user) if os.geteuid() == 0 else None
        argv = launch_argv(["/bin/cat"], death_signal=signal.SIGKILL, account=account)
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"here\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"here\n"  # by now it is cat, and of that user
        return process

    yield start
    for process in started:
        process.communicate()


@pytest.mark.usefixtures("initialised")
@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's server is himself")
async def test_folder_that_is_closed_to_the_servers_user_is_opened_for_passing_through_only(
    layout: Layout, log: StackLog, supervisor: Supervisor
) -> None:
    parent = layout.root.parent
    parent.chmod(0o700)

    await Postgres(layout, Secrets(layout.secrets), log).start(supervisor)

    assert parent.stat().st_mode & 0o777 == 0o701
    assert layout.log.read_text().count(f"(o+x) on {parent}:") == 1


async def test_long_folder_gets_a_short_private_socket(root: Path, log: StackLog, supervisor: Supervisor) -> None:
    layout = Layout.of(root / ("long" * 25))
    layout.prepare()
    layout.prepare_run()
    try:
        await Postgres(layout, Secrets(layout.secrets), log).start(supervisor)

        assert (layout.postgres_run / POSTGRES_SOCKET).is_socket()
        assert len(str(layout.postgres_run / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH
        assert layout.postgres_run.stat().st_mode & 0o077 == 0
    finally:
        await supervisor.stop()
        layout.remove_run()
