"""The addresses of variants' pictures: which row lacks one, and the jobs that fill it. Who fills it is a handler."""

import json
from dataclasses import dataclass

from jobs.job import Lane, NewJob
from jobs.transactions import Transaction, Transactions
from services.generator import store
from services.generator.cardart.players import Kind
from services.generator.cards import AskedCard
from services.generator.pictures import Picture

IMAGE_URL_KIND = "image_url"
# Cards are everybody's, so the jobs are nobody's of the callers: one job, whoever asked.
OWNER = "generator"


@dataclass(frozen=True, slots=True)
class VariantName:
    """Which variant a job is about; its payload."""

    player_id: str
    kind: Kind
    variant: int

    def to_payload(self) -> bytes:
        """As JSON."""
        return json.dumps([self.player_id, self.kind.name, self.variant]).encode()

    @classmethod
    def from_payload(cls, payload: bytes) -> "VariantName":
        """What `to_payload` wrote."""
        player_id, kind, variant = json.loads(payload)
        return cls(player_id, Kind[kind], variant)

    @property
    def asked(self) -> AskedCard:
        """The card that the variant is."""
        return AskedCard(self.player_id, self.kind, self.variant)

    def job(self, sha256: str, *, lane: Lane = Lane.NORMAL, sweeps: int = 0) -> NewJob:
        """The job that gives the variant the address of a picture: one, and one more for each time it was swept."""
        key = f"{IMAGE_URL_KIND}/{self.player_id}/{self.kind.name}/{self.variant}/{sha256}/{sweeps}"
        return NewJob(kind=IMAGE_URL_KIND, owner=OWNER, payload=self.to_payload(), lane=lane, idempotency_key=key)


class ImageUrls:
    """Looks after the rows of variants."""

    def __init__(self, *, transactions: Transactions) -> None:
        self._transactions = transactions

    async def note(self, name: VariantName, picture: Picture, *, revision: int) -> str:
        """The address that the variant's row has for the picture; until then "", and a job on its way, once."""

        async def write(transaction: Transaction) -> str:
            row = await store.note_card_variant(
                transaction.connection,
                name.player_id,
                name.kind.name,
                name.variant,
                sha256=picture.sha256,
                revision=revision,
            )
            if row is None or row["sha256"] != picture.sha256:
                return ""  # Somebody else has just written it, and asked.
            if row["image_url"] is None:
                await transaction.enqueue([name.job(picture.sha256)])
                return ""
            image_url: str = row["image_url"]
            return image_url

        return await self._transactions.transact(write)
