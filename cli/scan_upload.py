"""Sends detections as scans and follows them to their end, however often the connection is lost meanwhile."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

from atelier.resolver.v1.scan_service_pb2 import (
    CreateScanRequest,
    Detection,
    GetScanRequest,
    Scan,
    ScannedDetection,
    ScanState,
    WatchScanRequest,
)

from cli.answers import MAX_BYTES, checked
from cli.connection import Gateway
from cli.lasting import LastingStream, LossNotice
from cli.listing import pages
from cli.output import say
from cli.pipeline import Batch, batches, map_in_order, read_aside
from cli.records import BadRecord, Record
from cli.work_options import DEFAULT_PREFIX, content_id

SCAN_SIZE = 1000  # the most that one scan takes
WATCHED_AT_ONCE = 8

Advance = Callable[[int], None]
"""Hears how many more detections have been judged."""


@dataclass(slots=True)
class Upload:
    """Detections on their way to being judged. A bad record is told of on stderr and counted; it stops nothing."""

    gateway: Gateway
    lane: str = "LANE_NORMAL"
    prefix: str = DEFAULT_PREFIX
    rejected: int = 0
    scans: list[Scan] = field(default_factory=list)
    notice: LossNotice = field(default_factory=LossNotice)

    async def send(self, records: Iterator[Record[Detection] | BadRecord]) -> int:
        """Have every record accepted, a thousand a scan; how many there are. Raises `grpc.aio.AioRpcError`."""
        found = read_aside(batches(checked(records), max_records=SCAN_SIZE, max_bytes=MAX_BYTES))
        async for batch, scan in map_in_order(found, self._create):
            for bad in batch.bad:
                self.rejected += 1
                say(str(bad))
            if scan is not None:
                self.scans.append(scan)
        return sum(int(scan.progress.total) for scan in self.scans)

    @property
    def repeated(self) -> int:
        """How many of the scans had ended before they were sent now."""
        return sum(has_ended(scan) for scan in self.scans)

    async def ends(self, advance: Advance) -> AsyncIterator[Scan]:
        """Every scan when it has ended, in the order they were sent. Raises CliError and `grpc.aio.AioRpcError`."""

        async def sent() -> AsyncIterator[Scan]:
            for scan in self.scans:
                yield scan

        async for ended in map_in_order(sent(), lambda scan: self._follow(scan, advance), in_flight=WATCHED_AT_ONCE):
            yield ended

    async def _create(self, batch: Batch[Detection]) -> tuple[Batch[Detection], Scan | None]:
        if not batch.messages:
            return batch, None
        name = content_id(self.prefix, *batch.messages)
        request = CreateScanRequest(request_id=name, detections=batch.messages, lane=self.lane)
        return batch, (await self.gateway.scans.CreateScan(request)).scan

    async def _follow(self, scan: Scan, advance: Advance) -> Scan:
        """The scan when it has ended; `advance` hears of its progress."""
        latest, told = scan, 0
        request = WatchScanRequest(scan_id=scan.scan_id)
        stream = LastingStream(self.notice, is_there=True)

        def ended() -> bool:
            return has_ended(latest)

        async for answer in stream.messages(lambda: self.gateway.scans.WatchScan(request), ended):
            latest = answer.scan
            # An attempt that begins anew takes back what an earlier one had judged.
            done = int(latest.progress.done)
            advance(done - told)
            told = done
        return latest


def has_ended(scan: Scan) -> bool:
    """Whether nothing but a retry of its job can change it."""
    return scan.state not in (ScanState.SCAN_STATE_UNSPECIFIED, ScanState.SCAN_STATE_PENDING)


async def detections_to_review(gateway: Gateway, scan: Scan) -> list[ScannedDetection]:
    """Those that a person should look at. Raises `grpc.aio.AioRpcError`."""
    found: list[ScannedDetection] = []
    if scan.result.needs_review:
        request = GetScanRequest(scan_id=scan.scan_id, only_needs_review=True)
        async for page in pages(gateway.scans.GetScan, request, None):
            found += page.detections
    return found
