"""What a reviewed file is called in the sandbox: a name of ours, with nothing of its own but a known ending."""

from pathlib import PurePosixPath

from services.reviewer.languages import language_of, suffix_of
from services.reviewer.source import Source

_STEM = "reviewed"
# Names that mean something to tools by themselves.
_KEPT = frozenset({"__init__.py"})


def scratch_name(source: Source, ending: str) -> str:
    """`reviewed.<ending>`, or with the file's own ending where that is one of its language."""
    if (name := PurePosixPath(source.path).name) in _KEPT:
        return name
    own = f"{_STEM}.{suffix_of(source.path)}"
    return own if language_of(own, "") == source.language else f"{_STEM}.{ending}"
