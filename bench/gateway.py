"""What the gateway adds to calls, beside the same calls to the services themselves, taking turns."""

import statistics
import time

from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub

from bench import downloads, forwarding, overview
from bench.figures import Figure, at_most
from bench.surroundings import Surroundings

CALLS = 1500


async def measure(around: Surroundings) -> list[Figure]:
    """One call, many at once, a picture, and what asks all services."""
    return [
        *await latencies(around),
        *await forwarding.measure(around),
        *await downloads.measure(around),
        *await overview.measure(around),
    ]


async def latencies(around: Surroundings) -> list[Figure]:
    """p50 of GetCard and of a small ResolveCards, direct and through the gateway, one at a time."""
    await around.import_catalogue()
    catalog_id = around.records[0].catalog_id
    get = pb.GetCardRequest(catalog_id=catalog_id)
    resolve = pb.ResolveCardsRequest(items=[pb.ExternalId(source="bench", external_id=catalog_id)])
    found = []
    async with around.direct() as direct, around.gateway() as through:
        for method, request in (("GetCard", get), ("ResolveCards", resolve)):
            found.append(await compare(direct, through, method, request))
    return found


async def compare(direct: ResolverServiceStub, through: ResolverServiceStub, method: str, request: object) -> Figure:
    """The two ways take turns call by call, so that noise hits both; the first tenth warms up."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(CALLS):
        for stub, times in zip((direct, through), taken, strict=True):
            started = time.perf_counter()
            await getattr(stub, method)(request)
            times.append(time.perf_counter() - started)
    alone, both = (1000 * statistics.median(times[CALLS // 10 :]) for times in taken)
    ratio = both / alone
    against = f"direct call: {alone:.2f} ms"
    return Figure("gateway", f"{method}, p50 through the gateway", "ms", both, against, ratio, *at_most(ratio, 2.2))
