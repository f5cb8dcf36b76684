"""Use case: looking at cards, gaps and coverage. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chassis.paging import Page, decode_token, encode_token, page_size
from chassis.postgres import Database
from services.resolver import store
from services.resolver.errors import CardNotFound
from services.resolver.folding import fold_name
from services.resolver.outcomes import OutcomeCounter, failure_share

if TYPE_CHECKING:
    from chassis.postgres import Connection


@dataclass(frozen=True, slots=True)
class Coverage:
    """`counts` as get_coverage.sql names them, resolutions by outcome, and auto-creation failures among them."""

    counts: Any
    resolutions: dict[str, int]
    failure_share: float
    failure_threshold: float

    @property
    def alert(self) -> bool:
        """Whether too large a share fails."""
        return self.failure_share > self.failure_threshold


class Browsing:
    """Reads single cards, pages and counts."""

    def __init__(self, *, database: Database, outcomes: OutcomeCounter) -> None:
        self._database = database
        self._outcomes = outcomes

    async def get_card(self, *, card_id: str, catalog_id: str) -> Any:
        """A card's row by whichever id isn't empty. Raises CardNotFound."""

        async def read(connection: "Connection") -> store.Row | None:
            return await store.get_card(connection, card_id=card_id or None, catalog_id=catalog_id or None)

        row = await self._database.run(read)
        if row is None:
            raise CardNotFound("card_id" if card_id else "catalog_id", card_id or catalog_id)
        return row

    async def search_cards(self, *, name: str, set_id: str, number: str, size: int, token: str) -> Page:
        """A page of the cards that match every filter that isn't empty. Raises InvalidArgument for a foreign token."""
        filters: list[str | bool] = [name, set_id, number]
        after = decode_token(token, "cards", filters, width=2)
        limit = page_size(size)

        async def read(connection: "Connection") -> store.Rows:
            return await store.search_cards(
                connection,
                name_pattern=_contains(fold_name(name)) if name else None,
                set_id=set_id or None,
                number=number or None,
                after=after,
                limit=limit + 1,
            )

        return _page(await self._database.run(read), limit, "cards", filters, ("folded_name", "catalog_id"))

    async def list_gaps(self, *, source: str, include_resolved: bool, size: int, token: str) -> Page:
        """A page of gaps, of one source where it isn't empty. Raises InvalidArgument for a foreign token."""
        filters: list[str | bool] = [source, include_resolved]
        after = decode_token(token, "gaps", filters, width=2)
        limit = page_size(size)

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_gaps(
                connection, source=source or None, include_resolved=include_resolved, after=after, limit=limit + 1
            )

        return _page(await self._database.run(read), limit, "gaps", filters, ("source", "external_id"))

    async def get_coverage(self) -> Coverage:
        """How everything covers each other now."""
        resolutions = await self._outcomes.totals()
        counts = await self._database.run(store.get_coverage)
        return Coverage(counts, resolutions, failure_share(resolutions), self._outcomes.threshold)


def _page(rows: store.Rows, limit: int, name: str, filters: Sequence[str | bool], order: tuple[str, ...]) -> Page:
    """One row more than `limit` was asked for: it tells whether there is a next page."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(shown, encode_token(name, filters, [shown[-1][column] for column in order]) if more else "")


def _contains(text: str) -> str:
    """A LIKE pattern for `text` anywhere, taken literally."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
