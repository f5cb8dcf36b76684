"""Where an HTTP call is met before anything of its body is read, so that the bodies of strangers fill nothing."""

from typing import Any

from connectrpc.interceptor import MetadataInterceptor
from connectrpc.request import RequestContext

from chassis.calls import CallInterceptor
from gateway.exchange import exchange


class Door(MetadataInterceptor[None]):
    """Finds out who calls, and refuses who has no good token, in the form that the call's protocol has for it."""

    def __init__(self, interceptor: CallInterceptor) -> None:
        self._interceptor = interceptor

    async def on_start(self, ctx: RequestContext[Any, Any]) -> None:
        async with exchange(ctx) as call:
            await self._interceptor.recognise(f"/{ctx.method.service_name}/{ctx.method.name}", call)
