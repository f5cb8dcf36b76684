"""Repositories of git's own making, for tests; skipped where there is no git."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")


def git(folder: Path, *arguments: str) -> None:
    """Run git as somebody whose own configuration says nothing."""
    identity = ("-c", "user.name=tester", "-c", "user.email=tester@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True, capture_output=True)


def committed(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A repository in the folder with these files as its only commit."""
    folder.mkdir(exist_ok=True)
    write(folder, files)
    git(folder, "init")
    git(folder, "add", "--all")
    git(folder, "commit", "--message", "first")
    return folder


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Have the files stand in the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
