"""The one log."""

import io
import json
from pathlib import Path

import pytest

from cli.stack import log as module
from cli.stack.log import StackLog, render


class Terminal(io.StringIO):
    """A terminal, as far as the log can tell."""

    def isatty(self) -> bool:
        return True


class ClosedPipe(io.StringIO):
    """A pipe that nobody reads."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log goes."""
    return tmp_path / "atelier.log"


def test_json_line_reads_as_event_and_fields() -> None:
    record = {
        "job": "resolver/jobs/1",
        "note": "two words",
        "share": 0.5,
        "process": "resolver",
        "event": "job done",
        "level": "info",
        "timestamp": "2026-01-01T00:00:00Z",
    }

    assert render(json.dumps(record)) == ("info", 'job done job=resolver/jobs/1 note="two words" share=0.5')


def test_traceback_follows_on_lines_of_its_own() -> None:
    record = {"event": "failed", "level": "error", "exception": "Traceback:\n  File\nValueError: no"}

    level, text = render(json.dumps(record))

    assert level == "error"
    assert text.splitlines() == ["ERROR: failed", "    Traceback:", "      File", "    ValueError: no"]


@pytest.mark.parametrize("line", ["plain words", "{not json", '{"no": "event"}', "[1]"])
def test_any_other_line_stays_as_it_is(line: str) -> None:
    assert render(line) == ("", line)


def test_output_can_not_steer_the_terminal() -> None:
    assert render("a\x1b[2Jb\x07c\x1b]0;title") == ("", "abc]0;title")
    assert render(json.dumps({"event": "a\x1b[2Jb"})) == ("", "ab")


def test_redis_own_prefix_is_left_out() -> None:
    assert render("9657:M 22 Nov 2025 04:50:00.123 # Server started") == ("", "Server started")


def test_line_shows_time_and_name_and_no_colour_when_not_on_a_terminal(path: Path) -> None:
    output = io.StringIO()
    log = StackLog(path, output)

    log.write("gateway", "hello")
    log.close()

    assert output.getvalue()[8:] == " gateway   | hello\n"
    assert path.read_text().endswith("Z gateway   | hello\n")


def test_terminal_shows_each_name_in_a_colour_of_its_own(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    output = Terminal()
    log = StackLog(path, output)

    log.write("gateway", "hello")
    log.write("resolver", "hello")
    log.close()

    assert "\x1b[36mgateway  \x1b[0m" in output.getvalue()
    assert "\x1b[35mresolver \x1b[0m" in output.getvalue()
    assert "\x1b" not in path.read_text()


def test_no_color_is_obeyed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    output = Terminal()
    log = StackLog(path, output)

    log.write("gateway", "hello")
    log.close()

    assert "\x1b" not in output.getvalue()


def test_file_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FILE_BYTES", 1000)
    log = StackLog(path, None)

    for _ in range(200):
        log.write("gateway", "x" * 50)
    log.close()

    files = list(path.parent.glob("atelier.log*"))
    assert len(files) == 3
    assert all(file.stat().st_size <= 1000 for file in files)


def test_closed_terminal_ends_the_output_and_not_the_log(path: Path) -> None:
    log = StackLog(path, ClosedPipe())

    log.write("gateway", "one")
    log.write("gateway", "two")
    log.close()

    assert len(path.read_text().splitlines()) == 2


def test_full_disk_does_not_stop_the_output() -> None:
    output = io.StringIO()
    log = StackLog(Path("/dev/full"), output)

    log.write("gateway", "one")
    log.write("gateway", "two")
    log.close()

    assert len(output.getvalue().splitlines()) == 2
