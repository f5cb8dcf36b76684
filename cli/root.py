"""What every command shares: global options, `--json`, and the one place where an error becomes sentence and code."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli.config import CliSettings, load_cli_settings, wants_traceback
from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import BadField
from cli.output import flush, say

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout, nothing else.")]
OwnerOption = Annotated[str, typer.Option(help="Whose; the caller's own unless given.")]
AddressOption = Annotated[str | None, typer.Option(help="The gateway's gRPC port, host:port.")]
TokenOption = Annotated[str | None, typer.Option(help="The token to call with; else that of the state folder.")]
StateDirOption = Annotated[Path | None, typer.Option(help="The folder of `atelier up`.")]


class RootGroup(TyperGroup):
    """The root command: whatever a command ends with, it ends here."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with ending_in_exit_code():  # Completion is installed here, and the version told.
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        with ending_in_exit_code():
            result = super().invoke(ctx)
            flush()
            return result


def settings_of(context: typer.Context, **options: Any) -> CliSettings:
    """The settings by the global options; `options` of the command itself that aren't None outrank them."""
    given = {name: value for name, value in options.items() if value is not None}
    return load_cli_settings(**{**(context.obj or {}), **given})


def has_subcommand(context: typer.Context, *, owner: str, as_json: bool) -> bool:
    """Whether a command that stands by itself too was called for one below it, where its own options mean nothing."""
    if context.invoked_subcommand is not None and (owner or as_json):
        raise typer.BadParameter(f"--owner and --json stand after {context.invoked_subcommand}")
    return context.invoked_subcommand is not None


@contextlib.contextmanager
def ending_in_exit_code() -> Iterator[None]:
    """Turns what a command raises into one sentence on stderr and `typer.Exit` with a code of `ExitCode`."""
    try:
        yield
    except CliError as error:
        say(error.sentence)
        raise typer.Exit(error.code) from None
    except BadField as error:  # in an option; those of files are told with their place
        say(f"{error.field} {error.what}; correct it and try again.")
        raise typer.Exit(ExitCode.USAGE) from None
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except BrokenPipeError:
        _give_up_stdout()
        raise typer.Exit(ExitCode.BROKEN_PIPE) from None
    except OSError as error:
        # Such as a full disk under a redirected stdout.
        place = f" on {error.filename}" if error.filename else ""
        say(f"The system refused to go on: {error.strerror or error}{place}.")
        raise typer.Exit(ExitCode.UNEXPECTED) from None
    except Exception as error:
        if _is_typers(error) or wants_traceback():
            raise
        say(f"A bug in atelier: {type(error).__name__}: {error}; report it with what ATELIER_CLI_TRACEBACK=1 shows.")
        raise typer.Exit(ExitCode.UNEXPECTED) from None


def _is_typers(error: Exception) -> bool:
    """Whether it is how typer ends a command or tells of wrong usage."""
    return type(error).__module__.startswith(("typer", "click"))


def _give_up_stdout() -> None:
    """Nobody reads any more: keep Python from trying once again, and complaining, when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
