"""The two ways a message is written over HTTP. Services speak binary only: that passes unread, JSON is turned into it.

A body is kept as it came until `binary()` is asked for, so that nothing of an unknown caller is parsed.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from connectrpc.code import Code
from connectrpc.codec import Codec
from connectrpc.errors import ConnectError
from google.protobuf.message import Message

from gateway.json import from_json, to_json


class Body(Protocol):
    """A request's message, as the caller wrote it."""

    def binary(self) -> bytes:
        """The message as services take it. Raises InvalidArgument naming the field that is wrong."""


@dataclass(frozen=True, slots=True)
class BinaryBody:
    """A message in protobuf's own form, which is for the service to judge."""

    data: bytes

    def binary(self) -> bytes:
        return self.data


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A message in JSON."""

    data: bytes
    message_class: type[Message]

    def binary(self) -> bytes:
        return from_json(self.data, self.message_class).SerializeToString()


@dataclass(frozen=True, slots=True)
class Answer:
    """A service's message in protobuf's own form, and what it is."""

    data: bytes
    message_class: type[Message]


class BinaryCodec(Codec[Answer, Any]):
    """`application/proto` and gRPC-Web."""

    def name(self) -> str:
        return "proto"

    def encode(self, message: Answer) -> bytes:
        return message.data

    def decode(self, data: bytes | bytearray, message_class: type[Any]) -> Any:
        return BinaryBody(bytes(data))


class JsonCodec(Codec[Answer, Any]):
    """`application/json`."""

    def name(self) -> str:
        return "json"

    def encode(self, message: Answer) -> bytes:
        try:
            return to_json(message.message_class.FromString(message.data))
        except Exception as error:
            raise ConnectError(Code.INTERNAL, "The service's answer can't be written as JSON.") from error

    def decode(self, data: bytes | bytearray, message_class: type[Any]) -> Any:
        return JsonBody(bytes(data), message_class)
