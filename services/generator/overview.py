"""Use case: what an owner has here, and what is being done for it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.operating import Operating
from jobs.store import Row as JobRow
from jobs.visibility import one_owner
from ledger.ledger import Balance
from services.generator.crediting import Crediting
from services.generator.generating import Generating
from services.generator.store import Row

LATEST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Overview:
    """Whose it is, the owner's credits, the latest generations, and the jobs that haven't ended."""

    owner: str
    balance: Balance
    generations: Sequence[Row]
    running: Sequence[JobRow]


class Overviews:
    """Tells owners what they have. A user meets its own only (I10)."""

    def __init__(self, *, crediting: Crediting, generating: Generating, operating: Operating) -> None:
        self._crediting = crediting
        self._generating = generating
        self._operating = operating

    async def get(self, *, owner: str, latest: int) -> Overview:
        """The overview of an owner, the caller unless told. Raises OwnerNotAllowed."""
        whose = one_owner(owner)
        (_, balance), generations, running = await asyncio.gather(
            self._crediting.balance(whose),
            self._generating.list_generations(owner=whose, states=(), size=latest or LATEST_TOLD, token=""),
            self._operating.list_unended(whose),
        )
        return Overview(whose, balance, generations.rows, running)
