"""Lists of resources on stdout: a table for people, or a line of JSON each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cli.output import flush, write_json, write_table


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
