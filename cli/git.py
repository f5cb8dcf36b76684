"""Asks git about a repository: starts none of its hooks, monitors, pagers and diff programs, and writes nothing."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cli.config import environment_of_git
from cli.errors import CliError
from cli.exits import ExitCode

SECONDS = 60.0
SAFELY = (
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.quotePath=true"),
)


def top_folder(folder: Path) -> Path | None:
    """The top of the repository that the folder is in; None: it is in none that git opens, or there is no git."""
    try:
        with git_output(folder, "rev-parse", "--show-toplevel") as output:
            return Path(os.fsdecode(output.read().removesuffix(b"\n")))
    except CliError:
        return None


def commit_of(folder: Path, revision: str) -> str:
    """The hash of the commit that `revision` means. Raises CliError."""
    try:
        with git_output(folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}") as output:
            return output.read().decode("ascii").strip()
    except CliError as error:
        if error.code != ExitCode.DATA:
            raise
        sentence = f"{revision} is no commit of {folder}; name one, such as HEAD or a branch."
        raise CliError(sentence, ExitCode.NO_INPUT) from None


def listed_files(folder: Path, *arguments: str) -> Iterator[str]:
    """The names that `git ls-files` lists, from the folder on; bytes that aren't UTF-8 are lone surrogates."""
    with git_output(folder, "ls-files", "-z", "--exclude-standard", *arguments) as output:
        for name in output.read().split(b"\0"):
            if name:
                yield os.fsdecode(name)


@contextmanager
def git_output(folder: Path, *arguments: str) -> Iterator[IO[bytes]]:
    """What git says, from the beginning; on the disk, however long it is. Raises CliError."""
    with tempfile.TemporaryFile() as output:
        command = ["git", *SAFELY, "-C", str(folder), *arguments]
        try:
            ended = subprocess.run(  # noqa: S603 - no shell, and what is variable stands after the options
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                timeout=SECONDS,
                env=environment_of_git(),
                check=False,
            )
        except FileNotFoundError:
            raise CliError("There is no git here; install it, or name files and folders.", ExitCode.NO_INPUT) from None
        except subprocess.TimeoutExpired:
            sentence = f"git took longer than {SECONDS:g} s in {folder}; try again, or name files."
            raise CliError(sentence, ExitCode.TRY_AGAIN) from None
        if ended.returncode:
            raise CliError(f"git refused in {folder}: {_why(ended.stderr)}.", ExitCode.DATA)
        output.seek(0)
        yield output


def _why(stderr: bytes) -> str:
    said = stderr.decode(errors="replace").strip().partition("\n")[0]
    return said.removeprefix("fatal: ").rstrip(".") or "it said nothing"
