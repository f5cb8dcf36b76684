"""How a job says which variation it is about, and the kinds of such jobs."""

from dataclasses import dataclass
from uuid import UUID

VARIATION_KIND = "variation"
EXPORT_KIND = "export"


@dataclass(frozen=True, slots=True)
class VariationName:
    """Which variation a job is about; its payload."""

    generation_id: UUID
    key: str

    def to_payload(self) -> bytes:
        """The id's bytes, then the key."""
        return self.generation_id.bytes + self.key.encode()

    @classmethod
    def from_payload(cls, payload: bytes) -> "VariationName":
        """What `to_payload` wrote."""
        return cls(UUID(bytes=payload[:16]), payload[16:].decode())
