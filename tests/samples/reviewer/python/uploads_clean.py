"""Takes files that users send."""

from pathlib import Path

UPLOADS = Path("/srv/uploads")


def store(name: str, content: bytes) -> Path:
    """Keep a file under the name that its sender gave it. Raises ValueError for a name that isn't one."""
    path = (UPLOADS / name).resolve()
    if path.parent != UPLOADS.resolve():
        raise ValueError("a file name has no folders")
    path.write_bytes(content)
    return path
