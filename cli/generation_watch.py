"""Follows a generation to its end, however often the connection is lost meanwhile."""

from collections.abc import AsyncIterator
from typing import Any

from atelier.generator.v1.generation_service_pb2 import (
    Generation,
    GenerationState,
    Variation,
    VariationState,
    WatchGenerationRequest,
)

from cli.connection import Gateway
from cli.generation_documents import variation_document
from cli.lasting import LastingStream, LossNotice

UNENDED = (GenerationState.GENERATION_STATE_UNSPECIFIED, GenerationState.GENERATION_STATE_RUNNING)


class GenerationWatch:
    """A generation that exists, as it was last heard of."""

    def __init__(self, gateway: Gateway, generation: Generation, notice: LossNotice) -> None:
        self.generation = generation
        self._gateway = gateway
        self._stream = LastingStream(notice, is_there=True)
        self._told: dict[str, dict[str, Any]] = {}

    async def changes(self) -> AsyncIterator[list[Variation]]:
        """The images that have ended and weren't told of, or differ from what was, until the generation has ended.

        Raises CliError and `grpc.aio.AioRpcError`.
        """
        request = WatchGenerationRequest(generation_id=self.generation.generation_id)
        streams = self._stream.messages(lambda: self._gateway.generations.WatchGeneration(request), self.has_ended)
        async for answer in streams:
            self.generation = answer.generation
            yield [one for one in answer.generation.variations if self._is_news(one)]

    def has_ended(self) -> bool:
        """Whether nothing but a retry can change it."""
        return has_ended(self.generation)

    def _is_news(self, variation: Variation) -> bool:
        """Whether it has ended and looks otherwise than it was told; signed addresses, which always do, don't count."""
        if variation.state in (VariationState.VARIATION_STATE_UNSPECIFIED, VariationState.VARIATION_STATE_PENDING):
            return False
        document = variation_document(variation)
        is_news = self._told.get(variation.key) != document
        self._told[variation.key] = document
        return is_news


def has_ended(generation: Generation) -> bool:
    """Whether nothing but a retry can change it."""
    return generation.state not in UNENDED
