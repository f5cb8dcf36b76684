"""A file under review. Its text is hostile: it is read, and never run, imported or believed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines `first` to `last` of a file, from 1, both included."""

    first: int
    last: int

    def touches(self, other: "Lines") -> bool:
        """Whether they have a line in common."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Source:
    """A text in a known language at a path of its project; see `languages.py`. Lines end with `\\n` alone.

    `changed`: the lines that a diff touched; empty: all of them.
    """

    path: str
    text: str
    language: str
    changed: Sequence[Lines] = ()

    @property
    def lines(self) -> list[str]:
        """The lines without their ends; the first is line 1."""
        return self.text.split("\n")
