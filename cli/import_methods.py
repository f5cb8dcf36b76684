"""The methods that take files of records: where each is, how a message is made, and where the answer has its counts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from atelier.generator.v1.card_art_service_pb2 import ImportPlayersRequest
from atelier.resolver.v1.resolver_service_pb2 import ImportCardsRequest, ImportEmbeddingsRequest, ImportKeysRequest
from google.protobuf.message import Message

from cli.connection import Gateway
from cli.pose_files import pose_request


@dataclass(frozen=True, slots=True)
class ImportMethod:
    """A client-stream method: its stub, a request made of some records, and the counts in its answer."""

    stub: Callable[[Gateway], Any]
    request: Callable[[list[Any]], Message]
    summary: Callable[[Any], Any]


def _of_resolver(name: str, request: type[Message]) -> ImportMethod:
    return ImportMethod(
        stub=lambda gateway: getattr(gateway.resolver, name),
        request=lambda records: request(records=records),
        summary=lambda answer: answer.summary,
    )


def _players(records: list[Any]) -> Message:
    return ImportPlayersRequest(records=ImportPlayersRequest.Records(records=records))


METHODS = {
    "cards": _of_resolver("ImportCards", ImportCardsRequest),
    "embeddings": _of_resolver("ImportEmbeddings", ImportEmbeddingsRequest),
    "keys": _of_resolver("ImportKeys", ImportKeysRequest),
    "players": ImportMethod(lambda gateway: gateway.card_art.ImportPlayers, _players, lambda answer: answer),
    "poses": ImportMethod(lambda gateway: gateway.poses.ImportPoses, pose_request, lambda answer: answer),
}
