"""A picture's bytes through the gateway, beside the same download from the generator itself, taking turns."""

import asyncio
from typing import Any

from atelier.generator.v1 import credit_service_pb2 as credit_pb
from atelier.generator.v1 import generation_service_pb2 as pb
from atelier.generator.v1.credit_service_pb2_grpc import CreditServiceStub
from atelier.generator.v1.generation_service_pb2_grpc import GenerationServiceStub

from bench.figures import Figure
from bench.forwarding import compare
from bench.surroundings import Surroundings
from cli.stack.ports import LOOPBACK
from cli.stack.stack import LOCAL_SUBJECT

SIDE, STYLE, PROMPT = 2048, "wood", "a dancer in a storm"
CALLERS, DOWNLOADS = 4, 5


async def measure(around: Surroundings) -> list[Figure]:
    """Megabytes a second of the largest picture that the generator makes by itself, several callers at once."""
    async with (
        around.channel(f"{LOOPBACK}:{around.stack.ports.generator}") as direct,
        around.channel(around.stack.gateway_address) as through,
    ):
        stubs = (GenerationServiceStub(direct), GenerationServiceStub(through))
        wanted, size = await _made(direct, stubs[0])

        async def download(stub: Any) -> float:
            return sum(await asyncio.gather(*(_received(stub, wanted) for _ in range(CALLERS)))) / 1e6

        return [await compare(*stubs, f"DownloadImage of {size / 1e6:.1f} MB", "MB/s", download)]


async def _received(stub: Any, wanted: pb.DownloadImageRequest) -> int:
    """The bytes that came."""
    return sum([len(one.data) for _ in range(DOWNLOADS) async for one in stub.DownloadImage(wanted)])


async def _made(channel: Any, stub: Any) -> tuple[pb.DownloadImageRequest, int]:
    grant = credit_pb.GrantCreditsRequest(owner=LOCAL_SUBJECT, amount=1, request_id="downloads")
    await CreditServiceStub(channel).GrantCredits(grant)
    asked = pb.CreateGenerationRequest(
        request_id="downloads", text=pb.TextSource(prompt=PROMPT), width=SIDE, height=SIDE, style=STYLE
    )
    generation_id = (await stub.CreateGeneration(asked)).generation.generation_id
    async for _ in stub.WatchGeneration(pb.WatchGenerationRequest(generation_id=generation_id)):
        pass
    made = await stub.GetGeneration(pb.GetGenerationRequest(generation_id=generation_id))
    image = made.generation.variations[0].original
    return pb.DownloadImageRequest(generation_id=generation_id, sha256=image.sha256), image.bytes
