"""The batch of all kinds of work that the demo submits by one call, and what must come of it: all of it, and once."""

from itertools import chain
from pathlib import Path

from atelier.engager.v1.engagement_service_pb2 import ScheduleActivitiesRequest
from atelier.gateway.v1.gateway_service_pb2 import BatchItem

from cli.connection import Gateway
from cli.demo_engage import check_activities, new_activities
from cli.demo_images import check_pictures, grant_credits
from cli.demo_receiver import Receiver
from cli.demo_report import Report
from cli.demo_review import check_reviews
from cli.demo_scan import check_scan, collection
from cli.errors import CliError
from cli.exits import ExitCode
from cli.records import Place, Record
from cli.submit_files import Items, open_items
from cli.submit_upload import BatchUpload
from cli.submitting import Course, submit_items

FILE = "batch.jsonl"


async def submit_example(gateway: Gateway, report: Report, course: Course, examples: Path, secret: bytes) -> None:
    """Submit the example and activities for a receiver of the demo's own, follow all to its end, and check it.

    Then the same again, which must make, pay and change nothing. `secret` signs what the receiver is sent. Raises
    CliError and `grpc.aio.AioRpcError`.
    """
    before = await grant_credits(gateway)
    async with Receiver(secret) as receiver:
        activities = ScheduleActivitiesRequest(activities=await new_activities(gateway, receiver.url))
        await submit_items(gateway, _items(examples, activities), course, report.batch)
        if not report.batch.all_is_well(watched=True):
            states = ", ".join(f"{sent.kind} {state}" for sent, state in report.batch.states())
            raise CliError(f"The demo's batch wasn't carried out whole: {states}.", ExitCode.SOFTWARE)
        report.collection = await collection(gateway)
        again = [sent async for sent in BatchUpload(gateway, course.prefix).send(_items(examples, activities))]
    same = [sent.names for sent in again] == [sent.names for sent in report.batch.sent]
    report.expect(same, "the same batch became other work")
    await check_scan(gateway, report)
    await check_pictures(gateway, report, again, before)
    check_activities(report, receiver, again)
    await check_reviews(gateway, report, examples.parent)


def _items(examples: Path, activities: ScheduleActivitiesRequest) -> Items:
    return chain(open_items(str(examples / FILE)), [Record(Place(FILE, 0), BatchItem(activities=activities))])
