"""Use case: pods, which are groups whose members support each other's posts."""

from typing import TYPE_CHECKING
from uuid import UUID

import uuid_utils

from chassis.auth import principal
from chassis.paging import Page, decode_token, encode_token, page_size
from chassis.postgres import Database
from jobs.visibility import visible_owner
from services.engager import store

if TYPE_CHECKING:
    from chassis.postgres import Connection


class Pods:
    """Makes pods and shows them. A caller meets its own only, unless it is an operator or service (I10)."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def create(self, name: str) -> store.Row:
        """The caller's pod of that name, a new one where there is none."""
        owner, pod_id = principal.get().subject, UUID(bytes=uuid_utils.uuid7().bytes)

        async def write(connection: "Connection") -> store.Row:
            return await store.create_pod(connection, pod_id, owner, name)

        return await self._database.run(write)

    async def list_pods(self, *, owner: str, size: int, token: str) -> Page:
        """A page of pods, by name. Raises OwnerNotAllowed, and InvalidArgument for a foreign token."""
        seen_owner, limit = visible_owner(owner), page_size(size)
        filters = [seen_owner or ""]
        after = decode_token(token, "pods", filters, width=2)

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_pods(connection, owner=seen_owner, after=after, limit=limit + 1)

        rows = await self._database.run(read)
        shown = rows[:limit]
        if len(rows) <= limit:
            return Page(shown, "")
        return Page(shown, encode_token("pods", filters, [shown[-1]["name"], shown[-1]["owner"]]))
