"""Takes files that users send."""

from pathlib import Path

UPLOADS = Path("/srv/uploads")


def store(name: str, content: bytes) -> Path:
    """Keep a file under the name that its sender gave it."""
    path = UPLOADS / name
    path.write_bytes(content)
    return path
