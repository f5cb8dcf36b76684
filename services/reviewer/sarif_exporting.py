"""Use case: a review's findings as SARIF, for other tools to show."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.postgres import Database
from jobs.visibility import visible_owner
from services.reviewer import store
from services.reviewer.coverage import ToolRun, ToolStatus
from services.reviewer.errors import ReviewNotFound, ReviewRunning
from services.reviewer.sarif import MAX_RESULTS, Sarif, export_sarif
from services.reviewer.told import told_of

if TYPE_CHECKING:
    from chassis.postgres import Connection

MOST_REASONS = 1_000


class SarifExporting:
    """Exports reviews. A caller meets its own only, unless it is an operator or service (I10)."""

    def __init__(self, *, database: Database, version: str) -> None:
        """`version`: this reviewer's."""
        self._database = database
        self._version = version

    async def export(self, review_id: str) -> Sarif:
        """What the review found, without what there is no room for. Raises ReviewNotFound and ReviewRunning."""
        wanted, owner = UUID(review_id), visible_owner()

        async def read(connection: "Connection") -> tuple[store.Row, store.Rows, store.Rows]:
            row = await store.get_review(connection, wanted, owner=owner)
            if row is None:
                raise ReviewNotFound(review_id)
            if row["state"] == "RUNNING":
                raise ReviewRunning(review_id)
            findings = await store.list_worst_findings(connection, wanted, limit=MAX_RESULTS)
            return row, findings, await store.list_tool_failures(connection, wanted, limit=MOST_REASONS)

        row, findings, failures = await self._database.run(read)
        told = [(finding["path"], told_of(finding)) for finding in findings]
        added, persisting, *_ = row["counts"]
        sarif = await asyncio.to_thread(export_sarif, told, version=self._version, runs=_runs(failures))
        return replace(sarif, left_out=sarif.left_out + max(0, added + persisting - len(told)))


def _runs(failures: store.Rows) -> Mapping[str, Sequence[ToolRun]]:
    """The tools' runs by the paths that they are about; of many paths the first, and how many more."""
    runs = defaultdict(list)
    for row in failures:
        status = ToolStatus(row["status"])
        run = ToolRun(tool=row["tool"], version=row["version"], status=status, message=row["message"])
        runs[_about(row["path"] or "the whole", row["files"] - 1)].append(run)
    return runs


def _about(path: str, more: int) -> str:
    return path if not more else f"{path} and {more:,} more"
