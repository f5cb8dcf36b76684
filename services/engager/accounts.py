"""Use case: accounts, which carry out the activities of their pods."""

import functools
import zoneinfo
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from uuid import UUID

import uuid_utils

from chassis.auth import principal
from chassis.errors import FieldViolation, InvalidArgument
from chassis.paging import Page, decode_token, encode_token, page_size, placed_id
from chassis.postgres import Database
from jobs.visibility import visible_owner
from services.engager import store
from services.engager.connectors.addresses import Addresses, AddressRefused
from services.engager.connectors.secrets_folder import SecretsFolder, SecretUnknown
from services.engager.errors import AccountExists, AccountNotFound, PodNotFound
from services.engager.new_account import NewAccount
from services.engager.words import Connects

if TYPE_CHECKING:
    from chassis.postgres import Connection


class Accounts:
    """Makes accounts and shows them. A caller meets its own only, unless it is an operator or service (I10)."""

    def __init__(self, *, database: Database, addresses: Addresses, secrets: SecretsFolder) -> None:
        """`addresses`: which a webhook may have. `secrets`: those that may sign."""
        self._database = database
        self._addresses = addresses
        self._secrets = secrets

    async def create(self, account: NewAccount) -> store.Row:
        """The account of that name in the caller's pod, a new one where there is none.

        Raises InvalidArgument for a zone, a secret or an address that won't do, PodNotFound, and AccountExists.
        """
        owner, account_id = principal.get().subject, UUID(bytes=uuid_utils.uuid7().bytes)
        wrong = [violation async for violation in self._violations(account)]
        if wrong:
            raise InvalidArgument(wrong)

        async def write(connection: "Connection") -> store.Row:
            if not await store.find_pods(connection, owner, [account.pod_id]):
                raise PodNotFound("pod_id", str(account.pod_id))
            return await store.create_account(connection, account_id, owner, account)

        row = await self._database.transact(write)
        if tuple(row[column] for column in NewAccount._fields) != account:
            raise AccountExists(str(row["account_id"]))
        return row

    async def get(self, account_id: str) -> store.Row:
        """An account. Raises AccountNotFound."""
        wanted, owner = UUID(account_id), visible_owner()

        async def read(connection: "Connection") -> store.Row | None:
            return await store.get_account(connection, wanted, owner=owner)

        row = await self._database.run(read)
        if row is None:
            raise AccountNotFound("account_id", account_id)
        return row

    async def list_accounts(self, *, pod_id: str, only_held: bool, owner: str, size: int, token: str) -> Page:
        """A page of accounts, by name; an empty `pod_id` means any.

        Raises OwnerNotAllowed, and InvalidArgument for a foreign token.
        """
        seen_owner, limit = visible_owner(owner), page_size(size)
        filters: list[str | bool] = [seen_owner or "", pod_id, only_held]
        place = decode_token(token, "accounts", filters, width=2)
        last = placed_id(place and place[1:])

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_accounts(
                connection,
                owner=seen_owner,
                pod_id=UUID(pod_id) if pod_id else None,
                only_held=only_held,
                after=None if place is None or last is None else (place[0], last),
                limit=limit + 1,
            )

        rows = await self._database.run(read)
        shown = rows[:limit]
        if len(rows) <= limit:
            return Page(shown, "")
        return Page(shown, encode_token("accounts", filters, [shown[-1]["name"], str(shown[-1]["account_id"])]))

    async def _violations(self, account: NewAccount) -> AsyncIterator[FieldViolation]:
        if account.zone not in _zones():
            yield FieldViolation("zone", "must be a zone of the IANA database, such as Europe/Berlin")
        if account.connector != Connects.WEBHOOK:
            return
        try:
            self._secrets.read(account.secret)
        except SecretUnknown as error:
            yield FieldViolation("webhook.secret", str(error))
        for field, url in (("webhook.url", account.url), ("webhook.status_url", account.status_url)):
            try:
                if url:
                    await self._addresses.check(url)
            except AddressRefused as error:
                yield FieldViolation(field, str(error))


@functools.cache
def _zones() -> set[str]:
    """The zones that the machine knows; reading them takes a while."""
    return zoneinfo.available_timezones()
