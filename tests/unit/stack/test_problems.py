"""The sentences."""

import errno
from pathlib import Path

import pytest

from cli.stack.problems import StackError, folder_problem, process_problem

ROOT = Path("/state")


def test_missing_system_library_is_named() -> None:
    line = "/x/postgres: error while loading shared libraries: libz.so.1: cannot open shared object file: No such file"

    assert "the system library libz.so.1 is missing" in str(process_problem("postgres", 127, [line], ROOT))


def test_full_disk_is_recognised_in_a_programs_output() -> None:
    lines = ["FATAL:  could not write to file: No space left on device"]

    assert str(process_problem("initdb", 1, lines, ROOT)) == (
        "The disk under /state is full: free some space and start again."
    )


def test_anything_else_shows_the_last_lines() -> None:
    problem = process_problem("resolver", -9, ["one", "two"], ROOT)

    assert problem.sentence == "resolver does not start (killed by signal 9); its last lines:"
    assert str(problem).splitlines()[1:] == ["    one", "    two"]


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "is full"), (errno.EACCES, "Permission denied"), (errno.EROFS, "Read-only")]
)
def test_folder_problem_says_what_to_do(number: int, said: str) -> None:
    problem = folder_problem(ROOT, OSError(number, "…"))

    assert isinstance(problem, StackError)
    assert said in str(problem)
    assert "/state" in str(problem)
