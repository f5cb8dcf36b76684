"""Which files and lines a working tree has changed, whatever they are named and hold."""

import io
import os
from pathlib import Path

import pytest

from cli import git as git_module
from cli.errors import CliError
from cli.exits import ExitCode
from cli.git import commit_of
from cli.git_diff import parse_diff, read_diff
from cli.review_files import gather_paths
from tests.unit.cli.git_folder import committed, git, needs_git, write

pytestmark = needs_git

TEN = "".join(f"line {number}\n" for number in range(1, 11))


def changed(folder: Path) -> dict[str, list[tuple[int, int]]]:
    return read_diff(folder, commit_of(folder, "HEAD")).changed


def test_the_new_lines_of_each_hunk_are_told(tmp_path: Path) -> None:
    root = committed(tmp_path, {"a.py": TEN})
    lines = TEN.splitlines()
    write(root, {"a.py": "\n".join([*lines[:1], "new 2", *lines[2:6], "new 7", "new 8", *lines[6:]])})

    found = changed(root)

    assert found == {"a.py": [(2, 2), (7, 8), (12, 12)]}


def test_where_lines_were_only_removed_those_around_the_place_count(tmp_path: Path) -> None:
    root = committed(tmp_path, {"a.py": TEN, "b.py": TEN})
    lines = TEN.splitlines(keepends=True)
    write(root, {"a.py": "".join(lines[:3] + lines[5:]), "b.py": "".join(lines[1:])})

    found = changed(root)

    assert found == {"a.py": [(3, 4)], "b.py": [(1, 1)]}


@pytest.mark.parametrize(
    "name",
    [
        "with space.py",
        'quote".py',
        "back\\slash.py",
        "new\nline.py",
        "tab\t.py",
        "ümlaut ★.py",
        " b.py ",
        "a\n+++ b/evil.py",
        "-o.py",
        "[ab]*.py",
        "folder one/x.py",
    ],
)
def test_a_file_is_known_by_its_name_whatever_that_is(tmp_path: Path, name: str) -> None:
    root = committed(tmp_path, {name: "a\nb\n", "other.py": "a\n"})
    write(root, {name: "a\nB\n"})

    found = changed(root)

    assert found == {name: [(2, 2)]}


def test_lines_that_look_like_headers_are_lines(tmp_path: Path) -> None:
    root = committed(tmp_path, {"a.py": "x\n" * 3})
    hostile = "++ b/evil.py\n@@ -1 +1 @@\ndiff --git a/evil.py b/evil.py\n-- a/evil.py\n"
    write(root, {"a.py": "x\n" + hostile + "x\n"})

    found = changed(root)

    assert list(found) == ["a.py"]


def test_files_nobody_tracks_and_new_ones_are_wholly_new_and_ignored_ones_are_not_there(tmp_path: Path) -> None:
    root = committed(tmp_path, {".gitignore": "build/\n", "a.py": "a\n"})
    write(root, {"new.py": "n\n", "staged.py": "s\n", "build/x.py": "x\n"})
    git(root, "add", "staged.py")

    found = changed(root)

    assert found == {"staged.py": [], "new.py": []}


def test_what_has_gone_moved_or_changed_its_mode_has_no_lines(tmp_path: Path) -> None:
    root = committed(tmp_path, {"gone.py": "a\n", "moved.py": TEN, "mode.py": "a\n", "both.py": TEN})
    (root / "gone.py").unlink()
    git(root, "mv", "moved.py", "there.py")
    git(root, "mv", "both.py", "here.py")
    (root / "mode.py").chmod(0o755)
    write(root, {"here.py": TEN + "line 11\n"})

    found = changed(root)

    assert found == {"here.py": [(11, 11)]}


def test_binary_files_are_counted(tmp_path: Path) -> None:
    root = committed(tmp_path, {"a.bin": b"\0a", "a.py": "a"})
    write(root, {"a.bin": b"\0b", "a.py": "b"})

    diff = read_diff(root, commit_of(root, "HEAD"))

    assert (diff.changed, diff.binaries) == ({"a.py": [(1, 1)]}, 1)


def test_settings_of_the_repository_neither_change_the_answer_nor_start_a_program(tmp_path: Path) -> None:
    root = committed(tmp_path, {"sub/a.py": TEN})
    witness = root / "witness"
    program = f"touch {witness}; cat"
    settings = {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.interHunkContext": "9",
        "diff.relative": "true",
        "diff.external": program,
        "core.fsmonitor": program,
        "core.pager": program,
        "core.quotePath": "false",
        "color.ui": "always",
        "diff.evil.textconv": program,
        "diff.evil.command": program,
    }
    for name, value in settings.items():
        git(root, "config", name, value)
    lines = TEN.splitlines(keepends=True)
    write(
        root, {"sub/a.py": "".join(["new\n", *lines[1:3], "new\n", *lines[4:]]), ".gitattributes": "*.py diff=evil\n"}
    )

    found = changed(root)

    assert found == {"sub/a.py": [(1, 1), (4, 4)], ".gitattributes": []}
    assert not witness.exists()


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD..HEAD", ""])
def test_a_revision_is_one_commit(tmp_path: Path, revision: str) -> None:
    root = committed(tmp_path, {"a.py": "a"})

    with pytest.raises(CliError, match="is no commit of") as caught:
        commit_of(root, revision)

    assert caught.value.code == ExitCode.NO_INPUT
    assert sorted(path.name for path in root.iterdir()) == [".git", "a.py"]


def test_git_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(git_module, "SECONDS", 0.1)

    with pytest.raises(CliError, match="took longer than") as caught:
        commit_of(tmp_path, "HEAD")

    assert caught.value.code == ExitCode.TRY_AGAIN


def test_without_git_there_is_no_diff_but_there_are_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = committed(tmp_path / "repo", {"a.py": "a"})
    monkeypatch.setenv("PATH", str(tmp_path))

    gathered = gather_paths([root])
    with pytest.raises(CliError, match="There is no git here"):
        commit_of(root, "HEAD")

    assert [file.path for file in gathered.files] == ["a.py"]


def test_a_line_of_a_hundred_thousand_characters_hides_no_header() -> None:
    patch = (
        b"diff --git a/a.js b/a.js\n--- a/a.js\n+++ b/a.js\n@@ -1 +1 @@\n-a\n+"
        + b"x" * 200_000
        + b"\n\\ No newline at end of file\ndiff --git a/b.js b/b.js\n--- a/b.js\n+++ b/b.js\n@@ -2,0 +3 @@\n+y\n"
    )

    assert parse_diff(io.BytesIO(patch)).changed == {"a.js": [(1, 1)], "b.js": [(3, 3)]}
