"""Output that no name can abuse, and that scripts can read."""

import asyncio
import io
import json
import sys
from typing import Any

import pytest
import structlog

from cli.output import counted, neutralise, say, write_json, write_table
from cli.root import ending_in_exit_code

HOSTILE = "\x1b[31mred\x07\r\n\x9b2J\u202eabc\u2066\u200b"


def test_what_steers_a_terminal_becomes_visible() -> None:
    shown = neutralise(HOSTILE)

    assert shown == "\\x1b[31mred\\x07\\r\\n\\x9b2J\\u202eabc\\u2066\\u200b"


def test_names_as_they_are_printed_stay_as_they_are() -> None:
    name = "Charizard ★ δ, Nidoran ♂, Flabébé, ピカチュウ"

    assert neutralise(name) == name


def test_json_is_one_line_without_raw_controls_and_reads_back_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"name": HOSTILE})

    line = capsys.readouterr().out
    assert json.loads(line) == {"name": HOSTILE}
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) <= 0x9F for character in line[:-1])


def test_json_is_ascii_where_stdout_can_hold_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", narrow)

    write_json({"name": "♂😀"})

    narrow.seek(0)
    assert json.loads(narrow.read()) == {"name": "♂😀"}


def test_a_table_neither_folds_nor_cuts_nor_reads_markup(capsys: pytest.CaptureFixture[str]) -> None:
    identifier = "01a201bc-1d0b-7eec-91ca-b90447c50792"

    write_table(["id", "name", "more"], [[identifier, "[red]:smile:[/red]" + "x" * 200, HOSTILE]])

    out = capsys.readouterr().out
    assert identifier in out
    assert "[red]:smile:[/red]" + "x" * 200 in out
    assert "\x1b" not in out
    assert len(out.splitlines()) == 3


def test_sentences_on_stderr_are_one_line_whatever_they_quote(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"There is no card {HOSTILE}.")

    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "\x1b" not in err


def test_counts_agree_with_their_noun() -> None:
    assert [counted(number, "card") for number in (0, 1, 2000)] == ["0 cards", "1 card", "2,000 cards"]


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (ValueError("boom"), 1)])
def test_no_exception_reaches_the_person_as_a_traceback(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    import typer

    with pytest.raises(typer.Exit) as ended, ending_in_exit_code():
        raise error

    assert ended.value.exit_code == code
    assert len(capsys.readouterr().err.splitlines()) <= 1


async def test_what_others_log_meanwhile_is_no_part_of_a_commands_output(gateway: Any) -> None:
    async def others() -> None:
        while True:
            structlog.get_logger("others").info("something")
            await asyncio.sleep(0.001)

    logging = asyncio.create_task(others())
    outcome = await gateway.run("jobs", "list", "--json")
    logging.cancel()

    assert "something" not in outcome.out + outcome.err
