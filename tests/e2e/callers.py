"""Whoever comes by nothing but HTTP and JSON."""

import json
from dataclasses import dataclass
from typing import Any

import httpx

from chassis.auth import Role
from tests.e2e.conftest import System
from tests.integration.gateway.rig import envelope, envelopes


@dataclass(frozen=True)
class Caller:
    """Somebody who has httpx and a token."""

    http: httpx.AsyncClient
    token: str

    async def post(self, method: str, request: Any) -> httpx.Response:
        """A call with one answer."""
        return await self.http.post(method, json=request, headers=self._headers("application/json"))

    async def stream(self, method: str, *requests: Any) -> list[Any]:
        """A call with many requests or answers, once it has ended well."""
        body = b"".join(envelope(json.dumps(request).encode()) for request in requests)
        answer = await self.http.post(method, content=body, headers=self._headers("application/connect+json"))
        *messages, (_, end) = envelopes(answer.content)
        assert json.loads(end) == {}
        return [json.loads(one) for _, one in messages]

    def _headers(self, content_type: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "content-type": content_type}


def user(system: System, http: httpx.AsyncClient, name: str) -> Caller:
    """A user of that name."""
    return Caller(http, system.stack.token(Role.USER, subject=name))


def operator(system: System, http: httpx.AsyncClient) -> Caller:
    """An operator."""
    return Caller(http, system.stack.token(Role.OPERATOR))
