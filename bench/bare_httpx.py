"""`python -m bench.bare_httpx URL COUNT CONCURRENCY`: as many POSTs by httpx, so many at once, and nothing else."""

import asyncio
import json
import sys

import httpx
import uvloop

BODY = json.dumps({"kind": "LIKE", "post": "https://example.test/1", "comment": "", "account": "1" * 36})


async def post(url: str, count: int, concurrency: int) -> None:
    """Every answer is a success."""
    left = iter(range(count))

    async def send(client: httpx.AsyncClient) -> None:
        for _ in left:
            (await client.post(url, content=BODY)).raise_for_status()

    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:
        await asyncio.gather(*(send(client) for _ in range(concurrency)))


if __name__ == "__main__":
    uvloop.run(post(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
