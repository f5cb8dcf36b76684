"""Use case: what owners have, and a person's word on which card a detection shows."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from atelier.resolver.v1 import scan_service_pb2 as pb

from chassis.auth import Role, principal
from chassis.paging import Page, decode_token, encode_token, page_size
from chassis.postgres import Database
from jobs.visibility import one_owner, visible_owner
from services.resolver import store
from services.resolver.errors import CardNotFound, DetectionNotFound, ScanNotEnded, ScanNotFound, ScanWithoutResult

if TYPE_CHECKING:
    from chassis.postgres import Connection

KEY_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A detection's row after a person's word, and whether its evidence is a key of the card now."""

    detection: Any
    keyed: bool


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an owner has: a row a set, and over all sets the counts and the worth by currency."""

    owner: str
    sets: Any

    @property
    def distinct_cards(self) -> int:
        """Different cards; each belongs to one set."""
        return sum(row["distinct_cards"] for row in self.sets)

    @property
    def total_cards(self) -> int:
        """Cards in all."""
        return sum(row["total_cards"] for row in self.sets)

    @property
    def worth(self) -> dict[str, Decimal]:
        """Sums by currency, ordered by it."""
        sums: Counter[str] = Counter()
        for row in self.sets:
            sums.update(dict(zip(row["currencies"], row["worths"], strict=True)))
        return dict(sorted(sums.items()))  # type: ignore[arg-type]


class Collection:
    """Shows and corrects collections. `quantity` is always the number of the owner's detections with the card."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def confirm(self, request: pb.ConfirmDetectionRequest) -> Confirmed:
        """Give a detection its card, and put the collection and the scan right, all in one transaction.

        Raises ScanNotFound, DetectionNotFound, CardNotFound, and ScanNotEnded or ScanWithoutResult where nothing of the
        scan is in the collection.
        """
        caller, owner = principal.get(), visible_owner()

        async def write(connection: "Connection") -> Confirmed:
            scan = await _lock(connection, request.scan_id, owner)
            detection = await _detection(connection, request.scan_id, request.detection_id)
            card_id = await _card_id(connection, request)
            keyed = await _make_key(connection, detection, card_id, None if caller.role != Role.USER else scan["owner"])
            if (detection["tier"], detection["card_id"]) != ("CONFIRMED", card_id):
                await store.confirm_detection(connection, request.scan_id, request.detection_id, card_id)
                await _move(connection, scan, detection["card_id"], card_id)
                await store.finish_scan(connection, request.scan_id, auto_created=None)
            return Confirmed(await _detection(connection, request.scan_id, request.detection_id), keyed)

        return await self._database.transact(write)

    async def list_cards(self, *, owner: str, set_id: str, size: int, token: str) -> Page:
        """A page of an owner's cards, the caller's own unless told. Raises OwnerNotAllowed and InvalidArgument."""
        whose, limit = one_owner(owner), page_size(size)
        filters: list[str | bool] = [whose, set_id]
        after = decode_token(token, "user_cards", filters, width=2)

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_user_cards(
                connection, owner=whose, set_id=set_id or None, after=after, limit=limit + 1
            )

        rows = await self._database.run(read)
        shown = rows[:limit]
        place = [shown[-1]["folded_name"], shown[-1]["catalog_id"]] if len(rows) > limit else None
        return Page(shown, encode_token("user_cards", filters, place) if place else "")

    async def get(self, *, owner: str) -> Holdings:
        """What an owner has, the caller unless told. Raises OwnerNotAllowed."""
        whose = one_owner(owner)

        async def read(connection: "Connection") -> store.Rows:
            return await store.get_collection(connection, whose)

        return Holdings(whose, await self._database.run(read))


async def _lock(connection: "Connection", scan_id: str, owner: str | None) -> store.Row:
    scan = await store.lock_scan(connection, scan_id, owner=owner)
    if scan is None:
        raise ScanNotFound(scan_id)
    if scan["state"] == "PENDING":
        raise ScanNotEnded(scan_id)
    if scan["state"] != "SUCCEEDED":
        raise ScanWithoutResult(scan_id, scan["state"])
    return scan


async def _detection(connection: "Connection", scan_id: str, detection_id: str) -> store.Row:
    row = await store.get_detection(connection, scan_id, detection_id)
    if row is None:
        raise DetectionNotFound(detection_id)
    return row


async def _card_id(connection: "Connection", request: pb.ConfirmDetectionRequest) -> str:
    which = request.WhichOneof("card") or "card_id"
    value = getattr(request, which)
    row = await store.get_card(connection, **{"card_id": None, "catalog_id": None, which: value})
    if row is None:
        raise CardNotFound(which, value)
    return str(row["card_id"])


async def _make_key(connection: "Connection", detection: store.Row, card_id: str, owner: str | None) -> bool:
    """Whether the evidence is a key of the card now: of `owner` alone, who may change its mind, or of everybody."""
    source, external_id = detection["key_source"], detection["key_id"]
    if source is None:
        return False
    if owner is not None:
        await store.put_owner_key(connection, owner, source, external_id, card_id)
        return True
    for _ in range(KEY_ATTEMPTS):
        (row,) = await store.import_keys(connection, [source], [external_id], [card_id], [None])
        # A key that somebody else wrote meanwhile can't be seen by the statement that met it; the next one sees it.
        if row["holder"] is not None:
            break
    return bool(row["holder"] == card_id)


async def _move(connection: "Connection", scan: store.Row, old: str | None, new: str) -> None:
    """One detection less of the old card and one more of the new, in the order in which scans take an owner's cards."""
    if old == new:
        return
    for card_id in sorted(filter(None, (old, new))):
        if card_id == new:
            await store.add_user_card(connection, scan["owner"], card_id, scan["scan_id"])
        else:
            await store.remove_user_card(connection, scan["owner"], card_id)
