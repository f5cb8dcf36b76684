"""What a streamed import did: counts, and the records that were not taken."""

from dataclasses import dataclass, field

from chassis.errors import FieldViolation

REJECTIONS_TOLD = 1000


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that was not imported: its place in the stream, from 0, and what is wrong."""

    position: int
    field: str
    reason: str
    message: str


@dataclass(slots=True)
class Summary:
    """What an import did so far."""

    received: int = 0
    inserted: int = 0
    updated: int = 0
    rejected: int = 0
    rejections: list[Rejection] = field(default_factory=list)

    @property
    def unchanged(self) -> int:
        """Records that were known as they are."""
        return self.received - self.inserted - self.updated - self.rejected

    def reject(self, broken: FieldViolation) -> None:
        """Count a bad record, and tell of it while there are not too many."""
        if len(self.rejections) < REJECTIONS_TOLD:
            self.rejections.append(Rejection(self.received, broken.field, broken.reason, broken.description))
        self.received += 1
        self.rejected += 1
