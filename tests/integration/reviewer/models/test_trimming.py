"""What is shown of a changed file, chosen by tree-sitter in its sandbox."""

from collections.abc import AsyncIterator

import pytest

from services.reviewer.linters.sandbox import Limits, Sandbox
from services.reviewer.models.trimming import PROCESS, Trimmed, trim
from services.reviewer.secrets.redactor import Redactor
from services.reviewer.source import Lines, Source

LONG = "\n".join(f"    # line {number}" for number in range(60))
PYTHON = f"""import os
import json

LIMIT = 3


def unrelated():
{LONG}
    return json


class Store:
    \"\"\"Keeps things.\"\"\"

    def put(self, thing):
        return self.check(thing) < LIMIT

    def check(self, thing):
        return os.path.exists(thing)

    def other(self):
{LONG}
        return unrelated


def long_one():
{LONG}


def caller():
    return long_one()
"""
TYPESCRIPT = f"""import {{ a }} from "./a";
const far = () => {{
{LONG}
}};
export const near = () => {{
  return a;
}};
export class Shop extends Base {{
  open() {{
{LONG}
  }}
  sell(thing: string) {{
    return near(thing);
  }}
}}
"""
GO = f"""package main

func far() {{
{LONG}
}}

type Thing struct {{ name string }}

func (t *Thing) Name() string {{
	return t.name
}}

func main() {{
	thing := Thing{{}}
	println(thing.Name())
}}
""".replace("# line", "// line")


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(places=1, limits=Limits(cpu_seconds=5), modules=[PROCESS])
    yield sandbox
    await sandbox.close()


def source(path: str, text: str, language: str, changed: str = "") -> Source:
    """A file in which the line that holds `changed` has changed."""
    numbers = [number for number, line in enumerate(text.split("\n"), start=1) if changed and changed in line]
    return Source(path, text, language, [Lines(number, number) for number in numbers[:1]])


async def shown(sandbox: Sandbox, file: Source) -> tuple[str, Trimmed]:
    trimmed = await trim(file, Redactor().redact(file.text, file.language), sandbox)
    lines = [line for part in trimmed.shown for line in file.lines[part.first - 1 : part.last]]
    return "\n".join(lines), trimmed


async def test_a_changed_method_is_shown_with_what_it_touches(sandbox: Sandbox) -> None:
    told, trimmed = await shown(sandbox, source("a.py", PYTHON, "python", "self.check(thing)"))

    for line in ("LIMIT = 3", "class Store:", "def put", "def check", "os.path.exists"):
        assert line in told
    for line in ("# line 30", "def caller", "def unrelated", "def other"):
        assert line not in told
    left_out = len(PYTHON) - len(told)
    assert left_out / 5 < trimmed.saved_tokens <= left_out / 4


async def test_of_a_long_function_that_is_touched_the_head_is_shown(sandbox: Sandbox) -> None:
    told, _ = await shown(sandbox, source("a.py", PYTHON, "python", "return long_one()"))

    assert "def long_one():" in told
    assert "# line 30" not in told


async def test_a_changed_function_is_shown_whole_however_long(sandbox: Sandbox) -> None:
    told, _ = await shown(sandbox, source("a.py", PYTHON, "python", "# line 30"))

    assert told.count("# line") == 60


@pytest.mark.parametrize(
    ("path", "text", "language", "changed", "seen", "unseen"),
    [
        ("a.ts", TYPESCRIPT, "typescript", "near(thing)", ["class Shop", "sell(", "const near", "return a"], ["far"]),
        ("a.tsx", TYPESCRIPT, "typescript", "near(thing)", ["class Shop", "const near"], ["far", "# line 30"]),
        ("a.go", GO, "go", "println", ["func main", "type Thing", "Name() string"], ["far", "line 30"]),
    ],
)
async def test_other_languages_are_trimmed_too(
    sandbox: Sandbox, path: str, text: str, language: str, changed: str, seen: list[str], unseen: list[str]
) -> None:
    told, _ = await shown(sandbox, source(path, text, language, changed))

    assert [line for line in seen if line not in told] == []
    assert [line for line in unseen if line in told] == []


async def test_every_changed_line_is_shown(sandbox: Sandbox) -> None:
    for number in range(1, len(PYTHON.split("\n")), 7):
        file = Source("a.py", PYTHON, "python", [Lines(number, number)])

        _, trimmed = await shown(sandbox, file)

        assert any(part.first <= number <= part.last for part in trimmed.shown)


@pytest.mark.parametrize(
    "file",
    [
        source("a.py", PYTHON, "python"),
        source("a.sql", "SELECT 1;\n", "sql", "SELECT"),
        Source("a.py", PYTHON, "python", [Lines(9_000, 9_001)]),
    ],
)
async def test_what_cannot_be_trimmed_is_shown_whole(sandbox: Sandbox, file: Source) -> None:
    _, trimmed = await shown(sandbox, file)

    assert trimmed == Trimmed()


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000,
        "class A:\n" * 5_000,
        "def f(\n" * 7_000,
        "\n" * 19_000,
        "x = [" * 9_000 + "1",
        "\x0b\x0c\u2028\n" * 50,
    ],
)
async def test_a_hostile_file_ends_in_a_choice(sandbox: Sandbox, text: str) -> None:
    file = Source("a.py", text, "python", [Lines(1, 1)])

    _, trimmed = await shown(sandbox, file)

    lines = len(text.split("\n"))
    assert all(1 <= part.first <= part.last <= lines for part in trimmed.shown)


async def test_a_sandbox_that_is_lost_shows_the_file_whole() -> None:
    closed = Sandbox(places=1, limits=Limits())
    await closed.close()

    _, trimmed = await shown(closed, source("a.py", PYTHON, "python", "LIMIT"))

    assert trimmed == Trimmed()
