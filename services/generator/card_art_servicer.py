"""generator.v1.CardArtService: proto in, use case, proto out."""

from collections.abc import AsyncIterator
from typing import Any

from atelier.generator.v1 import card_art_service_pb2 as pb
from atelier.generator.v1 import card_art_service_pb2_grpc as pb_grpc

from services.generator.card_art_messages import CardArtMessages, asked_card, import_response
from services.generator.card_browsing import CardBrowsing
from services.generator.card_rendering import CardRendering
from services.generator.pictures import chunks
from services.generator.player_importing import PlayerImporting

SERVICE_NAME = "atelier.generator.v1.CardArtService"


class CardArtServicer(pb_grpc.CardArtServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(
        self,
        *,
        importing: PlayerImporting,
        rendering: CardRendering,
        browsing: CardBrowsing,
        messages: CardArtMessages,
    ) -> None:
        self._importing = importing
        self._rendering = rendering
        self._browsing = browsing
        self._messages = messages

    async def ImportPlayers(
        self, request_iterator: AsyncIterator[pb.ImportPlayersRequest], context: Any
    ) -> pb.ImportPlayersResponse:
        return import_response(await self._importing.import_players(request_iterator))

    async def RenderCard(self, request: pb.RenderCardRequest, context: Any) -> pb.RenderCardResponse:
        view = await self._rendering.render(asked_card(request))
        return pb.RenderCardResponse(card_image=self._messages.card_image(view))

    async def GetCardImage(
        self, request: pb.GetCardImageRequest, context: Any
    ) -> AsyncIterator[pb.GetCardImageResponse]:
        picture, data = await self._browsing.read_picture(request.sha256)
        image = self._messages.image(picture)
        for place, chunk in enumerate(chunks(data)):
            yield pb.GetCardImageResponse(image=None if place else image, data=chunk)

    async def ListCardImages(self, request: pb.ListCardImagesRequest, context: Any) -> pb.ListCardImagesResponse:
        page = await self._browsing.list_card_images(
            player_id=request.player_id, size=request.page_size, token=request.page_token
        )
        card_images = [self._messages.card_image(view) for view in page.rows]
        return pb.ListCardImagesResponse(card_images=card_images, next_page_token=page.next_token)
