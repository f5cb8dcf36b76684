"""Use case: dismissing a finding. Later reviews of its project find the reason by the fingerprint."""

from typing import TYPE_CHECKING
from uuid import UUID

from chassis.postgres import Database
from jobs.visibility import visible_owner
from services.reviewer import store
from services.reviewer.errors import FindingNotFound

if TYPE_CHECKING:
    from chassis.postgres import Connection


class Dismissing:
    """Dismisses findings. A caller meets its own only, unless it is an operator or service (I10)."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def dismiss(self, finding_id: str, reason: str) -> store.Row:
        """The finding, dismissed, and not told again in its owner's project. The last reason counts.

        Raises FindingNotFound.
        """
        wanted, owner = UUID(finding_id), visible_owner()

        async def write(connection: "Connection") -> store.Row:
            found = await store.find_finding(connection, wanted, owner=owner)
            if found is None:
                raise FindingNotFound(finding_id)
            await store.write_dismissal(connection, found["owner"], found["project"], found["fingerprint"], reason)
            await store.count_dismissal(connection, wanted)
            return await store.dismiss_finding(connection, wanted, reason)

        return await self._database.transact(write)
