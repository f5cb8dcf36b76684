"""generator.v1.GenerationService: proto in, use case, proto out."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from atelier.generator.v1 import generation_service_pb2 as pb
from atelier.generator.v1 import generation_service_pb2_grpc as pb_grpc

from services.generator.generating import Generating
from services.generator.generation_watching import GenerationWatching
from services.generator.messages import Messages, state_words, summary_message
from services.generator.pictures import PictureStore, chunks
from services.generator.steering import Steering

SERVICE_NAME = "atelier.generator.v1.GenerationService"


class GenerationServicer(pb_grpc.GenerationServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(
        self,
        *,
        generating: Generating,
        steering: Steering,
        watching: GenerationWatching,
        pictures: PictureStore,
        messages: Messages,
    ) -> None:
        self._generating = generating
        self._steering = steering
        self._watching = watching
        self._pictures = pictures
        self._messages = messages

    async def CreateGeneration(self, request: pb.CreateGenerationRequest, context: Any) -> pb.CreateGenerationResponse:
        view = await self._generating.create(request)
        return pb.CreateGenerationResponse(generation=self._messages.generation(view))

    async def GetGeneration(self, request: pb.GetGenerationRequest, context: Any) -> pb.GetGenerationResponse:
        view = await self._generating.get(request.generation_id)
        return pb.GetGenerationResponse(generation=self._messages.generation(view))

    async def ListGenerations(self, request: pb.ListGenerationsRequest, context: Any) -> pb.ListGenerationsResponse:
        page = await self._generating.list_generations(
            owner=request.owner,
            states=state_words(request.states),
            size=request.page_size,
            token=request.page_token,
        )
        generations = [summary_message(row) for row in page.rows]
        return pb.ListGenerationsResponse(generations=generations, next_page_token=page.next_token)

    async def WatchGeneration(
        self, request: pb.WatchGenerationRequest, context: Any
    ) -> AsyncIterator[pb.WatchGenerationResponse]:
        async with aclosing(self._watching.watch(request.generation_id)) as changes:
            async for view in changes:
                yield pb.WatchGenerationResponse(generation=self._messages.generation(view))

    async def CancelGeneration(self, request: pb.CancelGenerationRequest, context: Any) -> pb.CancelGenerationResponse:
        view = await self._steering.cancel(request.generation_id)
        return pb.CancelGenerationResponse(generation=self._messages.generation(view))

    async def RetryGeneration(self, request: pb.RetryGenerationRequest, context: Any) -> pb.RetryGenerationResponse:
        view = await self._steering.retry(request.generation_id)
        return pb.RetryGenerationResponse(generation=self._messages.generation(view))

    async def DownloadImage(
        self, request: pb.DownloadImageRequest, context: Any
    ) -> AsyncIterator[pb.DownloadImageResponse]:
        picture = await self._generating.find_picture(request.generation_id, request.sha256)
        image = self._messages.image(picture)
        for place, data in enumerate(chunks(await self._pictures.read(picture))):
            yield pb.DownloadImageResponse(image=None if place else image, data=data)
