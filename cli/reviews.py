"""`atelier reviews list | show | watch | cancel | dismiss | sarif`: reviews that were asked for, and their findings."""

import enum
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer
from atelier.reviewer.v1.review_service_pb2 import (
    CancelReviewRequest,
    DismissFindingRequest,
    Finding,
    GetReviewRequest,
    ListReviewsRequest,
    Review,
)

from cli.connection import Gateway, call_gateway
from cli.fields import Fields
from cli.listing import Listing, pages
from cli.output import counted, say, write_json
from cli.progress import Feed, feeding
from cli.review import FailOnOption, SarifOption
from cli.review_documents import REVIEW_COLUMNS, finding_document, review_document, review_row
from cli.review_summary import FailOn, Reviewed, summary_document, summary_lines
from cli.reviewing import Course, review_to_end, tell_file
from cli.root import JsonOption, settings_of
from cli.sarif_files import fetch_sarif, save_sarif
from cli.steering import steer
from cli.whole_files import check_writable

REVIEWS = Listing(REVIEW_COLUMNS, review_row, review_document)

app = typer.Typer(help="Show and steer reviews, and dismiss their findings.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="ID", help="A review, by its UUID.")]


class ReviewStateName(enum.StrEnum):
    """The states of a review, as they are typed."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@app.command("list")
def list_reviews(
    context: typer.Context,
    project: Annotated[str, typer.Option(help="Only of this project.")] = "",
    state: Annotated[ReviewStateName | None, typer.Option(case_sensitive=False, help="Only in this state.")] = None,
    owner: Annotated[str, typer.Option(help="Only of this owner; users see their own.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="How many to show; all of them unless given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List reviews, the newest first."""
    fields = Fields({"--project": project, "--owner": owner})
    request = ListReviewsRequest(
        project=fields.text("--project"),
        owner=fields.text("--owner"),
        state=f"REVIEW_STATE_{state.name if state else 'UNSPECIFIED'}",
    )

    async def work(gateway: Gateway) -> int:
        return await REVIEWS.show_all(pages(gateway.reviews.ListReviews, request, limit), "reviews", as_json=as_json)

    total = call_gateway(settings_of(context), work)
    if not as_json:
        say(f"{counted(total, 'review')}.")


@app.command()
def show(context: typer.Context, name: NameArgument, as_json: JsonOption = False) -> None:
    """Show a review as it is now, with what was found in each file."""
    request = GetReviewRequest(review_id=Fields({"ID": name}).text("ID"))
    course = Course(fail_on=FailOn.NEVER, as_json=as_json, read_lines=_unknown)
    found = Reviewed()

    async def work(gateway: Gateway) -> None:
        with feeding() as feed:
            async for page in pages(gateway.reviews.GetReview, request, None):
                for file in page.review.files:
                    found.notes.add(file)
                    tell_file(feed, course, file)
                del page.review.files[:]
                found.reviews = [page.review]
            if as_json:
                feed.json(summary_document(found, FailOn.NEVER))

    call_gateway(settings_of(context), work)
    for line in summary_lines(found, FailOn.NEVER):
        say(line)


@app.command()
def watch(
    context: typer.Context,
    name: NameArgument,
    fail_on: FailOnOption = FailOn.HIGH,
    sarif: SarifOption = None,
    as_json: JsonOption = False,
) -> None:
    """Come back to a review: its files as they end, until all have."""
    settings = settings_of(context)
    request = GetReviewRequest(review_id=Fields({"ID": name}).text("ID"), page_size=1)
    if sarif is not None:
        check_writable(sarif)

    async def begin(gateway: Gateway, _: Feed) -> AsyncIterator[Review]:
        yield (await gateway.reviews.GetReview(request)).review

    course = Course(fail_on=fail_on, as_json=as_json, read_lines=_unknown, sarif=sarif)
    review_to_end(settings, course, begin, Reviewed())


@app.command()
def cancel(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="ID...", help="Reviews, by their UUIDs.")],
    as_json: JsonOption = False,
) -> None:
    """Stop reviews; what was set aside for the rest comes back."""

    async def call(gateway: Gateway, name: str) -> Review:
        found: Review = (await gateway.reviews.CancelReview(CancelReviewRequest(review_id=name))).review
        return found

    steer(context, names, call, REVIEWS, as_json=as_json)


@app.command()
def dismiss(
    context: typer.Context,
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="A finding, by its UUID.")],
    reason: Annotated[str, typer.Option(help="Why it isn't to be told again.")],
    as_json: JsonOption = False,
) -> None:
    """Have a finding not told again, in this and every later review of the project."""
    fields = Fields({"FINDING": finding, "--reason": reason})
    request = DismissFindingRequest(finding_id=fields.required_text("FINDING"), reason=fields.required_text("--reason"))

    async def work(gateway: Gateway) -> Finding:
        found: Finding = (await gateway.reviews.DismissFinding(request)).finding
        return found

    found = call_gateway(settings_of(context), work)
    if as_json:
        write_json(finding_document(found))
    else:
        say(f"{found.rule} in {found.path or 'the whole'} is dismissed, in later reviews too.")


@app.command()
def sarif(
    context: typer.Context,
    name: NameArgument,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="A file for it; stdout unless given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same: SARIF is JSON.")] = False,
) -> None:
    """Give the findings of a review that has ended as SARIF 2.1.0, for other tools to show."""
    review = Review(review_id=Fields({"ID": name}).text("ID"))
    if out is not None:
        check_writable(out)

    async def work(gateway: Gateway) -> None:
        if out is not None:
            await save_sarif(gateway, [review], out)
            return
        document, left_out = await fetch_sarif(gateway, [review])
        write_json(json.loads(document))
        if left_out:
            say(f"{counted(left_out, 'finding')} left out, for which there was no room.")

    call_gateway(settings_of(context), work)


def _unknown(_: str) -> list[str]:
    """The code that a review was of isn't kept here."""
    return []
