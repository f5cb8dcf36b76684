"""PostgreSQL's data folder: made whole or not at all, and moved aside when somebody else left it half made."""

import os
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cli.stack.accounts import Account, give
from cli.stack.binaries import POSTGRES_MAJOR
from cli.stack.problems import StackError, folder_problem, process_problem
from cli.stack.process import ProcessSpec
from cli.stack.secrets import write_private
from cli.stack.supervisor import Supervisor

SUPERUSER = "postgres"
DRAFT_NAME = "postgres.new"


class Cluster:
    """One data folder, and the installation that initialises it."""

    def __init__(self, data: Path, *, prefix: Path, account: Account | None, note: Callable[[str], None]) -> None:
        self._data = data
        self._draft = data.with_name(DRAFT_NAME)
        self._prefix = prefix
        self._account = account
        self._note = note

    async def ensure(self, supervisor: Supervisor, *, password: str) -> None:
        """Leave a whole cluster of our version, whose superuser has that password if it is new. Raises StackError."""
        self._set_broken_aside()
        try:
            shutil.rmtree(self._draft, ignore_errors=True)  # of a start that was interrupted
            if not self._data.exists():
                await self._initialise(supervisor, password)
        except OSError as error:
            raise folder_problem(self._data.parent, error) from error
        self._check_version()
        give(self._data, self._account)

    def _set_broken_aside(self) -> None:
        whole = (self._data / "PG_VERSION").is_file() and (self._data / "global" / "pg_control").is_file()
        if whole or not os.path.lexists(self._data):
            return
        aside = self._data.with_name(f"postgres.broken-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
        try:
            self._data.rename(aside)
        except OSError as error:
            raise folder_problem(self._data.parent, error) from error
        self._note(
            f"The data folder {self._data} was only half initialised: moved to {aside}, and a fresh one is made."
        )

    async def _initialise(self, supervisor: Supervisor, password: str) -> None:
        self._draft.mkdir(mode=0o700)
        try:
            # A file, since arguments are for all to see; in the draft, where the server's user may read it.
            write_private(self._draft / "password", password)
            give(self._draft, self._account)
            # Its output is advice for people who start servers by hand.
            code, lines = await supervisor.run(self._initdb_spec(), quiet=True)
            if code != 0:
                raise process_problem("PostgreSQL's initdb", code, lines, self._data.parent)
            (self._draft / "data").rename(self._data)
            _sync(self._data.parent)
        finally:
            shutil.rmtree(self._draft, ignore_errors=True)

    def _initdb_spec(self) -> ProcessSpec:
        options = [
            f"--pgdata={self._draft / 'data'}",
            f"--username={SUPERUSER}",
            f"--pwfile={self._draft / 'password'}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # The same order and case rules on every machine, whatever its C library.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ]
        return ProcessSpec(
            name="initdb",
            argv=[str(self._prefix / "bin" / "initdb"), *options],
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=Path("/"),
            stop_signal=signal.SIGTERM,
            account=self._account,
        )

    def _check_version(self) -> None:
        found = (self._data / "PG_VERSION").read_text().strip()
        if found != str(POSTGRES_MAJOR):
            raise StackError(
                f"The data in {self._data} was written by PostgreSQL {found} and this is {POSTGRES_MAJOR}: "
                "upgrade it with pg_upgrade, or choose another folder."
            )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
