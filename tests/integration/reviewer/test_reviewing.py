"""Looking at reviews, in pages; cancelling them; and who may."""

from uuid import UUID

import pytest
from atelier.reviewer.v1 import review_service_pb2 as pb

from chassis.auth import Role
from chassis.errors import InvalidArgument
from chassis.paging import encode_token
from jobs.errors import OwnerNotAllowed
from services.reviewer import reviewing
from services.reviewer.errors import ReviewEnded, ReviewNotFound
from services.reviewer.messages import review_message
from tests.integration.reviewer.desk import Looks, Reviewer, review_request, source
from tests.integration.reviewer.written_review import OWNER, caller, told


async def paths_by_page(reviewer: Reviewer, review: pb.Review, size: int = 0) -> list[list[str]]:
    """The paths of a review's files, page by page."""
    pages, token = list[list[str]](), ""
    with caller(review.owner):
        while token or not pages:
            view, token = await reviewer.reviewing.get(review.review_id, size=size, token=token)
            pages.append([part["path"] for part in view.parts])
            assert {row["number"] for row in view.findings} <= {part["number"] for part in view.parts}
    return pages


async def test_files_come_in_pages_in_the_order_asked_for(reviewer: Reviewer) -> None:
    names = ["d.py", "b.py", "e.py", "a.py", "c.py"]
    made = await reviewer.create(review_request(*(source(name) for name in names)))

    assert await paths_by_page(reviewer, made, 2) == [["d.py", "b.py"], ["e.py", "a.py"], ["c.py"]]
    assert await paths_by_page(reviewer, made, 5) == [names]
    assert await paths_by_page(reviewer, made) == [names]


async def test_a_page_ends_where_it_would_be_too_large_to_send(reviewer: Reviewer) -> None:
    made = await reviewer.create(review_request(*(source(f"{name}.py") for name in "abcd")))
    small, large = [told("s")], [told(f"f{n}", message="m" * 2_000) for n in range(600)]
    await reviewer.work(Looks(told={"a.py": small, "b.py": large, "c.py": large * 3, "d.py": small}))

    pages = await paths_by_page(reviewer, made)

    assert pages == [["a.py", "b.py"], ["c.py"], ["d.py"]]
    sizes = []
    with caller(OWNER):
        view, _ = await reviewer.reviewing.get(made.review_id)
        sizes.append(review_message(view).ByteSize())
    assert sizes[0] < reviewing.MOST_BYTES


@pytest.mark.parametrize("place", ["", "x", "-1", "²", "1" * 10])
async def test_a_token_that_names_no_file_is_refused(reviewer: Reviewer, place: str) -> None:
    made = await reviewer.create(review_request(source("a.py")))

    with caller(OWNER), pytest.raises(InvalidArgument) as caught:
        await reviewer.reviewing.get(made.review_id, token=encode_token("parts", [made.review_id], [place]))

    assert [violation.field for violation in caught.value.violations] == ["page_token"]


async def test_a_token_of_another_review_is_refused(reviewer: Reviewer) -> None:
    first = await reviewer.create(review_request(source("a.py"), source("b.py")))
    second = await reviewer.create(review_request(source("a.py"), source("b.py")))

    with caller(OWNER):
        _, token = await reviewer.reviewing.get(first.review_id, size=1)
        with pytest.raises(InvalidArgument):
            await reviewer.reviewing.get(second.review_id, token=token)


async def test_reviews_are_listed_the_newest_first_by_project_and_state(reviewer: Reviewer) -> None:
    old = await reviewer.create(review_request(source("a.py")))
    await reviewer.work(Looks())
    other = await reviewer.create(review_request(source("a.py"), project="other"))
    new = await reviewer.create(review_request(source("b.py")))

    assert await listed(reviewer) == [new.review_id, other.review_id, old.review_id]
    assert await listed(reviewer, project="shop") == [new.review_id, old.review_id]
    assert await listed(reviewer, state="SUCCEEDED") == [old.review_id]
    assert await listed(reviewer, project="other", state="SUCCEEDED") == []


async def test_a_token_of_another_list_is_refused(reviewer: Reviewer) -> None:
    for name in "ab":
        await reviewer.create(review_request(source(f"{name}.py")))

    with caller(OWNER):
        page = await reviewer.reviewing.list_reviews(project="", state="", owner="", size=1, token="")
        with pytest.raises(InvalidArgument):
            await reviewer.reviewing.list_reviews(project="shop", state="", owner="", size=1, token=page.next_token)


async def test_a_caller_meets_its_own_reviews_only_and_an_operator_all(reviewer: Reviewer) -> None:
    mine = await reviewer.create(review_request(source("a.py")))
    theirs = await reviewer.create(review_request(source("a.py")), "bob")

    with caller("bob"):
        with pytest.raises(ReviewNotFound):
            await reviewer.reviewing.get(mine.review_id)
        with pytest.raises(ReviewNotFound):
            await reviewer.cancelling.cancel(mine.review_id)
        with pytest.raises(OwnerNotAllowed):
            await reviewer.reviewing.list_reviews(project="", state="", owner=OWNER, size=0, token="")
    assert await listed(reviewer) == [mine.review_id]
    with caller("root", Role.OPERATOR):
        everybodys = await reviewer.reviewing.list_reviews(project="", state="", owner="", size=0, token="")
        view, _ = await reviewer.reviewing.get(theirs.review_id)
    assert {str(row["review_id"]) for row in everybodys.rows} == {mine.review_id, theirs.review_id}
    assert view.row["review_id"] == UUID(theirs.review_id)


async def test_cancelling_gives_everything_back_and_cancelling_again_changes_nothing(reviewer: Reviewer) -> None:
    made = await reviewer.create(review_request(source("a.py"), source("b.py")))

    cancelled = await reviewer.cancel(made)
    again = await reviewer.cancel(made)

    assert cancelled == again
    assert cancelled.state == pb.REVIEW_STATE_CANCELLED
    assert {file.state for file in cancelled.files} == {pb.REVIEW_STATE_CANCELLED}
    quota = await reviewer.quota()
    assert (quota.tokens.used, quota.tokens.reserved) == (0, 0)
    assert (quota.requests.used, quota.requests.reserved) == (0, 0)
    assert await reviewer.fetch("SELECT FROM jobs WHERE ended_at IS NULL") == []


async def test_what_had_been_reviewed_before_stays_in_a_review_that_is_cancelled(reviewer: Reviewer) -> None:
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(Looks(told={"a.py": [told("f1")]}))
    made = await reviewer.create(review_request(source("a.py"), source("b.py")))

    cancelled = await reviewer.cancel(made)

    assert [file.state for file in cancelled.files] == [pb.REVIEW_STATE_SUCCEEDED, pb.REVIEW_STATE_CANCELLED]
    assert (cancelled.state, cancelled.counts.persisting) == (pb.REVIEW_STATE_CANCELLED, 1)
    assert (await reviewer.quota()).requests.used == 2


async def test_a_review_that_has_ended_cannot_be_cancelled(reviewer: Reviewer) -> None:
    made = await reviewer.create(review_request(source("a.py")))
    await reviewer.work(Looks())

    with pytest.raises(ReviewEnded):
        await reviewer.cancel(made)


async def test_a_large_review_is_cancelled_bit_by_bit(reviewer: Reviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.reviewer.cancelling.AT_ONCE", 2)
    made = await reviewer.create(review_request(*(source(f"{name}.py") for name in "abcde")))

    assert (await reviewer.cancel(made)).state == pb.REVIEW_STATE_CANCELLED


async def listed(reviewer: Reviewer, *, project: str = "", state: str = "") -> list[str]:
    """The owner's reviews, over pages of one."""
    found, token = list[str](), "first"
    with caller(OWNER):
        while token:
            page = await reviewer.reviewing.list_reviews(
                project=project, state=state, owner="", size=1, token=token if found else ""
            )
            found += [str(row["review_id"]) for row in page.rows]
            token = page.next_token
    return found
