"""The resolver's methods: cards are everybody's, scans and collections their owner's."""

from collections.abc import Mapping

from atelier.resolver.v1 import overview_service_pb2 as overview_pb
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1 import scan_service_pb2 as scan_pb

from tests.contract.authorisation.case import Case, of_all, of_caller, of_one, of_owner
from tests.contract.authorisation.requests import CARD, scan_of
from tests.contract.authorisation.things import OWNER
from tests.shared_data import card_record, direction, embedding_record

TEXT = pb.IdentifyQuery(text=pb.ScannedText(name="Charizard", number="4"))
KEY = pb.KeyRecord(source="authorisation", external_id="k-1", catalog_id=CARD)

CASES: Mapping[str, list[Case]] = {
    "ResolveCards": [
        of_all(lambda _: pb.ResolveCardsRequest(items=[pb.ExternalId(source="authorisation", external_id=CARD)]))
    ],
    "IdentifyCards": [of_all(lambda _: pb.IdentifyCardsRequest(queries=[TEXT]))],
    "GetCard": [of_all(lambda _: pb.GetCardRequest(catalog_id=CARD))],
    "SearchCards": [of_all(lambda _: pb.SearchCardsRequest())],
    "ImportCards": [of_all(lambda _: pb.ImportCardsRequest(records=[card_record("imported")]))],
    "ImportEmbeddings": [
        of_all(lambda _: pb.ImportEmbeddingsRequest(records=[embedding_record("imported", direction(0))]))
    ],
    "ImportKeys": [of_all(lambda _: pb.ImportKeysRequest(records=[KEY]))],
    "GetCoverage": [of_all(lambda _: pb.GetCoverageRequest())],
    "ListGaps": [of_all(lambda _: pb.ListGapsRequest())],
    "CreateScan": [of_caller(lambda _: scan_of("ended"))],
    "GetScan": [of_one("SCAN_NOT_FOUND", lambda own: scan_pb.GetScanRequest(scan_id=own.scan_id))],
    "ListScans": [
        of_owner(lambda _: scan_pb.ListScansRequest(owner=OWNER)),
        of_caller(lambda _: scan_pb.ListScansRequest()),
    ],
    "WatchScan": [of_one("SCAN_NOT_FOUND", lambda own: scan_pb.WatchScanRequest(scan_id=own.scan_id))],
    "ConfirmDetection": [
        of_one(
            "SCAN_NOT_FOUND",
            lambda own: scan_pb.ConfirmDetectionRequest(scan_id=own.scan_id, detection_id="d-1", catalog_id=CARD),
            shown=False,
        )
    ],
    "ListUserCards": [
        of_owner(lambda _: scan_pb.ListUserCardsRequest(owner=OWNER), shown=False),
        of_caller(lambda _: scan_pb.ListUserCardsRequest(), shown=False),
    ],
    "GetCollection": [
        of_owner(lambda _: scan_pb.GetCollectionRequest(owner=OWNER)),
        of_caller(lambda _: scan_pb.GetCollectionRequest()),
    ],
    "GetOverview": [
        of_owner(lambda _: overview_pb.GetOverviewRequest(owner=OWNER)),
        of_caller(lambda _: overview_pb.GetOverviewRequest()),
    ],
}
