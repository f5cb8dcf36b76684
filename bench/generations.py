"""What the generator takes for itself, beside jobs whose effect is a row; and mannequins a second.

Orchestration: one worker process, a backend that returns a constant, 20 owners. Both take turns on the same servers.
Mannequins: drawn alone by one process, and from the call until the last is stored and paid, by a running stack.
"""

import statistics
import time
from collections.abc import Sequence

from atelier.generator.v1 import credit_service_pb2 as credit_pb
from atelier.generator.v1 import generation_service_pb2 as pb
from atelier.generator.v1.credit_service_pb2_grpc import CreditServiceStub
from atelier.generator.v1.generation_service_pb2_grpc import GenerationServiceStub

from bench.contestants import Contestant, servers
from bench.figures import Figure, at_least
from bench.generator_system import SCHEMA
from bench.job_system import SCHEMA as JOBS_SCHEMA
from bench.jobs import own
from bench.surroundings import Surroundings
from cli.stack.stack import LOCAL_SUBJECT, Stack
from services.generator.backends.backend import ImageRequest
from services.generator.backends.mannequin import Mannequin
from services.generator.gallery import GalleryPose, gallery
from services.generator.rasteriser import Rasteriser

RUNS, JOBS = 3, 2_000
SIDE, DRAWN = 512, 80
POSES = 20


async def measure(around: Surroundings) -> list[Figure]:
    """All of them."""
    return [await _orchestration(), await _drawn_alone(), await _from_call_to_end(around)]


async def _orchestration() -> Figure:
    done: dict[str, list[float]] = {"effects": [], "variations": []}
    async with servers([SCHEMA, JOBS_SCHEMA]) as stack:
        variations = _generator(stack)
        effects = own("effects", "bench.job_system", stack, BENCH_EFFECTS="1")
        for contestant in (variations, effects):
            await contestant.ask("prepare")
        for _run in range(RUNS):
            for contestant in (variations, effects):
                await contestant.ask("fill", JOBS)
                done[contestant.name].append(await contestant.ask("drain", JOBS))
    rate, effect_rate = (statistics.median(done[name]) for name in ("variations", "effects"))
    ratio, against = rate / effect_rate, f"jobs with a row as effect: {effect_rate:,.0f}"
    return Figure("generations", "variations of a constant", "per s", rate, against, ratio, *at_least(ratio, 0.5))


async def _drawn_alone() -> Figure:
    rasteriser = Rasteriser(processes=1)
    mannequin = Mannequin(rasteriser=rasteriser, concurrency=1)
    requests = [
        ImageRequest(skeleton=pose.skeleton, prompt="", width=SIDE, height=SIDE, style=style, seed=seed)
        for seed, (pose, style) in enumerate(_pairs(gallery(), mannequin.limits.styles))
    ]
    await mannequin.generate(requests[0])
    began = time.perf_counter()
    for request in requests:
        await mannequin.generate(request)
    rate = len(requests) / (time.perf_counter() - began)
    await rasteriser.close()
    return Figure("generations", "mannequins of 512², one process", "per s", rate, "", None, *at_least(rate, 20))


async def _from_call_to_end(around: Surroundings) -> Figure:
    async with around.channel(f"127.0.0.1:{around.stack.ports.generator}") as channel:
        grant = credit_pb.GrantCreditsRequest(owner=LOCAL_SUBJECT, amount=10_000, request_id="bench")
        await CreditServiceStub(channel).GrantCredits(grant)
        stub = GenerationServiceStub(channel)
        await _generate(stub, 1)  # Starts the processes that draw.
        began = time.perf_counter()
        images = await _generate(stub, POSES)
        rate = images / (time.perf_counter() - began)
    return Figure("generations", "mannequins of 512², call to end", "per s", rate, "", None, *at_least(rate, 20))


async def _generate(stub: GenerationServiceStub, poses: int) -> int:
    """How many images were made."""
    source = pb.GallerySource(pose_ids=[pose.name for pose in gallery()[:poses]])
    request = pb.CreateGenerationRequest(request_id=f"{poses}", gallery=source, variations=4, width=SIDE, height=SIDE)
    accepted = await stub.CreateGeneration(request)
    watched = pb.WatchGenerationRequest(generation_id=accepted.generation.generation_id)
    async for seen in stub.WatchGeneration(watched):
        last = seen.generation
    assert last.succeeded == poses * 4
    return poses * 4


def _pairs(poses: Sequence[GalleryPose], styles: Sequence[str]) -> list[tuple[GalleryPose, str]]:
    return [(poses[number % len(poses)], styles[number % len(styles)]) for number in range(DRAWN)]


def _generator(stack: Stack) -> Contestant:
    return Contestant(
        "variations",
        "bench.generator_system",
        {
            "ATELIER_GENERATOR_DATABASE_URL": stack.database_url(SCHEMA),
            "ATELIER_GENERATOR_VARIATION_CONCURRENCY": "100",
            "ATELIER_REDIS_URL": stack.redis_url,
            "ATELIER_BLOBS_URL": f"file://{stack.layout.blobs}",
            "ATELIER_JWT_SECRET_FILE": str(stack.layout.jwt_secret),
            "ATELIER_MEDIA_SECRET_FILE": str(stack.layout.media_secret),
        },
    )
