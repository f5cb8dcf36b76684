"""Calls nobody, and tells what would have been sent."""

from services.engager.connectors.connector import Action, Answer, CallEnd, Happened, LookUpEnd, NotHappened
from services.engager.connectors.excerpts import make_excerpt
from services.engager.connectors.webhook import body_of


class DryRun:
    """A connector by which every action succeeds."""

    async def call(self, action: Action) -> CallEnd:
        """See `Connector`."""
        return Happened(Answer(excerpt=make_excerpt(body_of(action))))

    async def look_up(self, key: str) -> LookUpEnd:
        """See `Connector`."""
        return NotHappened()
