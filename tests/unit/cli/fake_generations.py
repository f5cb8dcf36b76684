"""A GenerationService on a real socket whose images are a few bytes, made one by one while they are watched."""

import hashlib
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from atelier.generator.v1 import generation_service_pb2 as pb
from atelier.generator.v1.generation_service_pb2_grpc import GenerationServiceServicer
from atelier.jobs.v1.jobs_service_pb2 import JobError, Progress

from chassis.errors import AtelierError, FailedPrecondition, NotFound, Unavailable
from tests.unit.cli.aborting import abort

LOST = Unavailable("The service is leaving.")
FAILURE = JobError(error_class="ERROR_CLASS_NETWORK", message="The store is away.")
ENDS = {
    (True, False): pb.GENERATION_STATE_SUCCEEDED,
    (True, True): pb.GENERATION_STATE_PARTIALLY_SUCCEEDED,
    (False, True): pb.GENERATION_STATE_FAILED,
}


class FakeGenerations(GenerationServiceServicer):
    """Accepts generations by their request id. Keeps what it was asked.

    `failing` are keys of images that fail, `failing_exports` of those whose exports do.
    """

    def __init__(self) -> None:
        self.error: AtelierError | None = None
        self.created: list[pb.CreateGenerationRequest] = []
        self.generations: dict[str, pb.Generation] = {}
        self.pictures: dict[str, bytes] = {}
        self.downloaded: list[str] = []
        self.requests: list[Any] = []
        self.failing: set[str] = set()
        self.failing_exports: set[str] = set()
        self.breaks = 0  # so many streams of changes break after their second message
        self.cuts = 0  # so many downloads break halfway
        self.damaged = False

    async def CreateGeneration(self, request: Any, context: Any) -> Any:
        if self.error is not None:
            await abort(context, self.error)
        self.created.append(request)
        generation_id = str(uuid5(NAMESPACE_OID, request.request_id))
        if generation_id not in self.generations:
            self.generations[generation_id] = _accepted(generation_id, request)
        return pb.CreateGenerationResponse(generation=self.generations[generation_id])

    async def GetGeneration(self, request: Any, context: Any) -> Any:
        return pb.GetGenerationResponse(generation=await self._find(request, context))

    async def ListGenerations(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        return pb.ListGenerationsResponse(generations=self.generations.values())

    async def WatchGeneration(self, request: Any, context: Any) -> Any:
        generation = await self._find(request, context)
        yield _told(generation, [one for one in generation.variations if one.state != pb.VARIATION_STATE_PENDING])
        for variation in generation.variations:
            if variation.state != pb.VARIATION_STATE_PENDING:
                continue
            self._make(generation, variation)
            yield _told(generation, [variation])
            if self.breaks:
                self.breaks -= 1
                await abort(context, LOST)

    async def CancelGeneration(self, request: Any, context: Any) -> Any:
        generation = await self._find(request, context)
        if generation.state != pb.GENERATION_STATE_RUNNING:
            await abort(context, FailedPrecondition("The generation has ended; there is nothing to cancel."))
        generation.state = pb.GENERATION_STATE_CANCELLED
        return pb.CancelGenerationResponse(generation=generation)

    async def RetryGeneration(self, request: Any, context: Any) -> Any:
        generation = await self._find(request, context)
        generation.state = pb.GENERATION_STATE_RUNNING
        return pb.RetryGenerationResponse(generation=generation)

    async def DownloadImage(self, request: Any, context: Any) -> Any:
        self.downloaded.append(request.sha256)
        data = b"damaged" if self.damaged else self.pictures[request.sha256]
        yield pb.DownloadImageResponse(data=data[:5])
        if self.cuts:
            self.cuts -= 1
            await abort(context, LOST)
        yield pb.DownloadImageResponse(data=data[5:])

    async def _find(self, request: Any, context: Any) -> pb.Generation:
        if request.generation_id not in self.generations:
            await abort(context, NotFound(f"There is no generation {request.generation_id!r}."))
        return self.generations[request.generation_id]

    def _make(self, generation: pb.Generation, variation: pb.Variation) -> None:
        if variation.key in self.failing:
            variation.state, generation.failed = pb.VARIATION_STATE_FAILED, generation.failed + 1
            variation.error.CopyFrom(FAILURE)
        else:
            variation.state, generation.succeeded = pb.VARIATION_STATE_SUCCEEDED, generation.succeeded + 1
            variation.original.CopyFrom(self._picture(variation.key))
            for export in variation.exports:
                self._make_export(variation.key, export)
        generation.progress.done += 1
        generation.credits_charged = generation.succeeded
        if generation.progress.done == generation.progress.total:
            generation.state = ENDS[generation.succeeded > 0, generation.failed > 0]

    def _make_export(self, key: str, export: pb.Export) -> None:
        if key in self.failing_exports:
            export.error.CopyFrom(FAILURE)
        else:
            export.image.CopyFrom(self._picture(f"{key} as {export.spec.preset}", export.spec.format))

    def _picture(self, name: str, form: Any = pb.IMAGE_FORMAT_PNG) -> pb.Image:
        data = f"picture of {name}".encode()
        sha256 = hashlib.sha256(data).hexdigest()
        self.pictures[sha256] = data
        return pb.Image(sha256=sha256, format=form, width=512, height=512, bytes=len(data), url="/media/…")


def _accepted(generation_id: str, request: pb.CreateGenerationRequest) -> pb.Generation:
    subjects = list(request.gallery.pose_ids) or ["text"]
    keys = [f"{subject}-v{number}" for subject in subjects for number in range(1, (request.variations or 1) + 1)]
    exports = [pb.Export(spec=spec) for spec in request.exports]
    return pb.Generation(
        generation_id=generation_id,
        owner="local",
        state=pb.GENERATION_STATE_RUNNING,
        progress=Progress(total=len(keys)),
        request=request,
        variations=[pb.Variation(key=key, state=pb.VARIATION_STATE_PENDING, exports=exports) for key in keys],
    )


def _told(generation: pb.Generation, variations: list[pb.Variation]) -> pb.WatchGenerationResponse:
    """As the service tells it: with the variations that have changed, whose addresses are signed anew."""
    told = pb.Generation.FromString(generation.SerializeToString())
    del told.variations[:]
    told.variations.extend(variations)
    return pb.WatchGenerationResponse(generation=told)
