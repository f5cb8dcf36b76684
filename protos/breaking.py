"""Compares the protos with what callers already have: the last release, or else the commit before.

`python protos/breaking.py` exits with buf's code; with nothing to compare, it says so and exits with 0.
"""

import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
IMAGE = "gen/atelier.binpb"


def main() -> int:
    """Run `buf breaking` on the descriptor images."""
    revision = baseline()
    image = git("show", f"{revision}:{IMAGE}") if revision else None
    if image is None:
        sys.stdout.write("There are no earlier protos to compare with.\n")
        return 0
    with tempfile.NamedTemporaryFile(suffix=".binpb") as against:
        Path(against.name).write_bytes(image)
        buf = str(Path(sysconfig.get_path("scripts")) / "buf")
        command = [buf, "breaking", IMAGE, "--against", against.name]
        return subprocess.run(command, cwd=REPOSITORY, check=False).returncode  # noqa: S603 - our own words


def baseline() -> str | None:
    """The newest release tag; without one, HEAD where the image has changed since, else the commit before it."""
    tag = git("describe", "--tags", "--abbrev=0")
    if tag is not None:
        return tag.decode().strip()
    changed = git("diff", "--quiet", "HEAD", "--", IMAGE) is None
    return "HEAD" if changed else "HEAD~1"


def git(*arguments: str) -> bytes | None:
    """What git prints, or None where it fails, as outside a checkout."""
    try:
        done = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())
