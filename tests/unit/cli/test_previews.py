"""Pictures in a terminal: which terminals are told what, and that nothing else is ever told it."""

import io
import re
from base64 import b64decode

import pytest
from rich.console import Console

from cli import progress
from cli.previews import Preview, Protocol, protocol_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


def drawn(protocol: Protocol) -> str:
    console = Console(file=io.StringIO(), force_terminal=True, width=20)
    console.print(Preview(PNG, protocol), soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("terminal", "protocol"),
    [
        ({"TERM": "xterm-kitty"}, Protocol.KITTY),
        ({"TERM": "xterm-ghostty"}, Protocol.KITTY),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Protocol.ITERM2),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, Protocol.ITERM2),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Protocol.ITERM2),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "LC_TERMINAL": "iTerm2"}, None),
        ({"TERM": "screen", "LC_TERMINAL": "iTerm2"}, None),
        ({"TERM": "xterm-256color"}, None),
        ({"TERM": "linux"}, None),
        ({}, None),
    ],
)
def test_only_a_terminal_known_by_its_name_is_sent_pictures(
    terminal: dict[str, str], protocol: Protocol | None
) -> None:
    assert protocol_of(terminal) == protocol


def test_kitty_gets_the_png_in_chunks_and_is_told_not_to_answer() -> None:
    commands = re.findall("\x1b_G([^;]*);([^\x1b]*)\x1b\\\\", drawn(Protocol.KITTY))

    assert b64decode("".join(data for _, data in commands)) == PNG
    assert all(len(data) <= 4096 and "q=2" in keys for keys, data in commands)
    assert [keys.rpartition("m=")[2] for keys, _ in commands] == ["1"] * (len(commands) - 1) + ["0"]
    assert ["a=T" in keys for keys, _ in commands] == [True] + [False] * (len(commands) - 1)


def test_iterm2_gets_the_png_whole_and_no_width_breaks_it() -> None:
    [(options, data)] = re.findall("\x1b]1337;File=([^:]*):([^\x07]*)\x07", drawn(Protocol.ITERM2))

    assert b64decode(data) == PNG
    assert {"inline=1", f"size={len(PNG)}"} <= set(options.split(";"))


def test_answers_reach_a_pipe_while_a_bar_stands_on_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(
        progress, "stderr_console", lambda: Console(file=screen, force_terminal=True, color_system=None)
    )

    with progress.feeding(*progress.counting("images")) as feed:
        feed.bar.add_task("generating", total=2)
        feed.json({"key": "batting-v1"})
        feed.draw(Preview(PNG, Protocol.KITTY))

    assert capsys.readouterr().out == '{"key": "batting-v1"}\n'
    assert "0/2 images" in screen.getvalue()
    assert "\x1b_G" not in screen.getvalue()
