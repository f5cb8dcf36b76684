"""The first program in each language, built of what `make clients` makes: all do the same, in the same words."""

import os
import re
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.auth import Role
from tests.conftest import REPOSITORY
from tests.e2e.callers import Caller, user
from tests.e2e.conftest import Ended, System, run

GEN = REPOSITORY / "gen"
GENERATE = REPOSITORY / "clients" / "generate.py"
PROJECTS = REPOSITORY / "build" / "clients"
PROGRAMS = {
    "cpp": "{here}/first",
    "go": "{here}/first",
    "java": "java -XX:TieredStopAtLevel=1 -cp {here}/classes:{here}/libraries/* First",
    "python": "{here}/.venv/bin/python {here}/first.py",
    "rust": "{here}/target/debug/first",
    "typescript": "node {here}/dist/first.js",
}
# Set where the registries can be reached: a pin or a recipe that doesn't work then fails instead of being left out.
REQUIRED = os.environ.get("ATELIER_CLIENTS_REQUIRED") == "1"
# Other tests run beside the compilers, and some of them look at the clock.
LAST = ("nice", "-n", "19")
# What is built once and thrown away needn't be fast or checked, nor its next build sooner.
ONE_CORE = os.environ | {
    "CARGO_BUILD_JOBS": "1",
    "CARGO_INCREMENTAL": "0",
    "CARGO_PROFILE_DEV_BUILD_OVERRIDE_CODEGEN_UNITS": "1",
    "CARGO_PROFILE_DEV_CODEGEN_UNITS": "1",
    "CARGO_PROFILE_DEV_DEBUG_ASSERTIONS": "false",
    "CARGO_PROFILE_DEV_OVERFLOW_CHECKS": "false",
    "CGO_ENABLED": "0",
    "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -p=1 '-gcflags=all=-N -l -dwarf=false' -ldflags=-s",
    "GOGC": "400",  # the compiler's own garbage
    "GOMAXPROCS": "1",
    "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
SOURCES = {
    "cpp": "first.cc",
    "go": "main.go",
    "java": "First.java",
    "python": "first.py",
    "rust": "src/main.rs",
    "typescript": "first.ts",
}
WRITTEN_BY_HAND = {".cc", ".go", ".h", ".java", ".py", ".rs", ".ts"}
GET_SCAN = "/atelier.resolver.v1.ScanService/GetScan"
PROGRESS = re.compile(r"[0-2]/2")
RESULT = re.compile(r"scan ([0-9a-f-]{36}): SCAN_STATE_SUCCEEDED, 1 of 2 cards known")

# The slowest needs more than a minute of a core when nothing of it is built, and gets what other tests leave.
pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Program:
    """A program of one language, run by a user of its own."""

    language: str
    system: System

    async def run(self, *arguments: str, **variables: str) -> Ended:
        """Run it to its end; `variables` outrank what it is told of the system."""
        token = self.system.stack.token(Role.USER, subject=self.language)
        told = {"ATELIER_ADDRESS": self.system.stack.gateway_address, "ATELIER_TOKEN": token}
        command = PROGRAMS[self.language].format(here=PROJECTS / self.language).split()
        return await run(*command, *arguments, environment=os.environ | told | variables)


@pytest.fixture(scope="module", params=sorted(PROGRAMS))
async def language(request: pytest.FixtureRequest) -> str:
    """A language whose program is built; skips where it is left out."""
    await generate(request.param)
    built = await run(*LAST, "make", "--silent", "--directory", PROJECTS / request.param, environment=ONE_CORE)
    assert built.code == 0, built.err
    return str(request.param)


async def generate(language: str) -> None:
    """Make a language's project. Skips where its tools are missing, or what they would fetch can't be had."""
    generated = await run(*LAST, sys.executable, GENERATE, language, environment=ONE_CORE)
    skip_left_out(generated, required=REQUIRED)
    assert generated.code == 0, generated.err


def skip_left_out(generated: Ended, *, required: bool) -> None:
    """Skip a language that was left out. Where it is `required`, only missing tools excuse that, which end with 0."""
    if "is left out" in generated.out and not (required and generated.code):
        pytest.skip(f"{generated.out.strip()} {generated.err[-500:]}")


@pytest.fixture(scope="module")
async def sample(system: System) -> System:
    """The system, knowing a set of cards."""
    imported = await system.atelier("import", "cards", str(REPOSITORY / "examples" / "catalogue"))
    assert imported.code == 0, imported.err
    return system


@pytest.fixture
def program(language: str, sample: System) -> Program:
    """The program of a language, beside a system that it can call."""
    return Program(language, sample)


async def found(caller: Caller, scan_id: str) -> Any:
    """A scan as the system has it."""
    answer = await caller.post(GET_SCAN, {"scanId": scan_id})
    return answer.json()["scan"]


async def test_a_first_program_follows_its_scan_to_the_end_and_run_again_makes_no_other(
    program: Program, http: httpx.AsyncClient
) -> None:
    request_id = uuid4().hex

    first = await program.run(request_id, "base1-4", "nowhere-1")
    again = await program.run(request_id, "base1-4", "nowhere-1")

    *progress, last, result = first.out.splitlines()
    assert (first.code, first.err, last) == (0, "", "2/2")
    assert all(PROGRESS.fullmatch(line) for line in progress)
    assert again.out.splitlines()[-1] == result
    told = RESULT.fullmatch(result)
    assert told is not None
    scan = await found(user(program.system, http, program.language), told[1])
    assert (scan["owner"], scan["state"]) == (program.language, "SCAN_STATE_SUCCEEDED")


async def test_a_first_program_ends_with_why_it_was_refused(program: Program) -> None:
    request_id = uuid4().hex
    await program.run(request_id, "base1-4")

    reused = await program.run(request_id, "base1-58")
    nobody = await program.run(request_id, "base1-4", ATELIER_TOKEN="rubbish")

    assert (reused.code, reused.out) == (nobody.code, nobody.out) == (1, "")
    assert reused.err.startswith(f"error: ALREADY_EXISTS: The request_id '{request_id}' was used")
    assert nobody.err == "error: UNAUTHENTICATED: The token can't be verified; ask for a new one.\n"


async def test_a_first_program_says_that_nobody_is_there(program: Program) -> None:
    ended = await program.run("1", "base1-4", ATELIER_ADDRESS="127.0.0.1:1")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error: UNAVAILABLE: ")


async def test_the_python_client_has_every_stub_and_nothing_else_of_ours() -> None:
    await generate("python")
    stubs = [path.relative_to(GEN).with_suffix("") for path in GEN.rglob("*_pb2*.py")]
    imports = [f"import {str(stub).replace(os.sep, '.')}" for stub in stubs]

    whole = await run(PROJECTS / "python/.venv/bin/python", "-I", "-c", "\n".join([*imports, "import atelier_client"]))
    ours = await run(PROJECTS / "python/.venv/bin/python", "-I", "-c", "import chassis")

    assert (whole.code, whole.err) == (0, "")
    assert "No module named 'chassis'" in ours.err


@pytest.mark.parametrize("language", SOURCES)
def test_a_first_program_is_one_file_of_less_than_40_lines(language: str) -> None:
    folder = REPOSITORY / "docs" / "clients" / language

    [source] = [path for path in folder.rglob("*") if path.suffix in WRITTEN_BY_HAND]

    assert source == folder / SOURCES[language]
    assert len(source.read_text().splitlines()) < 40


@pytest.mark.parametrize(
    ("code", "required", "outcome"),
    [(69, False, pytest.skip.Exception), (0, True, pytest.skip.Exception), (69, True, None)],
    ids=["nowhere to be had", "no tools", "required and nowhere to be had"],
)
def test_what_is_left_out_is_skipped_unless_it_is_required_and_its_tools_are_there(
    code: int, required: bool, outcome: type[BaseException] | None
) -> None:
    generated = Ended(code, "go is left out.\n", "")

    with pytest.raises(outcome) if outcome else nullcontext():
        skip_left_out(generated, required=required)


async def test_a_language_whose_tools_are_missing_is_left_out_with_a_sentence() -> None:
    ended = await run(sys.executable, GENERATE, "java", environment={"PATH": "/nowhere"})

    assert (ended.code, ended.out) == (0, "java is left out: it needs make and javac and mvn.\n")


async def test_a_language_that_nobody_made_is_refused() -> None:
    ended = await run(sys.executable, GENERATE, "cobol")

    assert (ended.code, ended.err) == (
        1,
        "There is no cobol here; there are cpp, go, java, python, rust, typescript.\n",
    )
