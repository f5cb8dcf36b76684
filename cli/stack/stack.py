"""The whole local stack of one state folder: servers, migrations, programs; started together, stopped together."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from chassis.auth import Role, sign_token
from cli.stack import leftovers
from cli.stack.layout import DEFAULT_ROOT, Layout
from cli.stack.lock import Holder, Lock
from cli.stack.log import StackLog
from cli.stack.ports import LOOPBACK, Ports
from cli.stack.postgres import Postgres
from cli.stack.problems import StackError, check_free_space, process_problem
from cli.stack.process import ProcessSpec
from cli.stack.programs import PROGRAMS, Program, Surroundings
from cli.stack.redis import Redis
from cli.stack.secrets import Secrets, write_private
from cli.stack.supervisor import Supervisor

READY_SECONDS = 30.0
LOCAL_SUBJECT = "local"
TOKEN_LIFETIME = timedelta(days=30)  # Renewed at every start.


class Stack:
    """One stack; `async with Stack(root)` runs it for the block's time. Stopping twice is legal, and starting again."""

    def __init__(
        self,
        root: Path = DEFAULT_ROOT,
        *,
        programs: Sequence[Program] = PROGRAMS,
        ports: Ports | None = None,
        output: TextIO | None = None,
    ) -> None:
        """`output` shows the log, which is always also in the state folder; None: only there."""
        self.layout = Layout.of(root)
        self.ports = ports or Ports()
        self._programs = programs
        self._secrets = Secrets(self.layout.secrets)
        self._lock = Lock(self.layout.lock)
        self._log = StackLog(self.layout.log, output)
        self._redis = Redis(self.layout)
        self._postgres = Postgres(self.layout, self._secrets, self._log)
        self._supervisor = Supervisor(self._log, self.layout.root, changed=self._note_children)

    @property
    def gateway_address(self) -> str:
        """Where the gateway takes gRPC."""
        return f"{LOOPBACK}:{self.ports.gateway}"

    @property
    def http_url(self) -> str:
        """Where the gateway takes HTTP."""
        return f"http://{LOOPBACK}:{self.ports.gateway_http}"

    @property
    def redis_url(self) -> str:
        """The address of Redis."""
        return self._redis.url

    def database_url(self, service: str) -> str:
        """The address of PostgreSQL for a service's role, password included."""
        return self._postgres.database_url(service)

    def pid(self, name: str) -> int:
        """The process id of a running part: `postgres`, `redis` or a program. Raises KeyError for any other name."""
        return self._supervisor.pid(name)

    def token(self, role: Role, *, subject: str = LOCAL_SUBJECT, lifetime: timedelta = TOKEN_LIFETIME) -> str:
        """A token that this stack accepts. Raises StackError when the secret can't be read or made."""
        return sign_token(self._secrets.get(self.layout.jwt_secret.name), subject=subject, role=role, lifetime=lifetime)

    async def start(self) -> None:
        """Return once the gateway serves. Raises StackError, after stopping what had started."""
        self.layout.prepare()
        self._lock.acquire(Holder.ourselves(gateway=self.gateway_address, http=self.http_url))
        try:
            await self._start_all()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop everything, the gateway first and the servers last, and leave no process and no socket."""
        if not self._lock.held:
            return
        try:
            await self._supervisor.stop()
            self.layout.remove_run()
            self.layout.children.unlink(missing_ok=True)
        finally:
            self._log.close()
            self._lock.release()

    async def run_until_signal(self, on_ready: Callable[[], None] | None = None) -> None:
        """Start, call `on_ready`, and stop on SIGINT, SIGTERM or SIGHUP, also while still starting.

        A second SIGINT kills every process at once. Raises StackError as `start` does. Main thread only.
        """
        loop = asyncio.get_running_loop()
        signalled = asyncio.Event()

        def hear(number: signal.Signals) -> None:
            if signalled.is_set() and number == signal.SIGINT:
                self._supervisor.kill()
            signalled.set()

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in numbers:
            loop.add_signal_handler(number, hear, number)
        try:
            await self._run_until(signalled, on_ready)
        finally:
            await self.stop()
            for number in numbers:
                loop.remove_signal_handler(number)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _run_until(self, signalled: asyncio.Event, on_ready: Callable[[], None] | None) -> None:
        starting = asyncio.create_task(self.start())
        waiting = asyncio.create_task(signalled.wait())
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            with contextlib.suppress(asyncio.CancelledError, StackError):
                await starting
            return
        try:
            starting.result()
            if on_ready is not None:
                on_ready()
            await waiting
            self._log.say("stopping")
        finally:
            waiting.cancel()

    async def _start_all(self) -> None:
        check_free_space(self.layout.root)
        await self._end_leftovers()
        self.ports.check()
        self.layout.prepare_run()
        write_private(self.layout.token, self.token(Role.OPERATOR))
        self._secrets.get(self.layout.media_secret.name)
        around = self._surroundings()
        specs = [program.run_spec(around) for program in self._programs]
        try:
            async with asyncio.TaskGroup() as group:
                redis = group.create_task(self._redis.start(self._supervisor))
                postgres = group.create_task(self._start_postgres())
                for program, spec in zip(self._programs, specs, strict=True):
                    group.create_task(self._start_program(spec, program.migrate_spec(around), redis, postgres))
        except BaseExceptionGroup as problems:
            raise _first(problems) from None
        for spec in specs:
            await self._supervisor.wait_ready(spec, READY_SECONDS)

    async def _end_leftovers(self) -> None:
        found = leftovers.noted_children(self.layout.children)
        await asyncio.gather(*(leftovers.end(process, first, note=self._log.say) for process, first in found))

    async def _start_postgres(self) -> None:
        await self._postgres.start(self._supervisor)
        await self._postgres.provision([program.name for program in self._programs if program.migrate])

    async def _start_program(
        self, spec: ProcessSpec, migration: ProcessSpec | None, redis: asyncio.Task[None], postgres: asyncio.Task[None]
    ) -> None:
        await redis
        # A program without tables starts up while others are being migrated.
        if migration is not None:
            await postgres
            code, lines = await self._supervisor.run(migration)
            if code != 0:
                raise process_problem(f"The migration of {spec.name}", code, lines, self.layout.root)
        await self._supervisor.start(spec)

    def _surroundings(self) -> Surroundings:
        return Surroundings(
            ports=self.ports,
            redis_url=self._redis.url,
            blobs_url=self.layout.blobs.as_uri(),
            jwt_secret_file=self.layout.jwt_secret,
            media_secret_file=self.layout.media_secret,
            webhook_secrets=self.layout.webhook_secrets,
            database_url=self._postgres.database_url,
        )

    def _note_children(self) -> None:
        leftovers.note_children(self.layout.children, self._supervisor.processes)


def _first(problems: BaseExceptionGroup[BaseException]) -> BaseException:
    first = problems.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
