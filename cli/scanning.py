"""Scans from their first record to their end, as a person watches them: progress, sums, and what to look at."""

from typing import Any

from cli.output import counted, say, write_line, write_table
from cli.progress import counting, feeding
from cli.scan_documents import REVIEW_COLUMNS, review_row, scan_document, summed
from cli.scan_files import Detections
from cli.scan_upload import Upload, detections_to_review


async def scan_records(upload: Upload, records: Detections, *, as_json: bool = False) -> list[dict[str, Any]]:
    """Send the records, wait for the scans and give their documents, with progress; `as_json` prints each meanwhile.

    Raises CliError and `grpc.aio.AioRpcError`.
    """
    found = []
    with feeding(*counting("detections")) as feed:
        task = feed.bar.add_task("sending", total=None)
        feed.bar.update(task, total=await upload.send(records), description="scanning")
        async for ended in upload.ends(lambda judged: feed.bar.advance(task, judged)):
            document = scan_document(ended, await detections_to_review(upload.gateway, ended))
            found.append(document)
            if as_json:
                feed.json(document)
    return found


def show_scans(found: list[dict[str, Any]]) -> None:
    """What the scans came to together, and a table of what needs review."""
    write_table(("what", "count"), summed(found))
    reviews = [review_row(one["scan_id"], detection) for one in found for detection in one["review"]]
    if reviews:
        write_line("")
        write_table(REVIEW_COLUMNS, reviews)
        say("Say which card one shows by `atelier confirm SCAN DETECTION CARD`.")
    say(f"{counted(len(found), 'scan')}.")
