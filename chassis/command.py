"""The command line of every service: `serve`, `work`, `run` (both) and `migrate`, in several processes if told so."""

import asyncio
import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import NoReturn, TypeVar

import structlog
import uvloop

from chassis.lifecycle import Part, PortTaken, run_until_signalled
from chassis.logs import configure_logs
from chassis.replicas import Replicas, end_with_parent
from chassis.settings import DatabaseSettings, ProcessSettings, load_settings

SettingsT = TypeVar("SettingsT", bound=ProcessSettings)
Command = Callable[[SettingsT, structlog.stdlib.BoundLogger], Sequence[Part]]
Commands = Mapping[str, Command[SettingsT]]
EX_USAGE, EX_UNAVAILABLE, EX_SOFTWARE = 64, 69, 70  # sysexits.h


def run_command(
    arguments: Sequence[str],
    *,
    process: str,
    module: str,
    settings_class: type[SettingsT],
    commands: Callable[[], Commands[SettingsT]],
    migrate: Callable[[SettingsT, structlog.stdlib.BoundLogger], None] | None = None,
) -> NoReturn:
    """Do what the one argument says and exit: a command runs its parts until a signal, `migrate` runs once.

    `commands` loads what they run, which `migrate` does without. The collector of cyclic garbage may be off until then;
    it searches what is made from there on.
    """
    migrating = ["migrate"] if migrate else []
    known = {} if list(arguments) == migrating else commands()
    gc.freeze()
    gc.enable()
    if len(arguments) != 1 or arguments[0] not in [*known, *migrating]:
        sys.stderr.write(f"usage: python -m {module} {' | '.join([*known, *migrating])}\n")
        sys.exit(EX_USAGE)
    command = arguments[0]
    settings = load_settings(settings_class)
    log = configure_logs(process=process, level=settings.log_level)
    if command == "migrate" and migrate is not None:
        sys.exit(_migrate(migrate, settings, log))
    if settings.processes > 1 and not settings.replica:
        parent = _replicas(settings, module, command, log)
        # uvloop forks, which gRPC's threads don't bear; the standard loop starts children by vfork.
        sys.exit(_run([parent], asyncio.new_event_loop, log))
    if settings.replica:
        end_with_parent()
    sys.exit(_run(known[command](settings, log), uvloop.new_event_loop, log))


def migrating(packages: Sequence[str]) -> Callable[[DatabaseSettings, structlog.stdlib.BoundLogger], None]:
    """What brings a process's schema up to date: with the migrations of these packages, in this order."""
    folders = [Path(str(files(package)), "migrations") for package in packages]

    def migrate_schema(settings: DatabaseSettings, log: structlog.stdlib.BoundLogger) -> None:
        # psycopg and yoyo are a tenth of what a service would load, and no other command has a use for them.
        from chassis.migrate import migrate

        applied = migrate(url=settings.database_url, schema=settings.schema_name, folders=folders)
        log.info("migrated", schema=settings.schema_name, applied=applied)

    return migrate_schema


def _run(
    parts: Sequence[Part], new_loop: Callable[[], asyncio.AbstractEventLoop], log: structlog.stdlib.BoundLogger
) -> int:
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(run_until_signalled(parts, log=log))
    except PortTaken as error:
        log.error("cannot listen", error=str(error))  # noqa: TRY400 - the sentence says it all
        return EX_UNAVAILABLE
    return 0


def _migrate(
    migrate: Callable[[SettingsT, structlog.stdlib.BoundLogger], None],
    settings: SettingsT,
    log: structlog.stdlib.BoundLogger,
) -> int:
    try:
        migrate(settings, log)
    except Exception as error:
        log.exception("migration failed", error=str(error).strip())
        return EX_SOFTWARE
    return 0


def _replicas(settings: ProcessSettings, module: str, command: str, log: structlog.stdlib.BoundLogger) -> Replicas:
    """The parent of several processes, which are told apart by their setting `replica`."""
    return Replicas(
        arguments=["-m", module, command],
        count=settings.processes,
        variable=f"{settings.model_config.get('env_prefix', '')}REPLICA",
        grace_seconds=settings.grace_seconds,
        log=log,
    )
