"""Use case: looking at accounts of credits, and adding to them. What is spent is spent by generations."""

from typing import TYPE_CHECKING

from chassis.paging import Page, decode_token, encode_token, page_size, placed_id
from chassis.postgres import Database
from jobs.visibility import one_owner
from ledger import ledger
from ledger import store as ledger_store
from ledger.ledger import Account, Balance
from services.generator.errors import RequestIdUsed

if TYPE_CHECKING:
    from chassis.postgres import Connection

UNIT = "credits"


def credits_of(owner: str) -> Account:
    """Whose credits."""
    return Account(owner, UNIT)


class Crediting:
    """Accounts of credits. A user meets its own only (I10)."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def balance(self, owner: str) -> tuple[str, Balance]:
        """Whose it is, the caller's where `owner` is empty, and what is there. Raises OwnerNotAllowed."""
        seen_owner = one_owner(owner)

        async def read(connection: "Connection") -> Balance:
            return await ledger.get_balance(connection, credits_of(seen_owner))

        return seen_owner, await self._database.run(read)

    async def entries(self, *, owner: str, size: int, token: str) -> Page:
        """A page of entries, the newest first. Raises OwnerNotAllowed, and InvalidArgument for a foreign token."""
        seen_owner, limit = one_owner(owner), page_size(size)
        after = placed_id(decode_token(token, "entries", [seen_owner], width=1))

        async def read(connection: "Connection") -> ledger_store.Rows:
            return await ledger_store.list_entries(connection, seen_owner, UNIT, after=after, limit=limit + 1)

        rows = await self._database.run(read)
        shown = rows[:limit]
        more = len(rows) > limit
        return Page(shown, encode_token("entries", [seen_owner], [str(shown[-1]["id"])]) if more else "")

    async def grant(self, *, owner: str, amount: int, request_id: str) -> Balance:
        """The balance after adding credits, once for the request id. Raises RequestIdUsed for another amount."""

        async def write(connection: "Connection") -> Balance:
            account = credits_of(owner)
            granted = await ledger.grant(connection, account, request_id, amount)
            if not granted and await ledger.find_grant(connection, account, request_id) != amount:
                raise RequestIdUsed(request_id)
            return await ledger.get_balance(connection, account)

        return await self._database.transact(write)
