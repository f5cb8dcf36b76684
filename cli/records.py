"""What a reader of files gives: records and where they stand, and what is wrong with those that can't be read."""

from dataclasses import dataclass
from typing import Generic, TypeVar

M_co = TypeVar("M_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the file as it was named, and the line in it from 1; 0 is the file as a whole."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Record(Generic[M_co]):
    """One thing read, as the message it is sent as."""

    place: Place
    message: M_co


@dataclass(frozen=True, slots=True)
class BadRecord:
    """One thing that can't be used. `field` is empty when it is wrong as a whole."""

    place: Place
    field: str
    what: str
    reason: str = "UNREADABLE"

    def __str__(self) -> str:
        field = f" {self.field}:" if self.field else ""
        return f"{self.place}:{field} {self.what.rstrip('.')}"
