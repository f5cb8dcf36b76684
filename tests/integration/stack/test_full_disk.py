"""A disk that is really full: a small file system in memory."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.stack.layout import Layout
from cli.stack.problems import StackError
from cli.stack.stack import Stack
from tests.integration.stack.conftest import running_server


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A folder on a disk of 24 MB."""
    folder = Path(tempfile.mkdtemp(prefix="atelier-disk-"))
    mounting = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=711", "tmpfs", folder], capture_output=True)
    if mounting.returncode != 0:
        folder.rmdir()
        pytest.skip("mounting a small file system is not permitted here")
    yield folder
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


def make_room(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=400m", disk], check=True)


async def test_almost_full_disk_is_one_sentence_before_anything_starts(
    small_disk: Path,
) -> None:
    stack = Stack(small_disk / "state", programs=())

    with pytest.raises(StackError, match=r"almost full \(2\d MB free, 200 MB needed\)"):
        await stack.start()

    assert not stack.layout.postgres.exists()


async def test_disk_that_fills_during_initdb_is_one_sentence_and_the_next_start_heals(small_disk: Path) -> None:
    state = small_disk / "state"

    with pytest.raises(StackError, match="is full: free some space"):
        async with running_server(state):
            pass
    assert not Layout.of(state).postgres.exists()

    make_room(small_disk)
    async with running_server(state) as server:
        assert server.layout.postgres.exists()
