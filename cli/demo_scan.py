"""What the demo's scan must come to, to the last card and cent."""

from atelier.resolver.v1.scan_service_pb2 import GetCollectionRequest, GetCollectionResponse

from cli.connection import Gateway
from cli.demo_report import Report
from cli.money import money_text
from cli.scan_documents import scan_document
from cli.scan_upload import detections_to_review

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


async def check_scan(gateway: Gateway, report: Report) -> None:
    """Check the scan of the batch, and that the same batch again changed nothing. Raises `grpc.aio.AioRpcError`."""
    [work] = report.work_of("scan")
    report.scan = scan_document(work.scan, await detections_to_review(gateway, work.scan))
    for name, expected in EXPECTED.items():
        found = report.scan[name]
        report.expect(found == expected, f"the scan gave {name} {found} instead of {expected}")
    helpless = {reason: report.scan["unresolved"].get(reason) for reason in EXPECTED_BEYOND_HELP}
    report.expect(helpless == EXPECTED_BEYOND_HELP, f"the scan gave {helpless} instead of {EXPECTED_BEYOND_HELP}")
    counts = (report.collection.total_cards, report.collection.distinct_cards)
    report.expect(counts == (9, 7), f"the collection has {counts[0]} cards, {counts[1]} different, instead of 9 and 7")
    worth = money_text(report.collection.estimated_values)
    report.expect(worth == EXPECTED_VALUES, f"the collection is worth {worth} instead of {EXPECTED_VALUES}")
    unchanged = await collection(gateway) == report.collection
    report.expect(unchanged, "the same batch again changed the collection")


async def collection(gateway: Gateway) -> GetCollectionResponse:
    """The caller's. Raises `grpc.aio.AioRpcError`."""
    found: GetCollectionResponse = await gateway.scans.GetCollection(GetCollectionRequest())
    return found
