"""Calls of any method in any of the ways that lead to it, and how they end."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import grpc
import httpx
from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2

from chassis.auth import Role, sign_token
from chassis.client import open_channel
from tests.contract.conftest import SECRET
from tests.integration.gateway.rig import envelope, envelopes

DEADLINE_SECONDS = 30.0


@dataclass(frozen=True)
class Ending:
    """How a call ended: its code, and the reason and domain of what went wrong."""

    code: str = "OK"
    reason: str = ""
    domain: str = ""

    @classmethod
    def of(cls, status: status_pb2.Status) -> "Ending":
        """How a status tells it."""
        info = error_details_pb2.ErrorInfo()
        for detail in status.details:
            detail.Unpack(info)
        code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
        return cls(code.name, info.reason, info.domain)


@dataclass(frozen=True)
class Answer:
    """The messages that came, and how the call ended."""

    messages: Sequence[Any]
    ending: Ending

    @property
    def text(self) -> str:
        """All that was told, to look for words in."""
        return "\n".join(json_format.MessageToJson(message, ensure_ascii=False) for message in self.messages)


class Door(Protocol):
    """A way to a service."""

    async def call(self, method: MethodDescriptor, requests: Sequence[Message], authorization: str | None) -> Answer:
        """A call, to its end, whatever that is."""


class GrpcDoor:
    """A gRPC port."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel: Any = channel

    @classmethod
    @asynccontextmanager
    async def at(cls, address: str) -> AsyncIterator["GrpcDoor"]:
        """The port at an address."""
        async with open_channel(address) as channel:
            yield cls(channel)

    async def call(self, method: MethodDescriptor, requests: Sequence[Message], authorization: str | None) -> Answer:
        found: list[Any] = []
        read = GetMessageClass(method.output_type).FromString
        try:
            found.extend([read(data) async for data in self._open(path_of(method), requests, authorization)])
        except grpc.aio.AioRpcError as error:
            raw = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
            told = Ending.of(status_pb2.Status.FromString(raw))
            return Answer(found, Ending(error.code().name, told.reason, told.domain))
        return Answer(found, Ending())

    def _open(self, path: str, requests: Sequence[Message], authorization: str | None) -> Any:
        more = {"metadata": [("authorization", authorization)] if authorization else [], "timeout": DEADLINE_SECONDS}
        data = [request.SerializeToString() for request in requests]
        # On the wire all kinds of call are alike. One message leaves at once with all else, so that a refusal never
        # meets a caller that still writes: github.com/grpc/grpc/issues/36066.
        if len(data) == 1:
            return self._channel.unary_stream(path)(data[0], **more)
        return self._channel.stream_stream(path)(iter(data), **more)


class HttpDoor:
    """An HTTP port, by Connect's JSON."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def call(self, method: MethodDescriptor, requests: Sequence[Message], authorization: str | None) -> Answer:
        headers = {"authorization": authorization} if authorization else {}
        bodies = [json_format.MessageToJson(request).encode() for request in requests]
        if method.client_streaming or method.server_streaming:
            content = b"".join(map(envelope, bodies))
            answer = await self._client.post(path_of(method), content=content, headers=headers | STREAM)
            *messages, (_, end) = envelopes(answer.content)
            return Answer([_read(method, one) for _, one in messages], _connect_ending(json.loads(end).get("error")))
        answer = await self._client.post(path_of(method), content=bodies[0], headers=headers | UNARY)
        if answer.status_code == httpx.codes.OK:
            return Answer([_read(method, answer.content)], Ending())
        return Answer([], _connect_ending(answer.json()))


UNARY = {"content-type": "application/json"}
STREAM = {"content-type": "application/connect+json"}


@dataclass(frozen=True)
class Caller:
    """Somebody with a token, who comes by one door."""

    door: Door
    subject: str
    role: Role = Role.USER

    async def call(self, method: MethodDescriptor, *requests: Message) -> Answer:
        """A call, to its end."""
        token = sign_token(SECRET, subject=self.subject, role=self.role, lifetime=timedelta(hours=1))
        return await self.door.call(method, requests, f"Bearer {token}")


def path_of(method: MethodDescriptor) -> str:
    """A method's full name, as calls have it."""
    return f"/{method.containing_service.full_name}/{method.name}"


def _read(method: MethodDescriptor, data: bytes) -> Any:
    return json_format.Parse(data, GetMessageClass(method.output_type)())


def _connect_ending(error: Any) -> Ending:
    """How an error of Connect's (connectrpc.com/docs/protocol, "Error codes") tells it."""
    if error is None:
        return Ending()
    [info] = [one["debug"] for one in error["details"] if one["type"] == "google.rpc.ErrorInfo"]
    return Ending(error["code"].upper(), info["reason"], info["domain"])
