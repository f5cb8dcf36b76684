"""Use case: external ids to cards, in one statement a batch, whoever else asks for the same at the same time."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chassis.postgres import Database
from services.resolver import store
from services.resolver.errors import Contended
from services.resolver.outcomes import OutcomeCounter

if TYPE_CHECKING:
    from chassis.postgres import Connection

ATTEMPTS = 5


class Resolving:
    """Resolves batches and counts how they ended."""

    def __init__(self, *, database: Database, outcomes: OutcomeCounter) -> None:
        self._database = database
        self._outcomes = outcomes

    async def resolve(self, sources: Sequence[str], external_ids: Sequence[str], *, dry_run: bool) -> Sequence[Any]:
        """A row for each id, in order: source, external_id, tier, card_id, catalog_id, name, reason and more.

        Unless `dry_run`, keys, cards and gaps are committed when it returns. Raises Contended when imports keep taking
        the same keys for other cards between our reading and writing, Unavailable when PostgreSQL is away.
        """

        async def attempt(connection: "Connection") -> store.Rows:
            return await store.resolve_cards(connection, sources, external_ids, dry_run=dry_run)

        for _ in range(ATTEMPTS):
            rows = await self._database.run(attempt)
            if not any(row["contested"] for row in rows):
                break
        else:
            raise Contended
        if not dry_run:
            self._outcomes.add(Counter(row["tier"] or row["reason"] for row in rows))
        return rows
