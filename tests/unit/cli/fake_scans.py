"""A ScanService on a real socket that resolves `base1-…` and finds all else wanting."""

from collections import Counter
from typing import Any

from atelier.jobs.v1.jobs_service_pb2 import JobError, Progress
from atelier.resolver.v1 import scan_service_pb2 as pb
from atelier.resolver.v1.card_pb2 import Card, CardDetails, CardSet
from atelier.resolver.v1.resolver_service_pb2 import Candidate
from atelier.resolver.v1.scan_service_pb2_grpc import ScanServiceServicer
from google.type.money_pb2 import Money

from chassis.errors import NotFound, Unavailable
from tests.unit.cli.aborting import abort

REASONS = pb.DetectionReason


class FakeScans(ScanServiceServicer):
    """Accepts scans by their request id, and judges them when they are watched. Keeps what it was asked."""

    def __init__(self) -> None:
        self.created: list[pb.CreateScanRequest] = []
        self.scans: dict[str, pb.Scan] = {}
        self.detections: dict[str, list[pb.ScannedDetection]] = {}
        self.requests: list[Any] = []
        self.breaks = 0  # so many streams break after their first message
        self.failing = False

    async def CreateScan(self, request: Any, context: Any) -> Any:
        self.created.append(request)
        scan_id = f"scan-{request.request_id}"
        self.scans.setdefault(
            scan_id,
            pb.Scan(
                scan_id=scan_id,
                state=pb.SCAN_STATE_PENDING,
                progress=Progress(total=len(request.detections)),
                job="resolver/jobs/1",
            ),
        )
        self.detections[scan_id] = [_judged(one) for one in request.detections]
        return pb.CreateScanResponse(scan=self.scans[scan_id])

    async def WatchScan(self, request: Any, context: Any) -> Any:
        scan = self.scans[request.scan_id]
        yield pb.WatchScanResponse(scan=scan)
        if self.breaks:
            self.breaks -= 1
            await abort(context, Unavailable("The service is leaving."))
        scan.progress.done = scan.progress.total
        if self.failing:
            scan.state = pb.SCAN_STATE_FAILED
            scan.error.CopyFrom(JobError(error_class="ERROR_CLASS_UNKNOWN", message="The worker was lost."))
        else:
            scan.state = pb.SCAN_STATE_SUCCEEDED
            scan.result.CopyFrom(_result(self.detections[scan.scan_id]))
        yield pb.WatchScanResponse(scan=scan)

    async def GetScan(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        found = [one for one in self.detections[request.scan_id] if one.reason == REASONS.DETECTION_REASON_WEAK]
        return pb.GetScanResponse(scan=self.scans[request.scan_id], detections=found)

    async def ConfirmDetection(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        if request.scan_id not in self.scans:
            await abort(context, NotFound(f"There is no scan {request.scan_id}."))
        confirmed = pb.ScannedDetection(
            detection=pb.Detection(detection_id=request.detection_id),
            tier=pb.DETECTION_TIER_CONFIRMED,
            catalog_id=request.catalog_id,
        )
        return pb.ConfirmDetectionResponse(detection=confirmed, keyed=True)

    async def ListUserCards(self, request: Any, context: Any) -> Any:
        self.requests.append(pb.ListUserCardsRequest.FromString(request.SerializeToString()))
        first = int(request.page_token or 0)
        last = min(first + request.page_size, 1500)
        token = str(last) if last < 1500 else ""
        cards = [_user_card(number) for number in range(first, last)]
        return pb.ListUserCardsResponse(user_cards=cards, next_page_token=token)

    async def GetCollection(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        values = [Money(currency_code="USD", units=1204, nanos=500_000_000)]
        base = pb.SetCount(set_id="base1", set_name="Base", distinct_cards=2, total_cards=3, estimated_values=values)
        return pb.GetCollectionResponse(
            owner=request.owner or "local", distinct_cards=2, total_cards=3, estimated_values=values, sets=[base]
        )


def _judged(sent: Any) -> pb.ScannedDetection:
    external_id = sent.external.external_id
    if external_id.startswith("base1-"):
        return pb.ScannedDetection(detection=sent, tier=pb.DETECTION_TIER_KEY, card_id="c", catalog_id=external_id)
    match sent.WhichOneof("evidence"):
        case "external":
            return pb.ScannedDetection(detection=sent, reason=REASONS.DETECTION_REASON_NOT_IN_CATALOG)
        case "text":
            candidate = Candidate(catalog_id="base1-4", name="Charizard\x1b[2J")
            return pb.ScannedDetection(detection=sent, reason=REASONS.DETECTION_REASON_WEAK, candidates=[candidate])
        case _:
            return pb.ScannedDetection(detection=sent, reason=REASONS.DETECTION_REASON_NO_EVIDENCE)


def _result(detections: list[pb.ScannedDetection]) -> pb.ScanResult:
    resolved = sum(bool(one.card_id) for one in detections)
    reasons = Counter(one.reason for one in detections if not one.card_id)
    return pb.ScanResult(
        total_detections=len(detections),
        resolved=resolved,
        user_cards_created=resolved,
        unresolved=[pb.UnresolvedCount(reason=reason, count=count) for reason, count in reasons.items()],
        needs_review=reasons[REASONS.DETECTION_REASON_WEAK],
    )


def _user_card(number: int) -> pb.UserCard:
    details = CardDetails(name="Charizard", number=str(number), set=CardSet(id="base1", name="Base"))
    card = Card(card_id=f"id-{number}", catalog_id=f"base1-{number}", details=details)
    return pb.UserCard(card=card, quantity=2, estimated_values=[Money(currency_code="EUR", units=3)])
