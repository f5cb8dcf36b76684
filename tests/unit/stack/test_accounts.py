"""What PostgreSQL's user may reach, when we are root."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.stack.accounts import Account, give, may_search, open_installation, open_path, server_account

NOBODY = Account(65534, 65534)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs everything as himself")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose parents are open to all."""
    with tempfile.TemporaryDirectory(prefix="atelier-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_only_closed_parents_are_opened_and_only_for_passing_through(folder: Path) -> None:
    (folder / "closed" / "open" / "target").mkdir(parents=True)
    (folder / "closed").chmod(0o700)
    (folder / "closed" / "open").chmod(0o755)
    (folder / "closed" / "open" / "target").chmod(0o700)
    notes: list[str] = []

    open_path(folder / "closed" / "open" / "target", NOBODY, note=notes.append)

    assert mode(folder / "closed") == 0o701
    assert mode(folder / "closed" / "open") == 0o755
    assert mode(folder / "closed" / "open" / "target") == 0o700
    assert len(notes) == 1
    assert str(folder / "closed") in notes[0]


def test_folder_that_the_users_group_may_enter_is_left_as_it_is(folder: Path) -> None:
    os.chown(folder, 0, NOBODY.gid)
    folder.chmod(0o710)

    assert may_search(folder, NOBODY)


def test_installation_of_a_strict_umask_is_made_readable(folder: Path) -> None:
    (folder / "bin").mkdir(mode=0o700)
    (folder / "share").mkdir(mode=0o700)
    (folder / "bin" / "postgres").touch(mode=0o700)
    (folder / "share" / "postgres.bki").touch(mode=0o600)

    open_installation(folder, NOBODY, note=lambda text: None)

    assert (mode(folder / "bin" / "postgres"), mode(folder / "share" / "postgres.bki")) == (0o705, 0o604)


def test_installation_that_is_readable_is_not_touched(folder: Path) -> None:
    (folder / "bin").mkdir()
    (folder / "share").mkdir()
    (folder / "bin" / "postgres").touch()
    (folder / "bin" / "postgres").chmod(0o755)
    (folder / "share" / "private").touch(mode=0o600)

    open_installation(folder, NOBODY, note=lambda text: None)

    assert mode(folder / "share" / "private") == 0o600


def test_links_are_given_and_not_followed(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "stranger").touch()
    os.symlink(folder / "stranger", folder / "data" / "link")

    give(folder / "data", NOBODY)

    assert (folder / "data").stat().st_uid == NOBODY.uid
    assert (folder / "data" / "link").lstat().st_uid == NOBODY.uid
    assert (folder / "stranger").stat().st_uid == 0


def test_data_stays_its_owners(folder: Path) -> None:
    os.chown(folder, NOBODY.uid, NOBODY.gid)

    assert server_account(folder) == NOBODY
