"""How a call's failure is told over HTTP: the service's code, message and every detail, as Connect writes them."""

import math
from collections.abc import Iterator
from typing import Any

import grpc
from connectrpc._protocol import ConnectWireError  # Nothing public tells the status of an error.
from connectrpc.code import Code
from connectrpc.errors import ConnectError, ErrorDetail
from google.protobuf import descriptor_pool
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.json_format import MessageToJson
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2
from protobuf.wkt import Any as ConnectAny
from protobuf.wkt import Struct

from chassis.errors import AtelierError, status_of
from gateway.errors import DOMAIN


class ReadableDetail(ErrorDetail):
    """A detail that passes byte for byte, with its fields beside it for people where its type is known here.

    Connect calls that the `debug` of a detail; without it somebody with curl sees base64 only.
    """

    def __init__(self, detail: AnyMessage) -> None:
        super().__init__(ConnectAny(type_url=detail.type_url, value=detail.value))
        self._detail = detail

    def value(self, *_: Any) -> Any:
        """The detail's JSON as a `google.protobuf.Struct`; None for a type that isn't known here."""
        try:
            name = self._detail.TypeName()
            descriptor = descriptor_pool.Default().FindMessageTypeByName(name)
            message = GetMessageClass(descriptor).FromString(self._detail.value)
            return Struct.from_json(MessageToJson(message).encode())
        except Exception:  # noqa: BLE001 - it is a convenience; the detail itself is complete without it
            return None


def refusal(code: grpc.StatusCode, message: str, details: bytes | None) -> ConnectError:
    """The Connect error of a failed call. `details` are the bytes of its `google.rpc.Status`, if it has one."""
    return ConnectError(connect_code(code), message, list(_details(details)) if details else [])


def refusal_of(error: AtelierError) -> ConnectError:
    """The Connect error of an error of the gateway's own."""
    return refusal(error.code, error.message, status_of(error, domain=DOMAIN).SerializeToString())


def wire_of(error: AtelierError) -> ConnectWireError:
    """The same for what isn't a method's: its status, and its body as JSON, as Connect has them."""
    return ConnectWireError.from_exception(refusal_of(error))


def connect_code(code: grpc.StatusCode) -> Code:
    """The same code by Connect's name (connectrpc.com/docs/protocol, "Error codes")."""
    return Code.CANCELED if code is grpc.StatusCode.CANCELLED else Code[code.name]


def grpc_code(code: Code) -> grpc.StatusCode:
    """The same code by gRPC's name."""
    return grpc.StatusCode.CANCELLED if code is Code.CANCELED else grpc.StatusCode[code.name]


def refusal_headers(code: grpc.StatusCode | None, details: bytes | None) -> dict[str, str]:
    """What the headers of a failed call's answer tell of it. `details`: as `refusal` takes them."""
    headers = {"www-authenticate": "Bearer"} if code is grpc.StatusCode.UNAUTHENTICATED else {}  # RFC 9110, 11.6.1
    for detail in status_pb2.Status.FromString(details or b"").details:
        if detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            told = error_details_pb2.RetryInfo.FromString(detail.value)
            headers["retry-after"] = str(math.ceil(told.retry_delay.ToTimedelta().total_seconds()))
    return headers


def _details(status: bytes) -> Iterator[ErrorDetail]:
    for detail in status_pb2.Status.FromString(status).details:
        yield ReadableDetail(detail)
