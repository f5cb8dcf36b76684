"""Use case: repositories, which are names that snapshots stand under."""

from typing import TYPE_CHECKING
from uuid import UUID

import uuid_utils

from chassis.auth import principal
from chassis.paging import Page, decode_token, encode_token, page_size, placed_id
from chassis.postgres import Database
from jobs.visibility import visible_owner
from services.reviewer import store
from services.reviewer.errors import RepositoryNotFound

if TYPE_CHECKING:
    from chassis.postgres import Connection


class Repositories:
    """Makes repositories, and shows them and their snapshots. A caller meets its own only, unless it is an operator
    or service (I10).
    """

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def create(self, name: str) -> store.Row:
        """The caller's repository of that name, a new one where there is none."""
        owner, repository_id = principal.get().subject, UUID(bytes=uuid_utils.uuid7().bytes)

        async def write(connection: "Connection") -> store.Row:
            return await store.create_repository(connection, repository_id, owner, name)

        return await self._database.run(write)

    async def get(self, repository_id: str) -> store.Row:
        """A repository. Raises RepositoryNotFound."""
        owner = visible_owner()

        async def read(connection: "Connection") -> store.Row | None:
            return await store.get_repository(connection, UUID(repository_id), owner=owner)

        row = await self._database.run(read)
        if row is None:
            raise RepositoryNotFound(repository_id)
        return row

    async def list_repositories(self, *, size: int, token: str) -> Page:
        """A page of repositories, by name. Raises InvalidArgument for a foreign token."""
        owner, limit = visible_owner(), page_size(size)
        filters = [owner or ""]
        after = decode_token(token, "repositories", filters, width=2)

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_repositories(connection, owner=owner, after=after, limit=limit + 1)

        rows = await self._database.run(read)
        shown = rows[:limit]
        if len(rows) <= limit:
            return Page(shown, "")
        return Page(shown, encode_token("repositories", filters, [shown[-1]["name"], shown[-1]["owner"]]))

    async def list_snapshots(self, *, repository_id: str, size: int, token: str) -> Page:
        """A page of a repository's snapshots, the newest first.

        Raises RepositoryNotFound, and InvalidArgument for a foreign token.
        """
        filters, limit = [str((await self.get(repository_id))["repository_id"])], page_size(size)
        after = placed_id(decode_token(token, "snapshots", filters, width=1))

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_snapshots(connection, UUID(repository_id), after=after, limit=limit + 1)

        rows = await self._database.run(read)
        shown = rows[:limit]
        more = len(rows) > limit
        return Page(shown, encode_token("snapshots", filters, [str(shown[-1]["snapshot_id"])]) if more else "")
