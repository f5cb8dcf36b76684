"""resolver.v1.ResolverService: proto in, use case, proto out."""

from collections.abc import AsyncIterator
from typing import Any

from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1 import resolver_service_pb2_grpc as pb_grpc

from services.resolver import messages
from services.resolver.browsing import Browsing
from services.resolver.identifying import Identifying
from services.resolver.importing import Importing
from services.resolver.resolving import Resolving

SERVICE_NAME = "atelier.resolver.v1.ResolverService"


class ResolverServicer(pb_grpc.ResolverServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(
        self, *, resolving: Resolving, identifying: Identifying, importing: Importing, browsing: Browsing
    ) -> None:
        self._resolving = resolving
        self._identifying = identifying
        self._importing = importing
        self._browsing = browsing

    async def ResolveCards(self, request: pb.ResolveCardsRequest, context: Any) -> pb.ResolveCardsResponse:
        sources = [item.source for item in request.items]
        external_ids = [item.external_id for item in request.items]
        rows = await self._resolving.resolve(sources, external_ids, dry_run=request.dry_run)
        return messages.resolve_response(rows)

    async def IdentifyCards(self, request: pb.IdentifyCardsRequest, context: Any) -> pb.IdentifyCardsResponse:
        limit = request.max_candidates or messages.DEFAULT_CANDIDATES
        texts = await self._identifying.by_text(messages.text_queries(request), limit=limit)
        points = await self._identifying.by_embedding(messages.points(request), limit=limit)
        return messages.identify_response(request, texts, points)

    async def GetCard(self, request: pb.GetCardRequest, context: Any) -> pb.GetCardResponse:
        row = await self._browsing.get_card(card_id=request.card_id, catalog_id=request.catalog_id)
        return pb.GetCardResponse(card=messages.card_message(row))

    async def SearchCards(self, request: pb.SearchCardsRequest, context: Any) -> pb.SearchCardsResponse:
        page = await self._browsing.search_cards(
            name=request.name,
            set_id=request.set_id,
            number=request.number,
            size=request.page_size,
            token=request.page_token,
        )
        cards = [messages.card_message(row) for row in page.rows]
        return pb.SearchCardsResponse(cards=cards, next_page_token=page.next_token)

    async def ImportCards(
        self, request_iterator: AsyncIterator[pb.ImportCardsRequest], context: Any
    ) -> pb.ImportCardsResponse:
        summary = await self._importing.import_cards(messages.records(request_iterator))
        return pb.ImportCardsResponse(summary=messages.summary_message(summary))

    async def ImportEmbeddings(
        self, request_iterator: AsyncIterator[pb.ImportEmbeddingsRequest], context: Any
    ) -> pb.ImportEmbeddingsResponse:
        summary = await self._importing.import_embeddings(messages.records(request_iterator))
        return pb.ImportEmbeddingsResponse(summary=messages.summary_message(summary))

    async def ImportKeys(
        self, request_iterator: AsyncIterator[pb.ImportKeysRequest], context: Any
    ) -> pb.ImportKeysResponse:
        summary = await self._importing.import_keys(messages.records(request_iterator))
        return pb.ImportKeysResponse(summary=messages.summary_message(summary))

    async def GetCoverage(self, request: pb.GetCoverageRequest, context: Any) -> pb.GetCoverageResponse:
        return messages.coverage_response(await self._browsing.get_coverage())

    async def ListGaps(self, request: pb.ListGapsRequest, context: Any) -> pb.ListGapsResponse:
        page = await self._browsing.list_gaps(
            source=request.source,
            include_resolved=request.include_resolved,
            size=request.page_size,
            token=request.page_token,
        )
        gaps = [messages.gap_message(row) for row in page.rows]
        return pb.ListGapsResponse(gaps=gaps, next_page_token=page.next_token)
