"""The scan that the demo makes of its example, and what it must come to, to the last card and cent."""

from pathlib import Path
from typing import Any

from atelier.resolver.v1.scan_service_pb2 import GetCollectionRequest, GetCollectionResponse

from cli.connection import Gateway
from cli.demo_report import Report
from cli.money import money_text
from cli.scan_files import open_detections
from cli.scan_upload import Upload
from cli.scanning import scan_records

EXPECTED = {
    "state": "SUCCEEDED",
    "total_detections": 12,
    "resolved": 9,
    "auto_created": 1,
    "user_cards_created": 7,
    "user_cards_updated": 0,
    "needs_review": 1,
}
# The one to review is AMBIGUOUS or WEAK, depending on what else the catalogue has.
EXPECTED_BEYOND_HELP = {"NOT_IN_CATALOG": 1, "NO_EVIDENCE": 1}
EXPECTED_VALUES = "9.00 EUR, 462.00 USD"


async def scan_example(gateway: Gateway, report: Report, path: Path) -> None:
    """Scan the file, and again as if the first time had broken off: the second must change nothing.

    Raises CliError and `grpc.aio.AioRpcError`.
    """
    report.scan = await _scan(gateway, path)
    report.collection = await _collection(gateway)
    again, unchanged = await _scan(gateway, path), await _collection(gateway)
    for name, expected in EXPECTED.items():
        found = report.scan[name]
        report.expect(found == expected, f"the scan gave {name} {found} instead of {expected}")
    helpless = {reason: report.scan["unresolved"].get(reason) for reason in EXPECTED_BEYOND_HELP}
    report.expect(helpless == EXPECTED_BEYOND_HELP, f"the scan gave {helpless} instead of {EXPECTED_BEYOND_HELP}")
    counts = (report.collection.total_cards, report.collection.distinct_cards)
    report.expect(counts == (9, 7), f"the collection has {counts[0]} cards, {counts[1]} different, instead of 9 and 7")
    worth = money_text(report.collection.estimated_values)
    report.expect(worth == EXPECTED_VALUES, f"the collection is worth {worth} instead of {EXPECTED_VALUES}")
    report.expect(again["scan_id"] == report.scan["scan_id"], "the same file became another scan")
    report.expect(unchanged == report.collection, "the same file again changed the collection")


async def _scan(gateway: Gateway, path: Path) -> dict[str, Any]:
    [found] = await scan_records(Upload(gateway), open_detections(str(path)))
    return found


async def _collection(gateway: Gateway) -> GetCollectionResponse:
    found: GetCollectionResponse = await gateway.scans.GetCollection(GetCollectionRequest())
    return found
