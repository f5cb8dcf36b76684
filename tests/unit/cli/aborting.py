"""How our servers end a call with an error, for fakes of them."""

from typing import Any

from chassis.errors import STATUS_DETAILS_KEY, AtelierError, status_of

DOMAIN = "resolver.atelier"


async def abort(context: Any, error: AtelierError) -> None:
    details = status_of(error, domain=DOMAIN).SerializeToString()
    await context.abort(error.code, error.message, trailing_metadata=((STATUS_DETAILS_KEY, details),))
