"""Patches: one that applies to the file as it is, or none. `git apply` is the judge."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reviewer.finding import Place
from services.reviewer.patches import Edit, apply_patch, checked_patch, fit_patch, make_patch

CODE = "import os\n\n\ndef f(a, b):\n    return a\n\n\nprint(f(1, 2))\n"


def git_apply(folder: Path, path: str, content: bytes, patch: str) -> bytes:
    """The file after git has applied the patch to it."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content)
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    done = subprocess.run(command, cwd=folder, input=patch.encode(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return (folder / path).read_bytes()


@pytest.mark.parametrize("path", ["a.py", "src/deep/a.py", "with space/é ☆.py"])
def test_a_patch_applies_by_git(tmp_path: Path, path: str) -> None:
    patch = make_patch(path, CODE, [Edit(Place(5, 12, 5, 13), "b"), Edit(Place(1), "")])

    after = git_apply(tmp_path, path, CODE.encode(), patch)

    assert after.decode() == CODE.replace("return a", "return b").replace("import os\n", "")


@pytest.mark.parametrize(("before", "after"), [("x", "y"), ("x\ny", "x\nz"), ("x\n", "y"), ("x", "x\ny\n")])
def test_a_last_line_without_an_end_is_kept_or_given_one(tmp_path: Path, before: str, after: str) -> None:
    lines = before.count("\n") + (not before.endswith("\n"))
    last = Place(1, 1, lines, len(before.split("\n")[lines - 1]) + 1 + before.endswith("\n"))
    patch = make_patch("a.txt", before, [Edit(last, after)])

    assert git_apply(tmp_path, "a.txt", before.encode(), patch).decode() == after


@pytest.mark.parametrize(
    "edits",
    [
        [],
        [Edit(Place(9), "x")],
        [Edit(Place(0), "x")],
        [Edit(Place(1, 99, 1, 100), "x")],
        [Edit(Place(1, 1, 1, 7), "x"), Edit(Place(1, 5, 1, 8), "y")],
        [Edit(Place(1), "import os")],
        [Edit(Place(5, 3, 5, 1), "x")],
    ],
)
def test_there_is_no_patch_where_edits_do_not_fit_or_change_nothing(edits: list[Edit]) -> None:
    assert make_patch("a.py", CODE, edits) == ""


@pytest.mark.parametrize("path", ['a"b.py', "a\nb.py", "a\\b.py"])
def test_there_is_no_patch_of_a_path_that_a_diff_cannot_name(path: str) -> None:
    assert make_patch(path, CODE, [Edit(Place(1), "")]) == ""


def test_a_diff_of_somebody_else_is_taken_when_it_applies() -> None:
    theirs = "--- wrong\n+++ wrong\n@@ -4,2 +4,2 @@ whatever\n def f(a, b):\n-    return a\n+    return b\n"

    patch = checked_patch("a.py", CODE, theirs)

    assert patch.startswith("--- a/a.py\n+++ b/a.py\n")
    assert apply_patch(CODE, patch) == CODE.replace("return a", "return b")


@pytest.mark.parametrize(
    "theirs",
    [
        "",
        "use b instead",
        "@@ -4,2 +4,2 @@\n def f(a, c):\n-    return a\n+    return b\n",
        "@@ -3,2 +3,2 @@\n def f(a, b):\n-    return a\n+    return b\n",
        "@@ -4,3 +4,3 @@\n def f(a, b):\n-    return a\n+    return b\n",
        "@@ -4,2 +4,2 @@\n def f(a, b):\n-    return a\n+    return a\n",
        "@@ -400,1 +400,1 @@\n-x\n+y\n",
        "@@ -5,1 +5,1 @@\n-    return a\n+    return b\n@@ -1,1 +1,1 @@\n-import os\n+import sys\n",
        "@@ -5,1 +5,1 @@\n-    return a\n+    return b\nrubbish\n",
        "@@ -5,1 +5,1 @@\n-    return a\n\n+    return b\n",
    ],
)
def test_a_diff_that_does_not_apply_exactly_is_none(theirs: str) -> None:
    assert checked_patch("a.py", CODE, theirs) == ""


def test_a_patch_fits_a_file_with_other_line_ends(tmp_path: Path) -> None:
    content = CODE.replace("\n", "\r\n").encode()
    patch = make_patch("a.py", CODE, [Edit(Place(5), "    return b\n")])

    after = git_apply(tmp_path, "a.py", content, fit_patch(patch, content))

    assert after == content.replace(b"return a", b"return b")


def test_there_is_no_patch_for_mixed_line_ends_or_beside_a_byte_order_mark() -> None:
    patch = make_patch("a.py", CODE, [Edit(Place(1), "")])

    assert fit_patch(patch, CODE.encode().replace(b"\n", b"\r\n", 1)) == ""
    assert fit_patch(patch, b"\xef\xbb\xbf" + CODE.encode()) == ""
    assert fit_patch(patch, CODE.encode()) == patch


TEXT = st.text(alphabet="ab\n\t\u2028 ", max_size=60)


@given(TEXT, TEXT)
def test_a_patch_gives_exactly_what_was_meant(before: str, after: str) -> None:
    lines = before.split("\n")
    last = len(lines) if lines[-1] else len(lines) - 1
    if not before:
        return
    end = Place(1, 1, last, len(lines[last - 1]) + 1 + before.endswith("\n"))

    patch = make_patch("a.py", before, [Edit(end, after)])

    assert (apply_patch(before, patch) if patch else before) == after
    assert checked_patch("a.py", before, patch) == patch


@given(TEXT, TEXT)
def test_any_text_can_be_taken_for_a_patch(text: str, patch: str) -> None:
    apply_patch(text, patch)
    apply_patch(text, f"@@ -1 +1 @@\n{patch}")
