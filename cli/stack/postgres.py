"""The embedded PostgreSQL: one supervised server on a private socket, a database, and a role and schema per service."""

import asyncio
import os
import signal
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import asyncpg

from cli.stack import leftovers
from cli.stack.accounts import give, open_installation, open_path, server_account
from cli.stack.binaries import postgres_prefix
from cli.stack.cluster import SUPERUSER, Cluster
from cli.stack.layout import Layout
from cli.stack.log import StackLog
from cli.stack.problems import StackError
from cli.stack.process import ProcessSpec
from cli.stack.secrets import Secrets
from cli.stack.supervisor import Supervisor

if TYPE_CHECKING:
    from asyncpg import Connection

DATABASE = "atelier"
NAME = "postgres"
READY_SECONDS = 60.0  # Recovery after a crash replays at most max_wal_size.
CONNECT_SECONDS = 5.0

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "cluster_name": DATABASE,
    "shared_buffers": "128MB",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    # No replica ever follows this server.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "logging_collector": "off",
    "log_timezone": "UTC",
    "log_line_prefix": "",
    "log_checkpoints": "off",
    # Services log what fails with its cause; here statements and values would only show their data.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class Postgres:
    """The server of one state folder. `start` comes first; the supervisor stops it."""

    def __init__(self, layout: Layout, secrets: Secrets, log: StackLog) -> None:
        self._layout = layout
        self._secrets = secrets
        self._log = log

    async def start(self, supervisor: Supervisor) -> None:
        """End what was left over, make the data folder if need be, start the server and wait until it answers.

        Raises StackError.
        """
        data = self._layout.postgres
        await self._end_leftovers()
        prefix = postgres_prefix()
        account = await asyncio.to_thread(server_account, data)
        open_installation(prefix, account, note=self._log.say)
        open_path(data, account, note=self._log.say)
        open_path(self._layout.postgres_run, account, note=self._log.say)
        give(self._layout.postgres_run, account)
        cluster = Cluster(data, prefix=prefix, account=account, note=self._log.say)
        await cluster.ensure(supervisor, password=self._secrets.get(SUPERUSER))
        spec = ProcessSpec(
            name=NAME,
            argv=[str(prefix / "bin" / "postgres"), "-D", str(data), *self._options()],
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=Path("/"),
            ready=self.ready,
            prepare=self._end_leftovers,
            stage=0,
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait until the last client has gone
            stop_seconds=30.0,
            account=account,
        )
        await supervisor.start(spec)
        await supervisor.wait_ready(spec, READY_SECONDS)

    async def ready(self) -> bool:
        """Whether the server takes queries. Raises StackError when it doesn't take our password."""
        if not self._says_ready():  # so that its log isn't full of refused connections
            return False
        try:
            connection = await self._connect(SUPERUSER)
        except asyncpg.InvalidPasswordError:
            raise StackError(
                f"The data in {self._layout.postgres} has other passwords than {self._layout.secrets}: "
                "bring back the secrets folder that belongs to it, or choose another state folder."
            ) from None
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        await connection.close()
        return True

    async def provision(self, services: Sequence[str]) -> None:
        """Make the database, and for each service a role, its password and its schema. Doing it again changes nothing.

        A service's role reads and writes its own schema and no other, and is no superuser.
        """
        connection = await self._connect(SUPERUSER)
        try:
            if not await connection.fetchval(_sql("find_database")):
                await connection.execute(_sql("create_database"))
        finally:
            await connection.close()
        connection = await self._connect(DATABASE)
        try:
            async with connection.transaction():
                await connection.execute(_sql("provision_database"))
                for service in services:
                    await self._provision_service(connection, service)
        finally:
            await connection.close()

    def database_url(self, service: str) -> str:
        """The address for the service's role, password included: `postgresql://role:password@/atelier?host=<folder>`."""
        host = quote(str(self._layout.postgres_run))
        return f"postgresql://{quote(service)}:{self._secrets.get(_role_secret(service))}@/{DATABASE}?host={host}"

    async def _end_leftovers(self) -> None:
        # A backend that outlives a killed server holds the shared memory for as long as its query runs.
        found = await asyncio.to_thread(leftovers.servers_on, self._layout.postgres)
        await asyncio.gather(*(leftovers.end(process, signal.SIGINT, note=self._log.say) for process in found))
        leftovers.clear_pid_file(self._layout.postgres)

    async def _provision_service(self, connection: "Connection", service: str) -> None:
        # Utility statements take no parameters; these two are handed over as settings of the transaction.
        await connection.execute(_sql("set_service"), service, self._secrets.get(_role_secret(service)))
        await connection.execute(_sql("provision_service"))

    async def _connect(self, database: str) -> "Connection":
        return await asyncpg.connect(
            host=str(self._layout.postgres_run),
            user=SUPERUSER,
            password=self._secrets.get(SUPERUSER),
            database=database,
            timeout=CONNECT_SECONDS,
        )

    def _says_ready(self) -> bool:
        try:
            lines = (self._layout.postgres / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready"  # LOCK_FILE_LINE_PM_STATUS, miscadmin.h

    def _options(self) -> list[str]:
        settings = SETTINGS | {"unix_socket_directories": str(self._layout.postgres_run)}
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _role_secret(service: str) -> str:
    return f"role-{service}"


def _sql(name: str) -> str:
    return files("cli.stack").joinpath("sql", f"{name}.sql").read_text()
