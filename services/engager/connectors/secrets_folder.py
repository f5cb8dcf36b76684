"""The secrets that sign: files in one folder, by name. Read at every use, so that a new value holds at once."""

from pathlib import Path

MINIMUM_BYTES = 32  # RFC 2104, 3: a key is no shorter than the hash.
_MOST_BYTES = 4096


class SecretUnknown(Exception):
    """There is no such secret, or none that could sign. The text is for a person, and names it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no secret {name!r} of {MINIMUM_BYTES} to {_MOST_BYTES} bytes.")


class SecretsFolder:
    """A folder of secrets; None: there are none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder and folder.resolve()

    def read(self, name: str) -> bytes:
        """A secret, without the white space around it. Raises SecretUnknown."""
        try:
            path = (self._folder / name).resolve(strict=True) if self._folder else None
            # A link may lead elsewhere in the folder, as Kubernetes has it, and not out of it.
            if path is None or self._folder not in path.parents or not path.is_file():
                raise SecretUnknown(name)
            with path.open("rb") as file:
                value = file.read(_MOST_BYTES + 1).strip()
        except (OSError, ValueError):
            raise SecretUnknown(name) from None
        if not MINIMUM_BYTES <= len(value) <= _MOST_BYTES:
            raise SecretUnknown(name)
        return value
