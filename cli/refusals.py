"""What is asked for each of several names: one that is refused is told of, and stops none of the others."""

from collections.abc import Awaitable, Callable, Sequence

import grpc

from cli.errors import explain
from cli.output import say

# What is wrong with one name and says nothing of the others.
OF_ONE = (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.INVALID_ARGUMENT)


async def for_each(names: Sequence[str], work: Callable[[str], Awaitable[None]], *, address: str) -> int:
    """Do the work for each name; how many were refused. Raises `grpc.aio.AioRpcError`, also when the only one is."""
    refused = 0
    for name in names:
        try:
            await work(name)
        except grpc.aio.AioRpcError as error:
            if error.code() not in OF_ONE or len(names) == 1:
                raise
            refused += 1
            say(f"{name}: {explain(error, address=address).sentence}")
    return refused
