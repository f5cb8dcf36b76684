"""One service's PostgreSQL: a pool under its own role and schema, and transactions that outlive conflicts.

Knows no table. A lost server becomes `Unavailable`; the pool reconnects by itself when it is back.
"""

import asyncio
import contextlib
import random
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
from chassis.health import Dependency
from chassis.settings import DatabaseSettings

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy
    from asyncpg.transaction import Transaction

    Connection = PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]

ResultT = TypeVar("ResultT")

TOO_LONG = (
    asyncpg.QueryCanceledError,
    asyncpg.TransactionTimeoutError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,  # What comes of using a connection that the server is just ending.
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.InvalidAuthorizationSpecificationError,
    OSError,
)
CLEANUP_SECONDS = (
    1.0  # How long a server may take to answer a cancellation or a rollback before its connection is closed.
)
TRANSACTION_STATEMENTS = 2  # A transaction may take as long as so many statements may.
POSTGRES_UNAVAILABLE = "POSTGRES_UNAVAILABLE"  # The reason of an Unavailable that is this server's.
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
        plans_once: bool = False,
    ) -> None:
        if not SCHEMA_NAME.fullmatch(schema):
            raise ValueError(f"{schema!r} is not a schema name")
        self._url = url
        self._schema = schema
        self._pool_size = pool_size
        self._timeout_seconds = statement_timeout_seconds
        self._meter = meter
        self._plans_once = plans_once
        self._pool: Pool | None = None
        self._on_end: list[Callable[[], None]] = []
        self._retries = meter.create_counter(
            "atelier.transaction.retries", description="Transactions run again after a conflict, by SQLSTATE."
        )

    @classmethod
    def of(cls, settings: DatabaseSettings, *, meter: Meter) -> "Database":
        """That of a process."""
        return cls(
            url=settings.database_url,
            schema=settings.schema_name,
            pool_size=settings.pool_size,
            statement_timeout_seconds=settings.statement_timeout_seconds,
            meter=meter,
        )

    def dependency(self, check_tables: "Callable[[Connection], Awaitable[object]]") -> Dependency:
        """It as a part of a process's health: it must be there, with its tables."""

        async def check() -> None:
            await self.run(check_tables)

        # A server that is lost ends its connections, which tells of it at once and costs nothing.
        return Dependency("postgres", check, on_change=self._on_end.append)

    def beside(self, *, pool_size: int, plans_once: bool = False) -> "Database":
        """The same database with a pool of its own, which no user of this one can exhaust. Start it and stop it.

        `plans_once`: a connection plans each statement once, whatever its values. Best for a large one that looks up by
        keys, planning which takes as long as running it; and bad for one whose best plan depends on its values.
        """
        return type(self)(
            url=self._url,
            schema=self._schema,
            pool_size=pool_size,
            statement_timeout_seconds=self._timeout_seconds,
            meter=self._meter,
            plans_once=plans_once,
        )

    async def start(self) -> None:
        """Make the pool. It connects when first used, so a missing server is no reason not to start."""
        self._pool = await asyncpg.create_pool(
            self._url.get_secret_value(),
            min_size=0,
            max_size=self._pool_size,
            timeout=5,
            init=self._notice_end,
            reset=_keep_session,
            server_settings={
                # public holds extensions; no service role may create anything in it.
                "search_path": f"{self._schema},public",
                # A client that is gone can't cancel; the server must not go on for ever.
                "statement_timeout": str(round(self._timeout_seconds * 1000)),
                "idle_in_transaction_session_timeout": str(round(self._timeout_seconds * 1000)),
                # Neither ends a client that froze, or lost its network, between two messages of one statement.
                "transaction_timeout": str(round(self._timeout_seconds * TRANSACTION_STATEMENTS * 1000)),
                "jit": "off",  # Compiling costs more than these short statements take.
                "plan_cache_mode": "force_generic_plan" if self._plans_once else "auto",
                # A plan that is kept must not be the one for tables that were small when it was made.
                "enable_seqscan": "off" if self._plans_once else "on",
                "application_name": f"atelier {self._schema}",
            },
        )

    async def stop(self) -> None:
        """Close the pool, without waiting for a server that doesn't answer."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.terminate()

    async def _notice_end(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        def tell(_: object) -> None:
            for callback in self._on_end:
                callback()

        connection.add_termination_listener(tell)

    @asynccontextmanager
    async def connection(self) -> "AsyncIterator[Connection]":
        """A connection outside any transaction. Raises Unavailable when the server is away."""
        pool = self._pool
        if pool is None:
            raise _lost()
        connection = await self._acquire(pool)
        try:
            yield connection
        except TOO_LONG:
            raise DeadlineExceeded("The query took longer than a statement may; ask for less at once.") from None
        except LOST as error:
            raise _lost() from error
        except asyncpg.InterfaceError as error:
            if _is_lost(connection):
                raise _lost() from error
            raise  # An argument PostgreSQL's type can't hold, or one too many: a bug here, not a lost server.
        finally:
            # The pool shields it, as the call under way may be cancelled once more meanwhile.
            await _release(pool, connection)

    async def _acquire(self, pool: "Pool") -> "Connection":
        try:
            return await pool.acquire()
        except (
            *LOST,
            asyncpg.InterfaceError,
        ) as error:  # A bare timeout is the pool's own, for a server that is silent.
            if isinstance(error, ValueError):
                raise  # The address isn't one.
            raise _lost() from error

    async def transact(self, work: "Callable[[Connection], Awaitable[ResultT]]") -> ResultT:
        """Run `work` in a transaction and commit it; run it again, whole, after a serialization failure or a deadlock.

        `work` must do nothing that a rollback can't undo (I8). Raises Unavailable when the server is away.
        """

        async def in_transaction(connection: "Connection") -> ResultT:
            transaction = connection.transaction()
            await transaction.start()
            try:
                result = await work(connection)
            except BaseException:
                await _roll_back(connection, transaction)
                raise
            await transaction.commit()
            return result

        return await self.run(in_transaction)

    async def run(self, work: "Callable[[Connection], Awaitable[ResultT]]") -> ResultT:
        """The same for `work` of a single statement, which is a transaction by itself and needs no BEGIN and COMMIT."""
        with contextlib.suppress(*CONFLICTS):
            return await self._attempt(work)  # The retrying below takes longer to set up than many a statement.
        await asyncio.sleep(random.uniform(0.01, 0.03))  # noqa: S311 - so that those in conflict part
        async for attempt in stamina.retry_context(
            on=CONFLICTS, attempts=5, timeout=None, wait_initial=0.02, wait_max=0.2, wait_jitter=0.02
        ):
            with attempt:
                return await self._attempt(work)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _attempt(self, work: "Callable[[Connection], Awaitable[ResultT]]") -> ResultT:
        async with self.connection() as connection:
            try:
                return await work(connection)
            except CONFLICTS as error:
                self._retries.add(1, {"schema": self._schema, "sqlstate": error.sqlstate or ""})
                raise

    async def ping(self) -> None:
        """Raises Unavailable unless the server answers a query."""
        async with self.connection() as connection:
            await connection.fetchval("SELECT 1")


def load_statements(folder: Path) -> Mapping[str, str]:
    """Every `<name>.sql` of a folder, by name."""
    return {path.stem: path.read_text() for path in sorted(folder.glob("*.sql"))}


async def _keep_session(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """No statement here changes its session, so the usual reset, a round trip per use, has nothing to do."""


def _is_lost(connection: "Connection") -> bool:
    """Whether a connection in use has ended; it has then left the pool already, which it says by raising."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


async def _release(pool: "Pool", connection: "Connection") -> None:
    """Give a connection back to the pool, which closes it when the server doesn't answer."""
    # The second: the server ended the connection, which has left the pool by itself.
    with contextlib.suppress(TimeoutError, asyncpg.InternalClientError):
        await pool.release(connection, timeout=CLEANUP_SECONDS)


async def _roll_back(connection: "Connection", transaction: "Transaction") -> None:
    """Leave the transaction; where the server can't, closing the connection does, and the error under way is told."""
    try:
        async with asyncio.timeout(CLEANUP_SECONDS):
            await transaction.rollback()
    except (*LOST, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()


def _lost() -> Unavailable:
    return Unavailable("PostgreSQL can't be reached; the same call may be sent again.", reason=POSTGRES_UNAVAILABLE)
