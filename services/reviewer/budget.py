"""Budgets: what an owner's plan allows in a month of UTC, and what is left of it. The ledger keeps the accounts.

A plan is granted to an account when something is first set aside in a month, and what it lacks when it is raised. One
that is lowered takes nothing back, but what was granted beyond it can't be spent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ledger import ledger
from ledger.ledger import Account, TooLittle
from services.reviewer import store
from services.reviewer.accounts import requests_of, tokens_of
from services.reviewer.errors import BudgetExhausted
from services.reviewer.plans import Plan

if TYPE_CHECKING:
    from chassis.postgres import Connection


@dataclass(frozen=True, slots=True)
class Terms:
    """An owner's plan, the month that it is, and when, and in how many seconds, the next begins."""

    owner: str
    plan: Plan
    month: str
    resets_at: datetime
    reset_seconds: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What is used and set aside of a limit. More than the limit may be, under a plan that was lowered."""

    limit: int
    used: int
    reserved: int


class Budget:
    """Sets aside what reviews may use. `plans` are by name; `default` is that of whoever was given none."""

    def __init__(self, *, plans: Mapping[str, Plan], default: str) -> None:
        self._plans = plans
        self._default = default

    async def terms(self, connection: "Connection", owner: str) -> Terms:
        """Under which an owner spends now."""
        row = await store.get_plan(connection, owner)
        plan = self._plans[row["plan"] or self._default]
        return Terms(owner, plan, row["month"], row["resets_at"], row["reset_seconds"])

    async def reserve(
        self, connection: "Connection", owner: str, *, request: str, tokens: Mapping[str, int], ended: bool
    ) -> None:
        """Set a request aside under the key `request`, and tokens under theirs, all or none. Raises BudgetExhausted.

        `ended`: the request is paid at once. The last to be done in a transaction, as it locks the accounts; it must
        not be committed after the error.
        """
        terms = await self.terms(connection, owner)
        if tokens:
            await _reserve(connection, terms, tokens_of(owner, terms.month), terms.plan.tokens, tokens, what="tokens")
        account, limit = requests_of(owner, terms.month), terms.plan.requests
        await _reserve(connection, terms, account, limit, {request: 1}, what="requests", settled=ended)

    async def check(self, connection: "Connection", owner: str, *, tokens: int) -> None:
        """Raises BudgetExhausted where `reserve` would, but for what others reserve meanwhile; changes nothing."""
        terms = await self.terms(connection, owner)
        if tokens:
            await _check(connection, terms, tokens_of(owner, terms.month), terms.plan.tokens, tokens, what="tokens")
        await _check(connection, terms, requests_of(owner, terms.month), terms.plan.requests, 1, what="requests")

    async def spent(self, connection: "Connection", terms: Terms) -> tuple[Spent, Spent]:
        """What is used and set aside this month, of tokens and of requests."""
        tokens, requests = tokens_of(terms.owner, terms.month), requests_of(terms.owner, terms.month)
        return (
            await _spent(connection, tokens, terms.plan.tokens),
            await _spent(connection, requests, terms.plan.requests),
        )


async def _reserve(
    connection: "Connection",
    terms: Terms,
    account: Account,
    limit: int,
    amounts: Mapping[str, int],
    *,
    what: str,
    settled: bool = False,
) -> None:
    try:
        await ledger.reserve(connection, account, amounts, total=limit, settled=settled)
    except TooLittle:
        granted = await ledger.grant_up_to(connection, account, f"up-to-{limit}", limit)
        try:
            await ledger.reserve(connection, account, amounts, total=limit, settled=settled)
        except TooLittle as error:
            raise _exhausted(terms, what, error.asked, error.balance + limit - granted) from None


async def _check(
    connection: "Connection", terms: Terms, account: Account, limit: int, asked: int, *, what: str
) -> None:
    # In this order: what another grants in between makes it look more, which `reserve` will know better.
    granted = await ledger.granted(connection, account)
    left = await ledger.available(connection, account) + limit - granted
    if asked > left:
        raise _exhausted(terms, what, asked, left)


async def _spent(connection: "Connection", account: Account, limit: int) -> Spent:
    balance = await ledger.get_balance(connection, account)
    return Spent(limit, balance.used, balance.reserved)


def _exhausted(terms: Terms, what: str, asked: int, left: int) -> BudgetExhausted:
    return BudgetExhausted(
        terms.owner,
        what=what,
        asked=asked,
        left=max(0, left),
        resets_at=terms.resets_at.isoformat().replace("+00:00", "Z"),
        reset_seconds=terms.reset_seconds,
    )
