"""Use case: asking for reviews, and looking at them. What they come to is their jobs' business."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from atelier.reviewer.v1 import review_service_pb2 as pb

from chassis.auth import principal
from chassis.paging import Page, decode_token, encode_token, page_size, placed_id, placed_number
from chassis.postgres import Database
from jobs.visibility import visible_owner
from services.reviewer import store
from services.reviewer.accepting import Accepting
from services.reviewer.errors import ReviewNotFound, SnapshotNotFound
from services.reviewer.new_review import NewReview
from services.reviewer.planning import Estimating, planned_review, planned_snapshot

if TYPE_CHECKING:
    from chassis.postgres import Connection

MOST_BYTES = 3 * 2**20  # gRPC's clients take 4 MiB unless told otherwise.
PARTS_SHOWN = 100
SMALL_BYTES = 2**14  # Planning the review of one such file takes less than handing it to a thread.


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review's row, with rows of a page of its parts and of what these tell."""

    row: store.Row
    parts: Sequence[store.Row]
    findings: Sequence[store.Row | Mapping[str, Any]]


class Reviewing:
    """Has reviews accepted and shows them. A caller meets its own only, unless it is an operator or service (I10)."""

    def __init__(self, *, database: Database, accepting: Accepting, estimating: Estimating) -> None:
        self._database = database
        self._accepting = accepting
        self._estimating = estimating

    async def create(self, request: pb.CreateReviewRequest) -> ReviewView:
        """The review that was asked for, committed, with the first of its parts; see `Accepting.accept`.

        Raises InvalidArgument, SnapshotNotFound, BudgetExhausted and RequestIdUsed. Then nothing is written.
        """
        owner = principal.get().subject
        accepted = await self._accepting.accept(owner, await self._planned(request))
        if accepted.told is not None:
            # All of a review of one part that has ended, which that row tells as well.
            return ReviewView(accepted.told, [accepted.told], json.loads(accepted.told["findings"]))
        return await read_review(self._database, accepted.review_id, owner)

    async def get(self, review_id: str, *, size: int = 0, token: str = "") -> tuple[ReviewView, str]:
        """A review with a page of its parts, and the token for those after it; empty on the last page.

        Raises ReviewNotFound, and InvalidArgument for a foreign token.
        """
        after = placed_number(decode_token(token, "parts", [review_id], width=1))
        view = await read_review(
            self._database, UUID(review_id), visible_owner(), after=after, limit=size or PARTS_SHOWN
        )
        # Numbers have no gaps.
        last = view.parts[-1]["number"] if view.parts else view.row["total"]
        more = last + 1 < view.row["total"]
        return view, encode_token("parts", [review_id], [str(last)]) if more else ""

    async def list_reviews(self, *, project: str, state: str, owner: str, size: int, token: str) -> Page:
        """A page of reviews, the newest first; an empty `project` or `state` means any.

        Raises OwnerNotAllowed, and InvalidArgument for a foreign token.
        """
        seen_owner, limit = visible_owner(owner), page_size(size)
        filters = [seen_owner or "", project, state]
        after = placed_id(decode_token(token, "reviews", filters, width=1))

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_reviews(
                connection,
                owner=seen_owner,
                project=project or None,
                state=state or None,
                after=after,
                limit=limit + 1,
            )

        rows = await self._database.run(read)
        shown = rows[:limit]
        more = len(rows) > limit
        return Page(shown, encode_token("reviews", filters, [str(shown[-1]["review_id"])]) if more else "")

    async def _planned(self, request: pb.CreateReviewRequest) -> NewReview:
        if request.WhichOneof("target") != "architecture":
            if len(request.review.files) == 1 and request.ByteSize() <= SMALL_BYTES:
                return planned_review(request, self._estimating)
            # Off the loop, as it reads up to 4 MiB.
            return await asyncio.to_thread(planned_review, request, self._estimating)
        snapshot_id, owner = request.architecture.snapshot_id, visible_owner()

        async def read(connection: "Connection") -> store.Row | None:
            return await store.get_snapshot(connection, UUID(snapshot_id), owner=owner)

        row = await self._database.run(read)
        if row is None:
            raise SnapshotNotFound(snapshot_id)
        return planned_snapshot(request, row["name"], row["digest"], self._estimating)


async def read_review(
    database: Database, review_id: UUID, owner: str | None, *, after: int = -1, limit: int = PARTS_SHOWN
) -> ReviewView:
    """A review that belongs to `owner` (None: to anybody), with parts after a number. Raises ReviewNotFound.

    There are `limit` parts at most, and fewer where that would be more than about MOST_BYTES. What the review says to
    have ended has ended in its parts as well, as these are read after it.
    """

    async def read(connection: "Connection") -> ReviewView:
        row = await store.get_review(connection, review_id, owner=owner)
        if row is None:
            raise ReviewNotFound(str(review_id))
        return await read_parts(connection, row, range(after + 1, after + 1 + limit))

    return await database.run(read)


async def read_parts(connection: "Connection", row: store.Row, numbers: Sequence[int]) -> ReviewView:
    """A review out of its row, with its parts of these numbers; fewer where that would be more than about MOST_BYTES.

    One of them at least, if there is any.
    """
    parts = await store.list_parts(connection, row["review_id"], list(numbers), most_bytes=MOST_BYTES)
    findings = await store.list_findings(connection, row["review_id"], [part["number"] for part in parts])
    return ReviewView(row, parts, findings)
