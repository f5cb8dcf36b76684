"""What all commands have alike, out of typer's own tree of them, so that a new one can't be forgotten."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli.app import app


def commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every command by its name; of groups those that do something by themselves too."""
    for child, found in getattr(command, "commands", {}).items():
        if not getattr(found, "commands", {}) or found.invoke_without_command:
            yield f"{name}{child}", found
        yield from commands(found, f"{name}{child} ")


EVERY = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", EVERY)
def test_every_command_prints_json_where_it_is_asked_to(name: str) -> None:
    options = [option for parameter in EVERY[name].params for option in parameter.opts]

    assert "--json" in options


@pytest.mark.parametrize("name", EVERY)
def test_every_command_says_in_a_sentence_what_it_does(name: str) -> None:
    assert (EVERY[name].help or "").strip().endswith(".")


def test_the_tree_is_walked_down_to_its_leaves() -> None:
    assert {"submit", "watch", "overview", "jobs watch", "import cards", "quota", "quota set"} <= EVERY.keys()
    assert "jobs" not in EVERY


def completed(words: str) -> tuple[list[str], str]:
    """What bash is offered after the words, and what is said meanwhile."""
    environment = {
        "_ATELIER_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
        "ATELIER_CLI_ADDRESS": "127.0.0.1:1",
    }
    result = CliRunner().invoke(app, [], env=environment, prog_name="atelier")
    return result.stdout.split(), result.stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("atelier ov", ["overview"]),
        ("atelier jobs re", ["retry", "resume"]),
        ("atelier scan --lane ", ["high", "normal", "low"]),
        ("atelier jobs cancel res", []),
    ],
)
def test_a_shell_completes_commands_and_their_words_and_asks_no_gateway(words: str, offered: list[str]) -> None:
    assert completed(words) == (offered, "")


def test_the_commands_are_loaded_without_the_clients_of_servers_so_that_completion_is_quick() -> None:
    program = (
        "import sys, cli.app; print(*{'asyncpg', 'chassis.server', 'opentelemetry', 'redis'} & sys.modules.keys())"
    )

    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert loaded.stdout.split() == []


def test_the_version_is_told_without_a_command() -> None:
    result = CliRunner().invoke(app, ["--version"])

    assert (result.exit_code, result.stdout.split()[0]) == (0, "atelier")
