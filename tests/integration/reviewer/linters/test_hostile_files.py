"""Files made to run, to reach out, to hang or to blow up: none reaches the worker, and it is said what was cut off."""

import asyncio
import sys
from pathlib import Path

import pytest

from services.reviewer.coverage import ToolRun, ToolStatus
from services.reviewer.linters.linting import Linted, Linting, known_linters
from services.reviewer.linters.sandbox import Limits
from services.reviewer.linters.shellcheck import ShellCheck
from services.reviewer.source import Source

ENDED = {ToolStatus.RAN, ToolStatus.FAILED, ToolStatus.CUT_OFF}


async def look(linting: Linting, path: str, text: str, language: str) -> Linted:
    return await linting.look(Source(path, text, language))


def run_of(tool: str, linted: Linted) -> ToolRun:
    return next(run for run in linted.runs if run.tool == tool)


async def test_a_file_that_would_run_when_imported_does_not(linting: Linting, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    write = f"open({str(marker)!r}, 'a').write('ran')"
    python = (
        f"# pylint: load-plugins=reviewed, init-hook={write}\n"
        "# pylint: enable=all\n"
        "# -*- coding: reviewed -*-\n"
        "import reviewed\nfrom reviewed import *\nimport sys; sys.path.insert(0, '.')\n"
        f"{write}\nclass M(type):\n    def __new__(*a): {write}\nclass C(metaclass=M): pass\n"
        "from pylint.checkers import BaseChecker\ndef register(linter): " + write + "\n"
    )
    javascript = f"require('fs').writeFileSync({str(marker)!r}, 'ran'); /* eslint-env node */ import 'reviewed.js'\n"
    shell = (
        f"#!/bin/sh\n# shellcheck source=/etc/passwd external-sources=true\n. ./reviewed.sh\necho $(touch {marker})\n"
    )

    looks = await asyncio.gather(
        look(linting, "reviewed.py", python, "python"),
        look(linting, "__init__.py", python, "python"),
        look(linting, "conftest.py", python, "python"),
        look(linting, "a.cjs", javascript, "javascript"),
        look(linting, "eslint.config.mjs", javascript, "javascript"),
        look(linting, "a.sh", shell, "shell"),
    )

    assert {run.status for linted in looks for run in linted.runs} == {ToolStatus.RAN}
    assert not marker.exists()


async def test_a_script_cannot_have_another_file_read_into_its_findings(linting: Linting, tmp_path: Path) -> None:
    other = tmp_path / "other.sh"
    other.write_text("for private_word in $(ls); do :; done\n")
    text = f"#!/bin/sh\n# shellcheck external-sources=true\n# shellcheck source={other}\n. {other}\n"

    linted = await look(linting, "a.sh", text, "shell")

    assert run_of("shellcheck", linted).status is ToolStatus.RAN
    assert not [finding for finding in linted.findings if "2045" in finding.rule or "private_word" in finding.message]


async def test_a_file_name_means_nothing_to_a_tool(linting: Linting) -> None:
    paths = ["-rf.py", "--config=x.py", "../../../etc/x.py", "/etc/x.py", "a\nb.py", " .py", "$(id).py", "\0.py"]

    looks = await asyncio.gather(*(look(linting, path, "import os\n", "python") for path in paths))

    for linted in looks:
        assert {run.status for run in linted.runs} == {ToolStatus.RAN}
        assert {finding.rule for finding in linted.findings} == {"ruff/F401", "pylint/unused-import"}


async def test_a_comment_may_silence_a_finding_of_its_own_file_only(linting: Linting) -> None:
    silenced = await look(linting, "a.py", "# pylint: skip-file\n# ruff: noqa\nimport os\n", "python")
    next_one = await look(linting, "a.py", "import os\n", "python")

    assert silenced.findings == []
    assert len(next_one.findings) == 2


async def test_a_file_that_hangs_a_linter_is_cut_off_and_the_next_is_not() -> None:
    linting = Linting(known_linters(), places=2, limits=Limits(cpu_seconds=2))
    # Each line doubles the text that pylint has to make up its mind about.
    doubling = "x0 = 'ab'\n" + "".join(f"x{i} = f'{{x{i - 1}}}{{x{i - 1}}}'\n" for i in range(1, 60)) + "x59.foo()\n"

    hung = await look(linting, "a.py", doubling, "python")
    well = await look(linting, "a.py", "import os\n", "python")

    run = run_of("pylint", hung)
    assert (run.status, run.message) == (ToolStatus.CUT_OFF, "It was cut off at its limit of 2 s.")
    assert run_of("ruff", hung).status is ToolStatus.RAN
    assert {run.status for run in well.runs} == {ToolStatus.RAN}
    await linting.close()


@pytest.mark.skipif(sys.platform != "linux", reason="memory has a limit on Linux only")
async def test_a_file_that_takes_a_linters_memory_is_cut_off() -> None:
    linting = Linting([ShellCheck()], places=1, limits=Limits(memory_bytes=60 << 20))
    deep = "#!/bin/sh\n" + "if true; then " * 3_000 + ":" + "; fi" * 3_000 + "\n"

    linted = await look(linting, "a.sh", deep, "shell")

    run = run_of("shellcheck", linted)
    assert (run.status, run.message) == (ToolStatus.CUT_OFF, "It was cut off at its limit of 60 MiB of memory.")
    await linting.close()


DEEP = 20_000


@pytest.mark.parametrize(
    ("path", "language", "text"),
    [
        ("a.py", "python", "x = " + "(" * DEEP + "1" + ")" * DEEP),
        ("a.py", "python", "x = " + "1+" * DEEP + "1"),
        ("a.py", "python", "a" + ".b" * DEEP),
        ("a.py", "python", "x = 9**9**9**9\ny = 'a' * 10**10\nz = [0] * 10**9\n"),
        ("a.py", "python", "x = " + "f'{" * 150 + "1" + "}'" * 150),
        ("a.py", "python", "x = '" + "0" * (1 << 20) + "'"),
        ("a.js", "javascript", "x = " + "[" * DEEP + "1" + "]" * DEEP),
        ("a.js", "javascript", "x = " + "`${" * 5_000 + "1" + "}`" * 5_000),
        ("a.js", "javascript", "x = '" + "0" * (1 << 20) + "'"),
        ("a.ts", "typescript", "type A = " + "Array<" * 9_000 + "1" + ">" * 9_000),
        ("a.sh", "shell", "#!/bin/sh\necho '" + "0" * (1 << 20) + "'"),
        ("a.go", "go", "package a\nvar x = " + "(" * DEEP + "1" + ")" * DEEP),
        ("a.json", "json", "[" * DEEP + "]" * DEEP),
        ("a.json", "json", "0" * (1 << 20)),
        ("a.cpp", "cpp", "int x = " + "a<" * DEEP + "1" + ">" * DEEP),
        ("a.yaml", "yaml", "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(2_000))),
    ],
    ids=lambda value: value if len(value) < 12 else "",
)
async def test_a_file_made_to_blow_up_a_linter_harms_nobody(
    linting: Linting, path: str, language: str, text: str
) -> None:
    well, hostile = await asyncio.gather(
        look(linting, "b.py", "import os\n", "python"), look(linting, path, text, language)
    )

    assert {run.status for run in hostile.runs} <= ENDED
    assert all(run.message for run in hostile.runs if run.status is not ToolStatus.RAN)
    assert {run.status for run in well.runs} == {ToolStatus.RAN}
