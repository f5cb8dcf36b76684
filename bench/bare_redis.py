"""The limit of an answer that is known: a gRPC server whose methods all give what one GET of Redis gives, and no more.

    python -m bench.bare_redis PORT KEY    by the Redis of BENCH_REDIS_URL

It is a process of its own on uvloop, as a service is. It parses nothing, and knows nobody.
"""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import uvloop
from pydantic import SecretStr

from chassis.redis import open_redis
from cli.stack.ports import LOOPBACK, Ports
from cli.stack.programs import REPOSITORY

KEY = "bench:answer"


class _Answering(grpc.GenericRpcHandler):
    """Whatever the method, and whatever it is asked."""

    def __init__(self, redis: Any, key: str) -> None:
        async def answer(request: bytes, context: Any) -> bytes:
            known: bytes = await redis.get(key)
            return known

        self._handler: Any = grpc.unary_unary_rpc_method_handler(answer)

    def service(self, handler_call_details: Any) -> Any:
        """See grpc."""
        return self._handler


async def serve(port: str, key: str) -> None:
    """Until killed."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers([_Answering(open_redis(SecretStr(os.environ["BENCH_REDIS_URL"])), key)])
    server.add_insecure_port(f"{LOOPBACK}:{port}")
    await server.start()
    await server.wait_for_termination()


@asynccontextmanager
async def bare_redis(redis_url: str, answer: bytes) -> AsyncIterator[str]:
    """The address of such a server, whose Redis holds the answer."""
    redis = open_redis(SecretStr(redis_url))
    await redis.set(KEY, answer)
    port = Ports.free().gateway
    # Not asyncio's own, which forks a process with gRPC's threads in it.
    process = subprocess.Popen(  # noqa: ASYNC220 - it takes a millisecond
        [sys.executable, "-m", "bench.bare_redis", str(port), KEY],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "BENCH_REDIS_URL": redis_url},
    )
    try:
        yield f"{LOOPBACK}:{port}"
    finally:
        process.kill()
        process.wait()
        await redis.aclose()


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:]))
