"""Parts: the units of a review's work, which have a job each. What one is to look at, and how its job names it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.reviewer.source import Lines


@dataclass(frozen=True, slots=True)
class FileInput:
    """A file to look at: its path without secrets, its content's SHA-256, and what changed; empty: all of it."""

    path: str
    sha256: str
    changed: Sequence[Lines] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a part looks at. `error`: the SHA-256 of an error's text. An architecture has a snapshot instead."""

    files: Sequence[FileInput] = ()
    error: str | None = None

    def to_document(self) -> dict[str, Any]:
        """As the column `inputs` holds it."""
        files = [
            {"path": file.path, "sha256": file.sha256, "changed": [[part.first, part.last] for part in file.changed]}
            for file in self.files
        ]
        return {"files": files, "error": self.error}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Inputs":
        """What `to_document` wrote."""
        files = [
            FileInput(file["path"], file["sha256"], tuple(Lines(first, last) for first, last in file["changed"]))
            for file in document["files"]
        ]
        return cls(tuple(files), document["error"])


@dataclass(frozen=True, slots=True)
class PartName:
    """Which part a job works on; its payload."""

    review_id: UUID
    number: int

    def to_payload(self) -> bytes:
        """The id's bytes, then the number."""
        return self.review_id.bytes + self.number.to_bytes(4)

    @classmethod
    def from_payload(cls, payload: bytes) -> "PartName":
        """What `to_payload` wrote."""
        return cls(UUID(bytes=payload[:16]), int.from_bytes(payload[16:]))

    @property
    def reservation(self) -> str:
        """The ledger's key for what is set aside for it."""
        return f"{self.review_id}/{self.number}"
