"""Use case: asking for a review of a snapshot: each of its files, and its architecture."""

from typing import TYPE_CHECKING
from uuid import UUID

from atelier.reviewer.v1 import repository_service_pb2 as pb

from chassis.auth import principal
from chassis.postgres import Database
from jobs.job import Lane
from jobs.visibility import visible_owner
from services.reviewer import store
from services.reviewer.accepting import Accepting
from services.reviewer.errors import SnapshotNotFound
from services.reviewer.models.prompt import Task
from services.reviewer.new_review import NewReview
from services.reviewer.planning import (
    Estimating,
    fingerprint_of,
    planned_architecture,
    planned_stored_file,
    policy_word,
)
from services.reviewer.reviewing import read_review

if TYPE_CHECKING:
    from chassis.postgres import Connection


class SnapshotReviewing:
    """Has reviews of snapshots accepted. The review, and its budget, are those of whoever asks."""

    def __init__(self, *, database: Database, accepting: Accepting, estimating: Estimating) -> None:
        self._database = database
        self._accepting = accepting
        self._estimating = estimating

    async def create(self, request: pb.ReviewSnapshotRequest) -> store.Row:
        """The review, committed with all that it may cost set aside; see `Accepting.accept`.

        Raises SnapshotNotFound, BudgetExhausted and RequestIdUsed. Then nothing is written.
        """
        owner = principal.get().subject
        accepted = await self._accepting.accept(owner, await self._planned(request))
        return (await read_review(self._database, accepted.review_id, owner, limit=0)).row

    async def _planned(self, request: pb.ReviewSnapshotRequest) -> NewReview:
        snapshot_id, owner = UUID(request.snapshot_id), visible_owner()

        async def read(connection: "Connection") -> tuple[store.Row | None, store.Rows]:
            row = await store.get_snapshot(connection, snapshot_id, owner=owner)
            return row, await store.list_snapshot_files(connection, snapshot_id)

        snapshot, files = await self._database.run(read)
        if snapshot is None:
            raise SnapshotNotFound(request.snapshot_id)
        parts = [planned_stored_file(row["path"], row["sha256"], row["bytes"], self._estimating) for row in files]
        return NewReview(
            request_id=request.request_id,
            fingerprint=fingerprint_of(request),
            project=snapshot["name"],
            kind=Task.REVIEW,
            secret_policy=policy_word(request.secret_policy),
            lane=Lane(request.lane or Lane.NORMAL),
            parts=[*parts, planned_architecture(snapshot["digest"], self._estimating)],
            snapshot_id=snapshot_id,
        )
