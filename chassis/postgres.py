"""One service's PostgreSQL: a pool under its own role and schema, and transactions that outlive conflicts.

Knows no table. A lost server becomes `Unavailable`; the pool reconnects by itself when it is back.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import asyncpg
import stamina
from opentelemetry.metrics import Meter
from pydantic import SecretStr

from chassis.errors import DeadlineExceeded, Unavailable

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]

ResultT = TypeVar("ResultT")

CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.InvalidAuthorizationSpecificationError,
    OSError,
)
SCHEMA_NAME = re.compile(r"[a-z_]+")


class Database:
    """A pool of connections to one schema. Starts without the server, and works as soon as it is there."""

    def __init__(
        self,
        *,
        url: SecretStr,
        schema: str,
        pool_size: int,
        statement_timeout_seconds: float,
        meter: Meter,
    ) -> None:
        if not SCHEMA_NAME.fullmatch(schema):
            raise ValueError(f"{schema!r} is not a schema name")
        self._url = url
        self._schema = schema
        self._pool_size = pool_size
        self._timeout_seconds = statement_timeout_seconds
        self._pool: Pool | None = None
        self._retries = meter.create_counter(
            "atelier.transaction.retries", description="Transactions run again after a conflict, by SQLSTATE."
        )

    async def start(self) -> None:
        """Make the pool. It connects when first used, so a missing server is no reason not to start."""
        self._pool = await asyncpg.create_pool(
            self._url.get_secret_value(),
            min_size=0,
            max_size=self._pool_size,
            timeout=5,
            reset=_keep_session,
            server_settings={
                # public holds extensions; no service role may create anything in it.
                "search_path": f"{self._schema},public",
                # A client that is gone can't cancel; the server must not go on for ever.
                "statement_timeout": str(round(self._timeout_seconds * 1000)),
                "idle_in_transaction_session_timeout": str(round(self._timeout_seconds * 1000)),
                "jit": "off",  # Compiling costs more than these short statements take.
                "application_name": f"atelier {self._schema}",
            },
        )

    async def stop(self) -> None:
        """Close the pool, without waiting for a server that doesn't answer."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.terminate()

    @asynccontextmanager
    async def connection(self) -> "AsyncIterator[Connection]":
        """A connection outside any transaction. Raises Unavailable when the server is away."""
        if self._pool is None:
            raise _lost()
        try:
            async with self._pool.acquire() as connection:
                yield connection
        except asyncpg.QueryCanceledError:
            raise DeadlineExceeded("The query took longer than a statement may; ask for less at once.") from None
        except TimeoutError as error:
            # A deadline cancels; a bare timeout is the pool's own, for a server that doesn't answer.
            raise _lost() from error
        except LOST as error:
            if isinstance(error, ValueError):
                raise  # An argument PostgreSQL's type can't hold: a bug here, not a lost server.
            raise _lost() from error

    async def transact(self, work: "Callable[[Connection], Awaitable[ResultT]]") -> ResultT:
        """Run `work` in a transaction and commit it; run it again, whole, after a serialization failure or a deadlock.

        `work` must do nothing that a rollback can't undo (I8). Raises Unavailable when the server is away.
        """

        async def in_transaction(connection: "Connection") -> ResultT:
            async with connection.transaction():
                return await work(connection)

        return await self.run(in_transaction)

    async def run(self, work: "Callable[[Connection], Awaitable[ResultT]]") -> ResultT:
        """The same for `work` of a single statement, which is a transaction by itself and needs no BEGIN and COMMIT."""
        async for attempt in stamina.retry_context(
            on=CONFLICTS, attempts=6, timeout=None, wait_initial=0.01, wait_max=0.2, wait_jitter=0.02
        ):
            with attempt:
                async with self.connection() as connection:
                    try:
                        return await work(connection)
                    except CONFLICTS as error:
                        self._retries.add(1, {"schema": self._schema, "sqlstate": error.sqlstate or ""})
                        raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def ping(self) -> None:
        """Raises Unavailable unless the server answers a query."""
        async with self.connection() as connection:
            await connection.fetchval("SELECT 1")


def load_statements(folder: Path) -> Mapping[str, str]:
    """Every `<name>.sql` of a folder, by name."""
    return {path.stem: path.read_text() for path in sorted(folder.glob("*.sql"))}


async def _keep_session(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """No statement here changes its session, so the usual reset, a round trip per use, has nothing to do."""


def _lost() -> Unavailable:
    return Unavailable("PostgreSQL can't be reached; the same call may be sent again.", reason="POSTGRES_UNAVAILABLE")
