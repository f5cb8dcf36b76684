"""The review that the demo has made of the project's own code, and what it must come to, the second time too."""

from pathlib import Path
from typing import Any

from atelier.reviewer.v1.quota_service_pb2 import GetQuotaRequest
from atelier.reviewer.v1.review_service_pb2 import FileReview, FindingStatus, Review, ToolRun

from cli.connection import Gateway
from cli.demo_report import Report
from cli.lasting import LossNotice
from cli.output import say
from cli.progress import feeding
from cli.quota import quota_document, show_quota
from cli.review_documents import file_document
from cli.review_files import LocalFile
from cli.review_request import Wishes
from cli.review_summary import FailOn, Reviewed, outcome_lines, summary_document
from cli.review_upload import ReviewUpload
from cli.review_watch import ReviewWatch
from cli.reviewing import Course, tell_file

FILES = ("chassis/lifecycle.py", "cli/pipeline.py", "cli/stack/process.py")
PROJECT, POLICY = "atelier", "SECRET_POLICY_REDACT"
SCAN = "secret-scan"  # The one tool that is never missing.


async def check_reviews(gateway: Gateway, report: Report, root: Path) -> None:
    """Check the batch's review of files at `root`, and have them reviewed again, which must find and cost nothing new.

    Raises CliError and `grpc.aio.AioRpcError`.
    """
    [work] = report.work_of("review")
    report.reviewed, report.reviewed_files = await _told(gateway, work.review)
    report.reviewed_again, _ = await _told(gateway, await _review_again(gateway, root))
    report.quota = (await gateway.quotas.GetQuota(GetQuotaRequest())).quota
    for file in report.reviewed_files:
        _check_file(report, file, root)
    _check_outcome(report)
    _check_again(report)


def show_review(report: Report, root: Path) -> None:
    """What was found, with the code it is about, how completely was looked, and what is left of the budget."""
    course = Course(fail_on=FailOn.NEVER, as_json=False, read_lines=lambda path: _lines(root, path))
    with feeding() as feed:
        for file in report.reviewed_files:
            tell_file(feed, course, file)
    for line in outcome_lines(report.reviewed):
        say(line)
    counts, *_, used = outcome_lines(report.reviewed_again)
    say(f"The same files again: {counts} {used}")
    show_quota(report.quota, as_json=False)


def review_documents(report: Report) -> dict[str, Any]:
    """Both reviews and the budget as plain values."""
    files = [file_document(file) for file in report.reviewed_files]
    return {
        "review": {"files": files, **summary_document(report.reviewed, FailOn.NEVER)},
        "review_again": summary_document(report.reviewed_again, FailOn.NEVER),
        "quota": quota_document(report.quota),
    }


async def _review_again(gateway: Gateway, root: Path) -> Review:
    upload = ReviewUpload(Wishes(project=PROJECT, secret_policy=POLICY, lane=None, prefix="again"))
    local = [LocalFile(path, root / path, (root / path).stat().st_size, named=True) for path in FILES]
    [review] = [review async for review in upload.reviews(gateway, local)]
    return review


async def _told(gateway: Gateway, review: Review) -> tuple[Reviewed, list[FileReview]]:
    """The review when it has ended, and its files."""
    watch, found = ReviewWatch(gateway, review, LossNotice()), Reviewed()
    files = [file async for ended in watch.changes() for file in ended]
    for file in files:
        found.notes.add(file)
    found.reviews.append(watch.review)
    return found, files


def _lines(root: Path, path: str) -> list[str]:
    return (root / path).read_text().split("\n")


def _check_file(report: Report, file: FileReview, root: Path) -> None:
    has_run = {run.tool for run in file.coverage.tools if run.status == ToolRun.STATUS_RAN}
    report.expect(SCAN in has_run, f"{file.path} was not searched for secrets")
    last = len(_lines(root, file.path))
    for finding in file.findings:
        is_new = finding.status == FindingStatus.FINDING_STATUS_NEW
        report.expect(is_new, f"{finding.rule} in {file.path} is not new in the first review of it")
        line = finding.range.start_line
        report.expect(1 <= line <= last, f"{finding.rule} is found in line {line} of {file.path}, which has {last}")


def _check_outcome(report: Report) -> None:
    found = report.reviewed
    paths = sorted(file.path for file in report.reviewed_files)
    report.expect(paths == sorted(FILES), f"the review told of {paths} instead of {sorted(FILES)}")
    told = sum(len(file.findings) for file in report.reviewed_files)
    report.expect(found.counts.added == told, f"the review counts {found.counts.added} findings and told of {told}")
    # A linter may be missing here, which must be said.
    is_plain = found.outcome == "COMPLETE" or (found.outcome == "DEGRADED" and any(found.notes.lines()))
    report.expect(is_plain, f"the review's outcome is {found.outcome}, and nothing says why")


def _check_again(report: Report) -> None:
    counts, usage, quota = report.reviewed_again.counts, report.reviewed_again.usage, report.quota
    found = (counts.added, counts.persisting, counts.fixed)
    expected = (0, report.reviewed.counts.added, 0)
    report.expect(found == expected, f"the same again gave {found} new, persisting and fixed instead of {expected}")
    tokens = usage.input_tokens + usage.output_tokens
    report.expect(tokens == 0, f"the same again took {tokens} tokens")
    first = report.reviewed.usage
    used = (quota.requests.used, quota.tokens.used, quota.requests.reserved + quota.tokens.reserved)
    due = (2, first.input_tokens + first.output_tokens, 0)
    report.expect(used == due, f"requests and tokens used, and set aside, are {used} instead of {due}")
