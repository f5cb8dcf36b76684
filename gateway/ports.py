"""The two ports of the process as one part, so that both drain at once and within one grace period."""

import asyncio

from chassis.server import GrpcServer
from gateway.http import HttpServer


class Ports:
    """Opens both, and stops both together."""

    def __init__(self, *, grpc: GrpcServer, http: HttpServer) -> None:
        self.grpc = grpc
        self.http = http

    async def start(self) -> None:
        """Listen on both. Raises PortTaken."""
        await self.grpc.start()
        await self.http.start()

    async def stop(self) -> None:
        """Turn new calls away on both, and let those under way end."""
        await asyncio.gather(self.grpc.stop(), self.http.stop())
