"""Asks a server by grpc.health.v1 whether it serves."""

import asyncio

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from cli.stack.ports import LOOPBACK

ANSWER_SECONDS = 2.0
# A refused connection must neither be remembered for the next probe nor go through a company's proxy.
OPTIONS = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]


async def serves(port: int) -> bool:
    """Whether the gRPC server on this loopback port says that it is SERVING as a whole (service "")."""
    if not await _listens(port):
        return False
    async with grpc.aio.insecure_channel(f"{LOOPBACK}:{port}", options=OPTIONS) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        try:
            answer = await check(health_pb2.HealthCheckRequest(service=""), timeout=ANSWER_SECONDS)
        except grpc.aio.AioRpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)  # far cheaper than a channel
        writer.close()
        await writer.wait_closed()
    except OSError:
        return False
    return True
