"""Use case: looking at activities."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.paging import Page, decode_token, encode_token, page_size, placed_id, placed_time
from chassis.postgres import Database
from jobs.visibility import visible_owner
from services.engager import store
from services.engager.errors import ActivityNotFound

if TYPE_CHECKING:
    from chassis.postgres import Connection

MOST_BYTES = 3 * 2**20  # gRPC's clients take 4 MiB unless told otherwise.
ROW_BYTES = 1_000  # What an activity takes beside its texts, at most.


class Browsing:
    """Shows activities. A caller meets its own only, unless it is an operator or service (I10)."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def get(self, activity_id: str) -> store.Row:
        """An activity. Raises ActivityNotFound."""
        return await read_activity(self._database, UUID(activity_id), visible_owner())

    async def list_activities(
        self, *, pod_id: str, account_id: str, states: Sequence[str], owner: str, size: int, token: str
    ) -> Page:
        """A page of activities, by due time; what is empty means any. Of large ones it holds fewer than asked for.

        Raises OwnerNotAllowed, and InvalidArgument for a foreign token.
        """
        seen_owner, limit = visible_owner(owner), page_size(size)
        filters = [seen_owner or "", pod_id, account_id, ",".join(sorted(states))]
        place = decode_token(token, "activities", filters, width=2)
        due_at, last = placed_time(place), placed_id(place and place[1:])

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_activities(
                connection,
                owner=seen_owner,
                pod_id=UUID(pod_id) if pod_id else None,
                account_id=UUID(account_id) if account_id else None,
                states=states or None,
                after=None if due_at is None or last is None else (due_at, last),
                limit=limit + 1,
            )

        rows = await self._database.run(read)
        shown = next(portions(rows[:limit]), [])
        if len(rows) == len(shown):
            return Page(shown, "")
        place = [shown[-1]["due_at"].isoformat(), str(shown[-1]["activity_id"])]
        return Page(shown, encode_token("activities", filters, place))


async def read_activity(database: Database, activity_id: UUID, owner: str | None) -> store.Row:
    """An activity that belongs to `owner` (None: to anybody). Raises ActivityNotFound."""

    async def read(connection: "Connection") -> store.Row | None:
        return await store.get_activity(connection, activity_id, owner=owner)

    row = await database.run(read)
    if row is None:
        raise ActivityNotFound(str(activity_id))
    return row


def portions(rows: Sequence[store.Row]) -> Iterator[list[store.Row]]:
    """The rows of activities, in order, as many at a time as a message may hold."""
    portion: list[store.Row] = []
    size = 0
    for row in rows:
        own = ROW_BYTES + sum(len(row[text].encode()) for text in ("post", "comment", "excerpt"))
        if portion and size + own > MOST_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(row)
        size += own
    if portion:
        yield portion
