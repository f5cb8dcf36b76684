"""The secrets that sign."""

from pathlib import Path

import pytest

from services.engager.connectors.secrets_folder import SecretsFolder, SecretUnknown

VALUE = b"x" * 32


def test_a_secret_is_read_without_the_white_space_around_it_and_anew_each_time(tmp_path: Path) -> None:
    (tmp_path / "hook").write_bytes(VALUE + b"\n")
    secrets = SecretsFolder(tmp_path)
    first = secrets.read("hook")

    (tmp_path / "hook").write_bytes(b"y" * 40)

    assert (first, secrets.read("hook")) == (VALUE, b"y" * 40)


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "hook").write_bytes(VALUE)
    (tmp_path / "hook").symlink_to("..data/hook")

    assert SecretsFolder(tmp_path).read("hook") == VALUE


@pytest.mark.parametrize("name", ["", ".", "..", "../outside", "leading", "folder", "short", "long", "none", "a\x00b"])
def test_what_is_no_secret_of_the_folder_is_unknown(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "secrets"
    (folder / "folder").mkdir(parents=True)
    (tmp_path / "outside").write_bytes(VALUE)
    (folder / "leading").symlink_to(tmp_path / "outside")
    (folder / "short").write_bytes(b"x" * 31)
    (folder / "long").write_bytes(b"x" * 5_000)

    with pytest.raises(SecretUnknown):
        SecretsFolder(folder).read(name)


def test_without_a_folder_there_are_none() -> None:
    with pytest.raises(SecretUnknown):
        SecretsFolder(None).read("hook")
