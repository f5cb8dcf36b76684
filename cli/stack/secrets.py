"""Random secrets, each made once and kept in a file that only we can read. Never logs or prints one."""

import os
import secrets
from pathlib import Path

from cli.stack.problems import folder_problem

SECRET_BYTES = 32


class Secrets:
    """The secrets of one stack, by name, in a private folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        """Where the secret is kept."""
        return self._folder / name

    def get(self, name: str) -> str:
        """The secret of that name: 64 hexadecimal digits, made on the first call and the same ever after.

        Raises StackError when the file can't be read or made.
        """
        path = self.path(name)
        try:
            if not path.exists() or not path.read_text().strip():
                write_private(path, secrets.token_hex(SECRET_BYTES))
            path.chmod(0o600)
            return path.read_text().strip()
        except OSError as error:
            raise folder_problem(self._folder, error) from error


def write_private(path: Path, text: str) -> None:
    """Write the file whole or not at all, readable by us alone from its first byte on."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
