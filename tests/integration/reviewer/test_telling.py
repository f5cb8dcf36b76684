"""What is told of reviews: watching, dismissing and SARIF, on rows as they stand in the tables."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jsonschema
import pytest
import structlog
from atelier.reviewer.v1 import review_service_pb2 as pb

from chassis.auth import Role
from chassis.postgres import Database
from jobs.errors import Leaving
from jobs.events import Events
from services.reviewer.comparing import FindingStatus
from services.reviewer.coverage import ToolRun, ToolStatus
from services.reviewer.dismissing import Dismissing
from services.reviewer.errors import FindingNotFound, ReviewNotFound, ReviewRunning
from services.reviewer.finding import Severity
from services.reviewer.messages import finding_message, review_message
from services.reviewer.review_watching import ReviewWatching
from services.reviewer.reviewing import MOST_BYTES, read_review
from services.reviewer.sarif_exporting import SarifExporting
from tests.integration.reviewer.written_review import OWNER, RUFF, caller, end_parts, told, write_review

PATIENCE_SECONDS = 30.0


@pytest.fixture
def watching(database: Database, log: structlog.stdlib.BoundLogger) -> ReviewWatching:
    """Watches without Redis: it looks by itself every second."""
    return ReviewWatching(database=database, events=Events(redis=None, prefix="test", log=log))


@pytest.fixture
def dismissing(database: Database) -> Dismissing:
    return Dismissing(database=database)


@pytest.fixture
def exporting(database: Database) -> SarifExporting:
    return SarifExporting(database=database, version="1.2.3")


async def shown(database: Database, review_id: UUID) -> pb.Review:
    return review_message(await read_review(database, review_id, OWNER))


async def watched(watching: ReviewWatching, review_id: UUID) -> AsyncIterator[pb.Review]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for view in watching.watch(str(review_id)):
            yield review_message(view)


async def test_a_watcher_is_told_each_file_once_as_it_ends(database: Database, watching: ReviewWatching) -> None:
    review_id = await write_review(database, paths=["a.py", "b.py", "c.py"])
    await end_parts(database, review_id, [1])
    told_files: list[list[str]] = []

    with caller():
        async for review in watched(watching, review_id):
            told_files.append([file.path for file in review.files])
            if len(told_files) == 1:
                await end_parts(database, review_id, [2])
            elif len(told_files) == 2:
                await end_parts(database, review_id, [0])

    assert told_files == [["b.py"], ["c.py"], ["a.py"]]
    assert review.state == pb.REVIEW_STATE_SUCCEEDED
    assert (review.progress.done, review.progress.total) == (3, 3)


async def test_a_large_review_is_watched_in_messages_that_a_default_client_takes(
    database: Database, watching: ReviewWatching
) -> None:
    review_id = await write_review(database, paths=[f"{number}.py" for number in range(1_200)])
    patch = "+" * 20_000
    await end_parts(database, review_id, list(range(1_200)), [told("f", patch=patch)])

    with caller():
        reviews = [review async for review in watched(watching, review_id)]

    assert [file.path for review in reviews for file in review.files] == [f"{number}.py" for number in range(1_200)]
    assert max(review.ByteSize() for review in reviews) < 4 * 2**20
    assert len(reviews) < 1_200 * 20_000 / MOST_BYTES + 3


async def test_watching_ends_when_the_process_leaves(database: Database, watching: ReviewWatching) -> None:
    review_id = await write_review(database, paths=["a.py"])

    with caller():
        reviews = watched(watching, review_id)
        await anext(reviews)
        await watching.stop()

        with pytest.raises(Leaving):
            await anext(reviews)


async def test_another_owners_review_is_not_there_to_be_watched(database: Database, watching: ReviewWatching) -> None:
    review_id = await write_review(database, paths=["a.py"])

    with caller("bea"), pytest.raises(ReviewNotFound):
        await anext(watched(watching, review_id))


async def test_a_file_is_told_with_all_that_stands_in_its_row(database: Database) -> None:
    review_id = await write_review(database, paths=["a.py"])
    await end_parts(database, review_id, [0], [told("f", severity=Severity.HIGH, line=3)])

    with caller():
        review = await shown(database, review_id)

    [file] = review.files
    [finding] = file.findings
    assert (file.outcome, file.coverage.tools[0].tool) == (pb.REVIEW_OUTCOME_COMPLETE, "ruff")
    assert file.coverage.tools[0].status == pb.ToolRun.STATUS_RAN
    assert file.coverage.model.status == pb.ModelRun.STATUS_NONE
    assert (file.steps[0].name, file.steps[0].duration.ToMilliseconds()) == ("linters", 250)
    assert (finding.severity, finding.status) == (pb.SEVERITY_HIGH, pb.FINDING_STATUS_NEW)
    assert (finding.range.start_line, finding.range.end_line, finding.range.start_column) == (3, 3, 0)
    assert list(review.counts.by_severity) == [0, 1, 0, 0, 0]


@pytest.mark.parametrize("status", [FindingStatus.NEW, FindingStatus.PERSISTING, FindingStatus.FIXED])
async def test_dismissing_moves_a_finding_to_another_count_once(
    database: Database, dismissing: Dismissing, status: FindingStatus
) -> None:
    review_id = await write_review(database, paths=["a.py"])
    await end_parts(database, review_id, [0], [told("f", status, severity=Severity.LOW), told("g", line=2)])
    with caller():
        before = await shown(database, review_id)
        finding_id = before.files[0].findings[0].finding_id

        await dismissing.dismiss(finding_id, "not ours")
        row = await dismissing.dismiss(finding_id, "a constant")
        after = await shown(database, review_id)

    finding = finding_message(row)
    assert (finding.status, finding.dismissal) == (pb.FINDING_STATUS_DISMISSED, "a constant")
    assert after.files[0].findings[0] == finding
    assert after.counts == pb.FindingCounts(added=1, dismissed=1, by_severity=[0, 0, 1, 0, 0])
    async with database.connection() as connection:
        kept = await connection.fetch("SELECT * FROM dismissals")
    assert [(one["owner"], one["project"], one["fingerprint"], one["reason"]) for one in kept] == [
        ("ann", "shop", "f", "a constant")
    ]


async def test_who_dismiss_the_same_at_once_are_counted_once(database: Database, dismissing: Dismissing) -> None:
    review_id = await write_review(database, paths=["a.py"])
    await end_parts(database, review_id, [0], [told("f")])
    with caller():
        finding_id = (await shown(database, review_id)).files[0].findings[0].finding_id

        await asyncio.gather(*(dismissing.dismiss(finding_id, str(number)) for number in range(10)))
        after = await shown(database, review_id)

    assert after.counts == pb.FindingCounts(dismissed=1, by_severity=[0, 0, 0, 0, 0])


async def test_an_operator_dismisses_for_the_owner_and_a_stranger_finds_nothing(
    database: Database, dismissing: Dismissing
) -> None:
    review_id = await write_review(database, paths=["a.py"])
    await end_parts(database, review_id, [0], [told("f")])
    with caller():
        finding_id = (await shown(database, review_id)).files[0].findings[0].finding_id

    with caller("bea"), pytest.raises(FindingNotFound):
        await dismissing.dismiss(finding_id, "mine")
    with caller(), pytest.raises(FindingNotFound):
        await dismissing.dismiss(str(uuid4()), "nobody's")
    with caller("root", Role.OPERATOR):
        await dismissing.dismiss(finding_id, "known")

    async with database.connection() as connection:
        assert await connection.fetchval("SELECT owner FROM dismissals") == "ann"


async def test_the_findings_of_an_ended_review_are_valid_sarif(
    database: Database, exporting: SarifExporting, shared_data: Path
) -> None:
    path = shared_data / "sarif-schema-2.1.0.json"
    if not path.is_file():
        pytest.skip(f"the SARIF schema is not at {path}")
    review_id = await write_review(database, paths=[f"{number}.py" for number in range(3)])
    missing = ToolRun(tool="pylint", version="", status=ToolStatus.MISSING, message="It isn't installed.")
    found = [told("f"), told("g", FindingStatus.FIXED, line=2), told("h", FindingStatus.DISMISSED, line=None)]
    await end_parts(database, review_id, [0, 1, 2], found, tools=[RUFF, missing])

    with caller():
        sarif = await exporting.export(str(review_id))

    document: Any = json.loads(sarif.document)
    jsonschema.Draft7Validator(json.loads(path.read_text())).validate(document)
    [run] = document["runs"]
    [note] = run["invocations"][0]["toolExecutionNotifications"]
    assert [one["partialFingerprints"]["atelierFingerprint/v1"] for one in run["results"]] == ["f"] * 3
    assert note["message"]["text"] == "pylint is missing and didn't look at 0.py and 2 more: It isn't installed."
    assert sarif.left_out == 0


async def test_what_one_message_has_no_room_for_is_left_out_and_counted(
    database: Database, exporting: SarifExporting
) -> None:
    review_id = await write_review(database, paths=[f"{number}.py" for number in range(60)])
    long, severities = "é" * 1_000, [Severity.INFO, Severity.CRITICAL]
    found = [told(str(line), line=line, message=long, severity=severities[line % 2]) for line in range(1, 101)]
    await end_parts(database, review_id, list(range(60)), found)

    with caller():
        sarif = await exporting.export(str(review_id))

    levels = [one["level"] for one in json.loads(sarif.document)["runs"][0]["results"]]
    assert len(sarif.document) < 4 * 2**20
    assert len(levels) + sarif.left_out == 6_000
    assert set(levels) == {"error"}


async def test_a_running_review_is_not_exported(database: Database, exporting: SarifExporting) -> None:
    review_id = await write_review(database, paths=["a.py"])

    with caller(), pytest.raises(ReviewRunning):
        await exporting.export(str(review_id))
    with caller("bea"), pytest.raises(ReviewNotFound):
        await exporting.export(str(review_id))
