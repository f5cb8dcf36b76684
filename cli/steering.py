"""Commands that do one thing to each of several resources, such as cancelling them, and show them as they then are."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import typer

from cli.connection import Gateway, call_gateway
from cli.exits import ExitCode
from cli.job_services import checked_names
from cli.listing import Listing
from cli.refusals import for_each
from cli.root import settings_of


def steer(
    context: typer.Context,
    names: Sequence[str],
    call: Callable[[Gateway, str], Awaitable[Any]],
    listing: Listing,
    *,
    as_json: bool,
) -> None:
    """Make the call for each name; one that is refused is told of and stops none of the others."""
    settings = settings_of(context)
    asked = checked_names(names)

    async def work(gateway: Gateway) -> int:
        async def one(name: str) -> None:
            listing.show([await call(gateway, name)], as_json=as_json)

        return await for_each(asked, one, address=settings.address)

    if call_gateway(settings, work):
        raise typer.Exit(ExitCode.ITEMS)
