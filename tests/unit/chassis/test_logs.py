"""The form of the log."""

import io
import json
import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from chassis.logs import configure_logs


class Screen(io.StringIO):
    """Standard error, on a terminal or not."""

    terminal = False

    def isatty(self) -> bool:
        return self.terminal

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What was written, each line read as JSON."""
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """What the log is written to; logging is as before afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("atelier")
    handlers, levels, configured = root.handlers[:], (root.level, ours.level), structlog.get_config()
    screen = Screen()
    monkeypatch.setattr("chassis.logs.sys", SimpleNamespace(stderr=screen))
    yield screen
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    structlog.configure(**configured)


def break_down(message: str, password: str) -> None:
    """Raise, with a secret among the local variables."""
    raise RuntimeError(message)


def test_a_line_is_one_json_object_with_a_constant_event_and_fields(screen: Screen) -> None:
    log = configure_logs(process="resolver", level="INFO")

    log.info("call", method="/a/B", seconds=0.5)

    (line,) = screen.lines
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "call", "level": "info", "process": "resolver", "method": "/a/B", "seconds": 0.5}


def test_libraries_log_in_the_same_form(screen: Screen) -> None:
    configure_logs(process="resolver", level="INFO")

    logging.getLogger("some.library").warning("lost %s of %d", "one", 2)

    (line,) = screen.lines
    assert (line["event"], line["level"]) == ("lost one of 2", "warning")
    assert "timestamp" in line


def test_a_traceback_is_a_field_and_not_many_lines(screen: Screen) -> None:
    log = configure_logs(process="resolver", level="INFO")

    for report in (log.exception, logging.getLogger("asyncio").exception):
        try:
            break_down("two\nlines", "password")
        except RuntimeError:
            report("it broke")

    ours, theirs = screen.lines
    assert ours["exception"].startswith("Traceback")
    assert theirs["exception"].endswith("two\nlines")


@pytest.mark.parametrize(("level", "events"), [("DEBUG", ["a", "b", "c"]), ("INFO", ["b", "c"]), ("WARNING", ["c"])])
def test_lines_below_the_level_are_left_out(screen: Screen, level: str, events: list[str]) -> None:
    log = configure_logs(process="resolver", level=level)

    log.debug("a")
    log.info("b")
    log.warning("c")

    assert [line["event"] for line in screen.lines] == events


def test_libraries_say_nothing_below_a_warning_at_any_level(screen: Screen) -> None:
    configure_logs(process="resolver", level="DEBUG")

    logging.getLogger("some.library").info("GET /?token=secret")

    assert screen.lines == []


def test_what_cannot_be_json_is_shown_as_text(screen: Screen) -> None:
    log = configure_logs(process="resolver", level="INFO")

    log.info("odd", value={1}, half="\ud800")

    assert screen.lines[0]["value"] == "{1}"


def test_a_terminal_gets_lines_for_people_and_no_local_variables(screen: Screen) -> None:
    screen.terminal = True
    log = configure_logs(process="resolver", level="INFO")

    try:
        break_down("it broke", "-".join(["SENTINEL", "password"]))
    except RuntimeError:
        log.exception("call failed")

    assert "call failed" in screen.getvalue()
    assert "RuntimeError: it broke" in screen.getvalue()
    assert "SENTINEL-password" not in screen.getvalue()


def test_a_traceback_quotes_no_row_of_the_database(screen: Screen) -> None:
    log = configure_logs(process="resolver", level="INFO")

    error = ValueError("duplicate key value\nDETAIL:  Key (external_id)=(SENTINEL) already exists.")

    log.error("call failed", exc_info=error)

    assert "duplicate key value" in screen.lines[0]["exception"]
    assert "SENTINEL" not in screen.getvalue()
