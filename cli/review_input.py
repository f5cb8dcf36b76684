"""What `atelier review` is given: paths, a diff or stdin, and maybe an error; checked before anything is sent."""

import enum
from collections.abc import Sequence
from pathlib import Path

from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import BadField
from cli.local_sources import MAX_FILE_BYTES
from cli.output import counted, say
from cli.review_files import Gathered, LocalFile, gather_diff, gather_paths, project_folder
from cli.text_files import STDIN, open_bytes

MAX_ERROR_CHARACTERS = 20_000  # as the proto has it
MAX_ERROR_BYTES = 2**20


class Mode(enum.Enum):
    """Where the files come from."""

    PATHS = enum.auto()
    DIFF = enum.auto()
    STDIN = enum.auto()


def checked_mode(paths: Sequence[str], *, diff: bool, stdin: bool, name: str, error: str) -> Mode:
    """Raises BadField unless exactly one is meant."""
    if diff and stdin:
        raise BadField("--stdin", "doesn't go with --diff")
    if stdin and paths:
        raise BadField("PATH", "doesn't go with --stdin")
    if stdin != bool(name):
        raise BadField("--name", "goes with --stdin, and must be given there")
    if diff and (len(paths) > 1 or error):
        raise BadField("--diff", "takes one revision and no --error")
    if stdin and error == STDIN:
        raise BadField("--error", "must be a file where the code comes by stdin")
    if not (paths or diff or stdin):
        raise BadField("PATH", "must be given, or --diff or --stdin")
    return Mode.DIFF if diff else Mode.STDIN if stdin else Mode.PATHS


def gather(mode: Mode, paths: Sequence[str], name: str) -> Gathered:
    """The files that are meant. Raises CliError."""
    match mode:
        case Mode.PATHS:
            return gather_paths([Path(path) for path in paths])
        case Mode.DIFF:
            gathered, binaries = gather_diff(Path.cwd(), paths[0] if paths else "HEAD")
            if binaries:
                say(f"{counted(binaries, 'binary file')} changed too, and can't be reviewed.")
            return gathered
        case Mode.STDIN:
            with open_bytes(STDIN) as raw:
                content = raw.read(MAX_FILE_BYTES + 1)
            file = LocalFile(name, Path(name), len(content), named=True, content=content)
            return Gathered(project_folder(Path.cwd()), [file])


def read_error(path: str) -> str:
    """The text of an error; of one that is too long the end, where it says what happened. Raises CliError."""
    with open_bytes(path) as raw:
        data = raw.read(MAX_ERROR_BYTES)
    text = data.decode(errors="replace").replace("\0", "\ufffd")
    if not text.strip():
        raise CliError(f"{path} holds no error to explain.", ExitCode.NO_INPUT)
    if len(text) > MAX_ERROR_CHARACTERS:
        say(f"The error is cut to its last {MAX_ERROR_CHARACTERS:,} characters.")
    return text[-MAX_ERROR_CHARACTERS:]
