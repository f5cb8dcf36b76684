"""Many callers at once, through the gateway."""

import asyncio

from atelier.resolver.v1 import resolver_service_pb2 as pb

from tests.e2e.conftest import System
from tests.shared_data import embedding_record

CALLERS, IDS = 50, 200
DIMENSIONS = 512


async def test_fifty_callers_of_the_same_200_new_ids_get_the_same_200_cards_without_an_error(system: System) -> None:
    ids = [f"crowd-{number}" for number in range(IDS)]
    records = [embedding_record(one, [1.0] * DIMENSIONS, name=one) for one in ids]
    request = pb.ResolveCardsRequest(items=[pb.ExternalId(source="crowd", external_id=one) for one in ids])
    async with system.resolver() as stub:
        await stub.ImportEmbeddings([pb.ImportEmbeddingsRequest(records=records)])
        before = (await stub.GetCoverage(pb.GetCoverageRequest())).cards

        answers = await asyncio.gather(*(stub.ResolveCards(request) for _ in range(CALLERS)))
        after = (await stub.GetCoverage(pb.GetCoverageRequest())).cards

    assert after - before == IDS
    assert all([one.name for one in answer.resolutions] == ids for answer in answers)
    assert len({tuple(one.card_id for one in answer.resolutions) for answer in answers}) == 1
