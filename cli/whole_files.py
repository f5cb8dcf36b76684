"""Files that are written whole or not at all."""

import contextlib
import os
from pathlib import Path

from cli.errors import CliError
from cli.exits import ExitCode


def check_writable(path: Path) -> None:
    """Raises CliError unless a file can be written there, as far as that can be known before."""
    if path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
        raise CliError(f"{path} can't be written; choose another place.", ExitCode.CANNOT_CREATE)


def write_whole(path: Path, data: bytes) -> None:
    """Have the file hold the data, over what had its name. Raises CliError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def unwritable(path: Path, error: OSError) -> CliError:
    """What is said where the system refuses to write."""
    sentence = f"{path} can't be written ({error.strerror or error}); choose another folder."
    return CliError(sentence, ExitCode.CANNOT_CREATE)
