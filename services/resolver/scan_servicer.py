"""resolver.v1.ScanService: proto in, use case, proto out."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from atelier.resolver.v1 import scan_service_pb2 as pb
from atelier.resolver.v1 import scan_service_pb2_grpc as pb_grpc

from services.resolver import scan_messages as messages
from services.resolver.collection import Collection
from services.resolver.scan_watching import ScanWatching
from services.resolver.scanning import Scanning

SERVICE_NAME = "atelier.resolver.v1.ScanService"


class ScanServicer(pb_grpc.ScanServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(self, *, scanning: Scanning, watching: ScanWatching, collection: Collection) -> None:
        self._scanning = scanning
        self._watching = watching
        self._collection = collection

    async def CreateScan(self, request: pb.CreateScanRequest, context: Any) -> pb.CreateScanResponse:
        return pb.CreateScanResponse(scan=messages.scan_message(await self._scanning.create(request)))

    async def GetScan(self, request: pb.GetScanRequest, context: Any) -> pb.GetScanResponse:
        found = await self._scanning.get(
            request.scan_id,
            size=request.page_size,
            token=request.page_token,
            only_needs_review=request.only_needs_review,
        )
        detections = [messages.detection_message(row) for row in found.detections.rows]
        scan = messages.scan_message(found.scan)
        return pb.GetScanResponse(scan=scan, detections=detections, next_page_token=found.detections.next_token)

    async def ListScans(self, request: pb.ListScansRequest, context: Any) -> pb.ListScansResponse:
        page = await self._scanning.list_scans(owner=request.owner, size=request.page_size, token=request.page_token)
        scans = [messages.scan_message(row) for row in page.rows]
        return pb.ListScansResponse(scans=scans, next_page_token=page.next_token)

    async def WatchScan(self, request: pb.WatchScanRequest, context: Any) -> AsyncIterator[pb.WatchScanResponse]:
        async with aclosing(self._watching.watch(request.scan_id)) as changes:
            async for row in changes:
                yield pb.WatchScanResponse(scan=messages.scan_message(row))

    async def ConfirmDetection(self, request: pb.ConfirmDetectionRequest, context: Any) -> pb.ConfirmDetectionResponse:
        return messages.confirm_response(await self._collection.confirm(request))

    async def ListUserCards(self, request: pb.ListUserCardsRequest, context: Any) -> pb.ListUserCardsResponse:
        page = await self._collection.list_cards(
            owner=request.owner, set_id=request.set_id, size=request.page_size, token=request.page_token
        )
        cards = [messages.user_card_message(row) for row in page.rows]
        return pb.ListUserCardsResponse(user_cards=cards, next_page_token=page.next_token)

    async def GetCollection(self, request: pb.GetCollectionRequest, context: Any) -> pb.GetCollectionResponse:
        return messages.collection_response(await self._collection.get(owner=request.owner))
