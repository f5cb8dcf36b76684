"""Use case: accepting scans, and looking at them. What an accepted scan comes to is its job's business."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import uuid_utils
from atelier.resolver.v1 import scan_service_pb2 as pb

from chassis.auth import principal
from chassis.errors import InvalidArgument
from chassis.paging import Page, decode_token, encode_token, page_size, placed_id, placed_number
from chassis.postgres import Database
from jobs.job import Lane, NewJob
from jobs.transactions import Transaction, Transactions
from jobs.visibility import visible_owner
from services.resolver import store
from services.resolver.detections import detection_columns, detection_violations
from services.resolver.errors import ScanExists, ScanNotFound

if TYPE_CHECKING:
    from chassis.postgres import Connection

SCAN_KIND = "scan"
REVIEW_REASONS = ("AMBIGUOUS", "WEAK", "CONFLICT", "NO_CANDIDATE")


@dataclass(frozen=True, slots=True)
class ScanPage:
    """A scan's row, and a page of its detections."""

    scan: Any
    detections: Page


class Accepted(Exception):
    """Another call with the same request id was first; what this one wrote must not be committed."""


class Scanning:
    """Accepts scans and shows them. A caller meets its own only, unless it is an operator or service (I10)."""

    def __init__(self, *, database: Database, transactions: Transactions, dimensions: int) -> None:
        self._database = database
        self._transactions = transactions
        self._dimensions = dimensions

    async def create(self, request: pb.CreateScanRequest) -> Any:
        """The scan's row, committed together with its detections and its job (I1); a repetition gives the first's.

        Raises InvalidArgument for a detection id that occurs twice or impossible money, ScanExists when the request id
        was used for other content.
        """
        broken = detection_violations(request.detections)
        if broken:
            raise InvalidArgument(broken)
        owner, fingerprint = principal.get().subject, fingerprint_of(request)
        scan_id = await self._find(owner, request.request_id, fingerprint)
        if scan_id is None:
            try:
                scan_id = await self._accept(owner, request, fingerprint)
            except Accepted:
                scan_id = await self._find(owner, request.request_id, fingerprint)
        return await self._get(str(scan_id), owner)

    async def get(self, scan_id: str, *, size: int, token: str, only_needs_review: bool) -> ScanPage:
        """A scan and a page of its detections. Raises ScanNotFound, and InvalidArgument for a foreign token."""
        filters: list[str | bool] = [scan_id, only_needs_review]
        after, limit = placed_number(decode_token(token, "detections", filters, width=1)), page_size(size)
        scan = await self._get(scan_id, visible_owner())
        reasons = REVIEW_REASONS if only_needs_review else None

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_detections(connection, scan_id, reasons=reasons, after=after, limit=limit + 1)

        rows = await self._database.run(read)
        shown = rows[:limit]
        more = len(rows) > limit
        next_token = encode_token("detections", filters, [str(shown[-1]["position"])]) if more else ""
        return ScanPage(scan, Page(shown, next_token))

    async def list_scans(self, *, owner: str, size: int, token: str) -> Page:
        """A page of scans, the newest first. Raises OwnerNotAllowed, and InvalidArgument for a foreign token."""
        seen_owner, limit = visible_owner(owner), page_size(size)
        filters = [seen_owner or ""]
        after = placed_id(decode_token(token, "scans", filters, width=1))

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_scans(connection, owner=seen_owner, after=after, limit=limit + 1)

        rows = await self._database.run(read)
        shown = rows[:limit]
        more = len(rows) > limit
        return Page(shown, encode_token("scans", filters, [shown[-1]["scan_id"]]) if more else "")

    async def _find(self, owner: str, request_id: str, fingerprint: bytes) -> str | None:
        async def read(connection: "Connection") -> store.Row | None:
            return await store.find_scan(connection, owner, request_id, fingerprint)

        row = await self._database.run(read)
        if row is not None and not row["same"]:
            raise ScanExists(request_id)
        return row["scan_id"] if row else None

    async def _accept(self, owner: str, request: pb.CreateScanRequest, fingerprint: bytes) -> str:
        # A thousand embeddings take a moment to read; a thread keeps other calls moving.
        columns = await asyncio.to_thread(detection_columns, request.detections, self._dimensions)
        scan_id = UUID(bytes=uuid_utils.uuid7().bytes)
        lane = Lane(request.lane) if request.lane else Lane.NORMAL

        async def write(transaction: Transaction) -> None:
            job = NewJob(kind=SCAN_KIND, owner=owner, payload=scan_id.bytes, lane=lane)
            (enqueued,) = await transaction.enqueue([job])
            accepted = await store.insert_scan(
                transaction.connection,
                scan_id,
                owner=owner,
                request_id=request.request_id,
                fingerprint=fingerprint,
                job_id=enqueued.id,
                total=len(request.detections),
            )
            if not accepted:
                raise Accepted
            await store.insert_detections(transaction.connection, scan_id, owner, columns)

        await self._transactions.transact(write)
        return str(scan_id)

    async def _get(self, scan_id: str, owner: str | None) -> Any:
        async def read(connection: "Connection") -> store.Row | None:
            return await store.get_scan(connection, scan_id, owner=owner)

        row = await self._database.run(read)
        if row is None:
            raise ScanNotFound(scan_id)
        return row


def fingerprint_of(request: pb.CreateScanRequest) -> bytes:
    """SHA-256 of what a request asks for, whatever id it carries; fields in order, maps sorted by key."""
    content = pb.CreateScanRequest()
    content.CopyFrom(request)
    content.ClearField("request_id")
    return hashlib.sha256(content.SerializeToString(deterministic=True)).digest()
