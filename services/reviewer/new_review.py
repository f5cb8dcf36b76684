"""A review on its way into the tables: its parts, what each of them depends on, and what it may cost."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from jobs.job import Lane
from services.reviewer.models.prompt import Task
from services.reviewer.parts import Inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """A part to be worked on. `path` is without secrets, and empty unless it is a file.

    `tokens`: what its model may use at most; 0: it won't be asked. `digest`: that of the snapshot which an architecture
    is of; a file of one depends on its content alone.
    """

    task: Task
    path: str = ""
    inputs: Inputs
    tokens: int
    digest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReview:
    """What is asked for. `fingerprint` is that of the request as it was sent; see `fingerprint_of` in planning.py.

    `contents`: what the parts look at, by SHA-256, as far as it isn't stored yet.
    """

    request_id: str
    fingerprint: bytes
    project: str
    kind: Task
    secret_policy: str
    lane: Lane
    parts: Sequence[PlannedPart]
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    snapshot_id: UUID | None = None

    def identity_of(self, part: PlannedPart, edition: str) -> bytes:
        """SHA-256 of all that the part's result depends on; `edition`: what doesn't come with the request."""
        told = [edition, part.task, part.path, part.inputs.to_document(), part.digest.hex(), self.secret_policy]
        return hashlib.sha256(json.dumps(told).encode()).digest()
