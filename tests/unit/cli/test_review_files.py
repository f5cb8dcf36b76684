"""Which files of a folder are reviewed, and by which paths."""

from pathlib import Path

import pytest

from cli.errors import CliError
from cli.exits import ExitCode
from cli.local_sources import MAX_FILE_BYTES, LocalSources
from cli.records import BadRecord
from cli.review_files import Gathered, LocalFile, gather_diff, gather_paths
from cli.source_names import NAMES, SUFFIXES
from services.reviewer.languages import LANGUAGES, language_of
from tests.unit.cli.git_folder import committed, needs_git, write

TREE: dict[str, str | bytes] = {
    "a.py": "a",
    "sub/b.PY": "b",
    "run": "#!/bin/sh\n",
    "README.md": "# no source",
    "picture.png": b"\x89PNG",
    "LICENSE": "words",
    "Dockerfile.worker": "FROM x",
    ".hidden/c.py": "c",
    "node_modules/d.js": "d",
}


def paths_of(gathered: Gathered) -> list[str]:
    return sorted(file.path for file in gathered.files)


def test_every_language_of_the_reviewer_has_a_name_that_is_sent() -> None:
    known = {language_of(f"x.{suffix}", "") for suffix in SUFFIXES} | {language_of(name, "") for name in NAMES}

    assert known == LANGUAGES


def test_without_git_a_folder_is_walked_but_for_hidden_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, TREE)
    (tmp_path / "link.py").symlink_to(tmp_path / "a.py")
    (tmp_path / "elsewhere").symlink_to("/etc")
    monkeypatch.chdir(tmp_path)

    gathered = gather_paths([Path()])

    assert paths_of(gathered) == ["Dockerfile.worker", "a.py", "run", "sub/b.PY"]
    assert (gathered.root, gathered.left_out, gathered.commit) == (tmp_path, 3, "")


@needs_git
def test_in_a_repository_what_git_ignores_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = committed(tmp_path / "repo", {**TREE, ".gitignore": "node_modules/\nout/\n", "gone.py": "x"})
    write(root, {"new.py": "n", "out/o.py": "o"})
    (root / "gone.py").unlink()
    monkeypatch.chdir(tmp_path)

    gathered = gather_paths([root])

    assert paths_of(gathered) == [".hidden/c.py", "Dockerfile.worker", "a.py", "new.py", "run", "sub/b.PY"]
    assert [file.path for file in gathered.rules] == [".gitignore"]
    assert len(gathered.commit) == 40


@needs_git
def test_paths_are_those_of_the_repository_from_wherever_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = committed(tmp_path / "repo", TREE)
    monkeypatch.chdir(root / "sub")

    gathered = gather_paths([Path(), Path("../README.md"), Path("b.PY")])

    assert paths_of(gathered) == ["README.md", "sub/b.PY"]
    assert all(file.named for file in gathered.files)


@needs_git
def test_what_is_outside_of_the_first_ones_project_is_refused(tmp_path: Path) -> None:
    root = committed(tmp_path / "repo", TREE)
    write(tmp_path, {"other.py": ""})

    with pytest.raises(CliError, match="by a command of its own"):
        gather_paths([root, tmp_path / "other.py"])


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CliError, match="check its name") as caught:
        gather_paths([tmp_path / "nowhere"])

    assert caught.value.code == ExitCode.NO_INPUT


def test_a_diff_needs_a_repository(tmp_path: Path) -> None:
    with pytest.raises(CliError, match="is in no git repository"):
        gather_diff(tmp_path, "HEAD")


def test_what_cannot_be_sent_is_told_and_stops_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"large.py": b"x" * (MAX_FILE_BYTES + 1), "a.py": "a"})
    (tmp_path / "link.py").symlink_to("a.py")
    names = ["large.py", "link.py", "gone.py", "bad\udcff.py", "a.py"]
    files = [LocalFile(name, tmp_path / name, 0) for name in names]

    records = list(LocalSources().read(files))

    whats = [record.what for record in records if isinstance(record, BadRecord)]
    assert [what.partition(" (")[0] for what in whats] == [
        "has more than 1 MiB, the most that can be sent",
        "can't be read",
        "can't be read",
        "can't be sent, as its name isn't UTF-8",
    ]
    assert not isinstance(records[-1], BadRecord)


def test_a_thousand_and_one_hunks_are_sent_as_one_range(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a"})
    changed = [(number, number) for number in range(2, 2 * 1_001 + 1, 2)]

    [record] = LocalSources().read([LocalFile("a.py", tmp_path / "a.py", 1, changed)])

    assert not isinstance(record, BadRecord)
    assert [(one.start_line, one.end_line) for one in record.message.changed] == [(2, 2_002)]


def test_lines_are_those_that_were_sent_or_none(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": b"\xef\xbb\xbfa\r\nb\rc\n", "b.py": "b"})
    sources = LocalSources()
    list(sources.read([LocalFile(name, tmp_path / name, 1) for name in ("a.py", "b.py")]))

    write(tmp_path, {"b.py": "changed"})

    assert [sources.lines(name) for name in ("a.py", "b.py", "c.py")] == [["a", "b", "c", ""], [], []]
