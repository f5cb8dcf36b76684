"""The secrets."""

from pathlib import Path

import pytest

from cli.stack.problems import StackError
from cli.stack.secrets import Secrets, write_private


def test_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    first = Secrets(tmp_path).get("jwt")

    assert Secrets(tmp_path).get("jwt") == first
    assert len(bytes.fromhex(first)) == 32


def test_each_name_has_a_secret_of_its_own(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)

    assert secrets.get("jwt") != secrets.get("postgres")


def test_secret_is_readable_by_us_alone(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)
    secrets.get("jwt")
    secrets.path("jwt").chmod(0o644)

    secrets.get("jwt")

    assert secrets.path("jwt").stat().st_mode & 0o777 == 0o600


def test_empty_file_of_a_full_disk_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "jwt").write_text("")

    assert len(Secrets(tmp_path).get("jwt")) == 64


def test_failed_write_leaves_the_old_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_private(tmp_path / "jwt", "old")
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", _no_space)
        with pytest.raises(OSError, match="No space"):
            write_private(tmp_path / "jwt", "new")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("jwt", "old")]


def test_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="can't be written"):
        Secrets(tmp_path / "missing").get("jwt")


def _no_space(descriptor: int) -> None:
    raise OSError(28, "No space left on device")
