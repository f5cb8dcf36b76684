"""Lists of resources on stdout: a table for people, or a line of JSON each; page by page."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cli.output import flush, write_json, write_table

PAGE_SIZE = 1000  # the most that one call of most methods gives


@dataclass(frozen=True, slots=True)
class Listing:
    """How one kind of resource is listed."""

    columns: Sequence[str]
    row: Callable[[Any], Sequence[object]]
    document: Callable[[Any], Any]

    def show(self, found: Sequence[Any], *, as_json: bool) -> None:
        """Write what was found; of nothing, nothing."""
        if as_json:
            for one in found:
                write_json(self.document(one))
            flush()
        elif found:
            write_table(self.columns, (self.row(one) for one in found))

    async def show_all(self, answers: AsyncIterator[Any], field: str, *, as_json: bool) -> int:
        """Write what a paged method's answers have in a field, as they come; how much it was.

        Raises `grpc.aio.AioRpcError`.
        """
        total = 0
        async for page in answers:
            found = getattr(page, field)
            total += len(found)
            self.show(found, as_json=as_json)
        return total


def row_of(columns: Sequence[str], document: Callable[[Any], dict[str, Any]]) -> Callable[[Any], Sequence[object]]:
    """Rows of documents whose keys the columns are."""

    def row(found: Any) -> Sequence[object]:
        shown = document(found)
        return [shown[column] for column in columns]

    return row


async def pages(call: Any, request: Any, limit: int | None, *, largest: int = PAGE_SIZE) -> AsyncIterator[Any]:
    """A paged method's answers until `limit` items or the end; then `request.page_token` is that of what follows.

    `largest` is the most that one call gives.
    """
    shown = 0
    while limit is None or shown < limit:
        request.page_size = largest if limit is None else min(largest, limit - shown)
        page = await call(request)
        shown += request.page_size
        request.page_token = page.next_page_token
        yield page
        if not page.next_page_token:
            return
