"""Callers of a gateway that bounds them: who they are, and how they are refused."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from chassis.auth import Role, sign_token
from tests.integration.gateway.rig import SECRET


def token(role: Role = Role.USER, subject: str | None = None) -> tuple[str, str]:
    """The metadata of a caller, of one whom no other test knows unless told."""
    signed = sign_token(SECRET, subject=subject or str(uuid4()), role=role, lifetime=timedelta(hours=1))
    return ("authorization", f"Bearer {signed}")


async def failure(call: Any) -> tuple[grpc.StatusCode, error_details_pb2.ErrorInfo, float]:
    """How a call fails: its code, its ErrorInfo, and after how many seconds to try again."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    trailers = dict(caught.value.trailing_metadata() or ())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    told, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    assert status.details[0].Unpack(told)
    assert status.details[1].Unpack(retry)
    return caught.value.code(), told, retry.retry_delay.ToTimedelta().total_seconds()


async def first_of(stream: Any) -> bytes | None:
    """The first message of a stream, which is left then; None for one that is refused."""
    try:
        message: bytes = await stream.read()
    except grpc.aio.AioRpcError:
        return None
    stream.cancel()
    return message
