"""Each linter finds what it is for, at its place, in words; and says so when it couldn't look."""

import asyncio
import shutil
from dataclasses import replace

import pytest

from services.reviewer.coverage import ToolStatus
from services.reviewer.finding import Category, Finding, Place, Severity
from services.reviewer.linters.linter import Failed, Linter, Missing
from services.reviewer.linters.linting import Linted, Linting, known_linters
from services.reviewer.linters.programs import Program
from services.reviewer.linters.ruff import Ruff
from services.reviewer.linters.sandbox import Limits, Sandbox
from services.reviewer.patches import apply_patch
from services.reviewer.source import Source

PYTHON = """\
import os
import pickle


def run(name, seen=[]):
    é = "é"; os.system("ls " + name)
    for item in seen:
        print(lambda: item)
    return pickle.loads(name) + é.missing
"""
JAVASCRIPT = 'const {a} = b;\nif (a = "é") { debugger; eval(a) }\n'
SHELL = "#!/bin/sh\nfor f in $(ls *.txt); do\n\trm $f\ndone\n"


async def look(linting: Linting, path: str, text: str, language: str) -> Linted:
    return await linting.look(Source(path, text, language))


def by_rule(linted: Linted) -> dict[str, Finding]:
    return {finding.rule: finding for finding in linted.findings}


async def test_ruff_and_pylint_look_at_python(linting: Linting) -> None:
    linted = await look(linting, "src/app.py", PYTHON, "python")

    assert {run.tool: run.status for run in linted.runs} == {"pylint": ToolStatus.RAN, "ruff": ToolStatus.RAN}
    assert all(run.version and run.seconds > 0 for run in linted.runs)
    found = by_rule(linted)
    assert found["ruff/S605"] == Finding(
        rule="ruff/S605",
        severity=Severity.HIGH,
        category=Category.SECURITY,
        message="Starting a process with a shell, possible injection detected",
        place=Place(6, 14, 6, 23),
        tools=("ruff",),
    )
    assert found["ruff/B006"].category is Category.BUG
    assert found["pylint/dangerous-default-value"].severity is Severity.MEDIUM
    assert found["pylint/no-member"].place == Place(9, 33, 9, 42)
    assert found["pylint/cell-var-from-loop"].place == Place(8, 23, 8, 27)


async def test_what_the_standard_library_has_in_c_is_known(linting: Linting) -> None:
    text = "import socket\nimport zlib\n\nprint(socket.AF_INET, socket.SOCK_STREAM, zlib.crc32(b''))\n"

    linted = await linting.look(Source("a.py", text, "python"))

    assert linted.findings == []


async def test_oxlint_looks_at_javascript_and_typescript(linting: Linting) -> None:
    linted = await look(linting, "app.js", JAVASCRIPT, "javascript")
    typed = await look(linting, "App.tsx", "export const x: string = <b>{y as string}</b>;\ndebugger;\n", "typescript")

    assert "oxlint" in {run.tool for run in linted.runs if run.status is ToolStatus.RAN}
    assert by_rule(linted)["oxlint/no-eval"].place == Place(2, 26, 2, 30)
    assert by_rule(linted)["oxlint/no-eval"].category is Category.SECURITY
    assert by_rule(linted)["oxlint/no-cond-assign"].category is Category.BUG
    assert [finding.rule for finding in typed.findings] == ["oxlint/no-debugger"]


@pytest.mark.skipif(shutil.which("eslint") is None, reason="ESLint isn't installed")
async def test_eslint_looks_at_javascript_where_it_is_installed(linting: Linting) -> None:
    linted = await look(linting, "app.js", JAVASCRIPT, "javascript")

    assert by_rule(linted)["eslint/no-eval"].place == Place(2, 26, 2, 30)


async def test_shellcheck_looks_at_shell_scripts(linting: Linting) -> None:
    linted = await look(linting, "run.sh", SHELL, "shell")

    found = by_rule(linted)
    assert found["shellcheck/SC2045"].severity is Severity.HIGH
    assert found["shellcheck/SC2086"].place == Place(3, 5, 3, 7)


@pytest.mark.parametrize(
    ("path", "language", "good", "bad", "line"),
    [
        ("a.c", "c", "int main(void) { return 0; }\n", "int main(void) { return 0;\n", 1),
        ("a.cpp", "cpp", "auto f() -> int { return 0; }\n", "class A { int f( { } };\n", 1),
        ("A.cs", "csharp", "class A { int B => 1; }\n", "class A { int B = ; ; ) }\n", 1),
        ("a.css", "css", "a { color: red; }\n", "a { color: red; } }}\n", 1),
        ("a.go", "go", "package a\n\nfunc f() {}\n", "package a\n\nfunc f( {\n", 3),
        ("a.html", "html", "<p>x</p>\n", "<p\n<<b>\n", 1),
        ("A.java", "java", "class A { void f() { } }\n", "class A {\n void f( { }\n}\n", 2),
        ("a.json", "json", '{"a": [1]}\n', '{"a": [1}\n', 1),
        ("a.kt", "kotlin", "fun f(): Int = 1\n", "fun f(: Int = 1\n", 1),
        ("a.lua", "lua", "local x = 1\n", "local x = = 1\n", 1),
        ("a.php", "php", "<?php echo 1;\n", "<?php\nfunction ( { echo 1; }}\n", 2),
        ("a.rb", "ruby", "def a\n  1\nend\n", "def a(\n  1\nend\n", 1),
        ("a.rs", "rust", "fn f() -> i32 { 1 }\n", "fn f( -> i32 { 1 }\n", 1),
        ("a.scala", "scala", "object A { def f = 1 }\n", "object A { def f = ) }\n", 1),
        ("a.swift", "swift", "func f() -> Int { return 1 }\n", "func f( -> Int { return 1 }\n", 1),
        ("a.toml", "toml", "a = 1\n", "a = \nb = 1\n", 1),
        ("a.yaml", "yaml", "a: [1]\n", "a: [1\nb: }\n", 1),
    ],
)
async def test_tree_sitter_tells_what_cannot_be_parsed(
    linting: Linting, path: str, language: str, good: str, bad: str, line: int
) -> None:
    well, ill = await asyncio.gather(look(linting, path, good, language), look(linting, path, bad, language))

    assert ([run.status for run in well.runs], well.findings) == ([ToolStatus.RAN], [])
    assert {finding.category for finding in ill.findings} == {Category.SYNTAX}
    place = ill.findings[0].place
    assert place is not None
    assert abs(place.start_line - line) <= 1


@pytest.mark.parametrize(
    ("path", "language", "text"),
    [("a.py", "python", "def f(:\n"), ("a.ts", "typescript", "const = ;\n"), ("a.sh", "shell", "if true; then\n")],
)
async def test_what_cannot_be_parsed_is_a_finding_and_no_failure(
    linting: Linting, path: str, language: str, text: str
) -> None:
    linted = await look(linting, path, text, language)

    assert {run.status for run in linted.runs} == {ToolStatus.RAN}
    assert Category.SYNTAX in {finding.category for finding in linted.findings}


async def test_a_fix_that_changes_no_meaning_comes_as_a_patch(linting: Linting) -> None:
    python = await look(linting, "a.py", "import os\nimport sys\n\nprint(sys.argv)\n", "python")
    shell = await look(linting, "a.sh", SHELL, "shell")

    assert apply_patch("import os\nimport sys\n\nprint(sys.argv)\n", by_rule(python)["ruff/F401"].patch) == (
        "import sys\n\nprint(sys.argv)\n"
    )
    assert apply_patch(SHELL, by_rule(shell)["shellcheck/SC2086"].patch) == SHELL.replace("$f\n", '"$f"\n')


async def test_a_language_without_a_linter_has_no_runs(linting: Linting) -> None:
    assert await look(linting, "a.sql", "SELECT 1;\n", "sql") == Linted([], [])


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (Missing("ruff isn't installed."), ToolStatus.MISSING, "ruff isn't installed."),
        (Failed("ruff ended."), ToolStatus.FAILED, "ruff ended."),
        (KeyError("code"), ToolStatus.FAILED, "Its answer can't be read."),
    ],
)
async def test_a_tool_that_could_not_look_says_so(error: Exception, status: ToolStatus, message: str) -> None:
    class Broken(Ruff):
        async def look(self, source: Source, sandbox: Sandbox) -> list[Finding]:
            raise error

    linting = Linting([Broken()], places=1, limits=Limits())

    linted = await look(linting, "a.py", "x = 1\n", "python")

    assert [(run.status, run.message) for run in linted.runs] == [(status, message)]
    await linting.close()


async def test_a_program_that_is_not_installed_is_missing_unless_it_is_optional() -> None:
    class Absent(Ruff):
        def __init__(self, *, optional: bool) -> None:
            self.optional = optional
            self._program = Program("atelier-no-such-linter", package="nothing")

    told = Linting([Absent(optional=False)], places=1, limits=Limits())
    untold = Linting([Absent(optional=True)], places=1, limits=Limits())

    first, second = await look(told, "a.py", "", "python"), await look(untold, "a.py", "", "python")

    assert [run.status for run in first.runs] == [ToolStatus.MISSING]
    assert second == Linted([], [])
    await told.close()
    await untold.close()


async def test_a_file_with_faults_by_the_thousand_is_told_in_part(linting: Linting) -> None:
    linted = await look(linting, "a.js", "debugger;\n" * 501, "javascript")

    run = next(run for run in linted.runs if run.tool == "oxlint")
    assert (run.status, run.message) == (ToolStatus.CUT_OFF, "It found 501; the first 500 are told.")
    assert len([finding for finding in linted.findings if finding.tools == ("oxlint",)]) == 500


def test_every_module_with_a_linter_is_known() -> None:
    linters: list[Linter] = known_linters()

    assert sorted(linter.name for linter in linters) == [
        "eslint",
        "oxlint",
        "pylint",
        "ruff",
        "shellcheck",
        "tree-sitter",
    ]


async def test_findings_are_the_same_every_time(linting: Linting) -> None:
    first, second = [await look(linting, "a.py", PYTHON, "python") for _ in range(2)]

    assert first.findings == second.findings
    assert [replace(run, seconds=0) for run in first.runs] == [replace(run, seconds=0) for run in second.runs]
