"""The folders."""

import os
from pathlib import Path

import pytest

from cli.stack.layout import LONGEST_SOCKET_PATH, POSTGRES_SOCKET, Layout
from cli.stack.problems import StackError


def test_short_root_holds_its_own_sockets() -> None:
    layout = Layout.of(Path("/srv/atelier"))

    assert layout.run == Path("/srv/atelier/run")


def test_long_root_has_its_sockets_under_the_temporary_folder(tmp_path: Path) -> None:
    first, second = Layout.of(tmp_path / ("a" * 120)), Layout.of(tmp_path / ("b" * 120))

    assert first.run != second.run
    assert first.run == Layout.of(tmp_path / ("a" * 120)).run
    assert len(str(first.postgres_run / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH


def test_relative_root_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert Layout.of(Path(".atelier")).root == tmp_path / ".atelier"


def test_state_is_hidden_from_git_and_secrets_from_others(tmp_path: Path) -> None:
    layout = Layout.of(tmp_path / "state")

    layout.prepare()
    layout.prepare()

    assert (layout.root / ".gitignore").read_text() == "*\n"
    assert layout.secrets.stat().st_mode & 0o777 == 0o700


def test_file_in_the_place_of_the_root_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")

    with pytest.raises(StackError, match="can't be written"):
        Layout.of(tmp_path / "state").prepare()


def test_link_in_the_place_of_the_socket_folder_is_refused_and_not_followed(tmp_path: Path) -> None:
    layout = Layout.of(tmp_path / "state")
    layout.prepare()
    (tmp_path / "precious").mkdir()
    os.symlink(tmp_path / "precious", layout.run)

    with pytest.raises(StackError, match="belongs to somebody else"):
        layout.prepare_run()

    assert (tmp_path / "precious").is_dir()
