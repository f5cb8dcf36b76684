"""Accepting reviews: what is written, what is set aside, and what is refused."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from atelier.reviewer.v1 import review_service_pb2 as pb

from chassis.auth import Role
from chassis.errors import InvalidArgument
from services.reviewer.contents import hash_of
from services.reviewer.errors import RequestIdUsed, SnapshotNotFound
from services.reviewer.models.tokens import most_tokens
from tests.integration.reviewer.conftest import Open
from tests.integration.reviewer.desk import ANSWER, Reviewer, debug_request, review_request, source
from tests.integration.reviewer.written_review import OWNER, caller
from tests.invented_secrets import invented_secrets


async def test_an_accepted_review_stands_with_its_parts_their_jobs_contents_and_reservations(
    reviewer: Reviewer,
) -> None:
    files = [source("b.py", "y = 2\n", (1, 1)), source("a.py")]

    made = await reviewer.create(review_request(*files, lane=1))

    assert (made.owner, made.project, made.kind, made.state) == (OWNER, "shop", "review", pb.REVIEW_STATE_RUNNING)
    assert (made.progress.done, made.progress.total) == (0, 2)
    assert [file.path for file in made.files] == ["b.py", "a.py"]
    assert {file.state for file in made.files} == {pb.REVIEW_STATE_RUNNING}
    jobs = await reviewer.fetch(
        "SELECT id, kind, owner, state, lane, deadline - created_at AS time FROM jobs ORDER BY id"
    )
    assert [(job["kind"], job["owner"], job["state"], job["lane"]) for job in jobs] == [
        ("review", OWNER, "QUEUED", 1)
    ] * 2
    assert {job["time"] for job in jobs} == {timedelta(hours=1)}
    assert [file.job for file in made.files] == [f"reviewer/jobs/{job['id']}" for job in jobs]
    asked = [most_tokens("b.py", "y = 2\n") + ANSWER, most_tokens("a.py", "x = 1\n") + ANSWER]
    quota = await reviewer.quota()
    assert (quota.tokens.reserved, quota.tokens.used) == (sum(asked), 0)
    assert (quota.requests.reserved, quota.requests.used) == (1, 0)
    assert {path.stem for path in reviewer.stored()} == {hash_of(file.content) for file in files}
    parts = await reviewer.fetch("SELECT inputs, reservation FROM parts ORDER BY number")
    assert '"changed": [[1, 1]]' in parts[0]["inputs"]
    assert [part["reservation"] for part in parts] == [f"{made.review_id}/{number}" for number in (0, 1)]


async def test_an_error_and_the_code_around_it_are_one_part(reviewer: Reviewer) -> None:
    made = await reviewer.create(debug_request("KeyError: 'x'", source("a.py"), source("b.py")))

    assert (made.kind, made.progress.total, [file.path for file in made.files]) == ("debug", 1, [""])
    assert [job["kind"] for job in await reviewer.fetch("SELECT kind FROM jobs")] == ["debug"]
    assert {path.stem for path in reviewer.stored()} == {hash_of(b"x = 1\n"), hash_of(b"KeyError: 'x'")}
    expected = most_tokens("KeyError: 'x'", "a.py", "b.py", "x = 1\n", "x = 1\n") + ANSWER
    assert (await reviewer.quota()).tokens.reserved == expected


async def test_what_nothing_will_look_at_costs_no_tokens(reviewer: Reviewer) -> None:
    files = [source("a.py", "x = 1\n" * 10_000), source("b.bin", "\0"), source("unknown")]

    made = await reviewer.create(review_request(*files))

    assert made.progress.total == 3
    quota = await reviewer.quota()
    assert (quota.tokens.reserved, quota.requests.reserved) == (0, 1)


async def test_no_tokens_are_set_aside_where_no_model_is_set(open_reviewer: Open) -> None:
    reviewer = open_reviewer(models="none", lite_tokens=0)

    await reviewer.create(review_request(source("a.py")))

    assert await reviewer.fetch("SELECT reservation FROM parts") == [{"reservation": None}]
    assert (await reviewer.quota()).tokens.reserved == 0


async def test_a_request_sent_again_gives_the_same_review_and_other_content_is_refused(reviewer: Reviewer) -> None:
    request = review_request(source("a.py"), request_id="again")
    first = await reviewer.create(request)
    before = await reviewer.written()

    repeated = await reviewer.create(request)

    assert repeated == first
    with pytest.raises(RequestIdUsed):
        await reviewer.create(review_request(source("a.py", "x = 2\n"), request_id="again"))
    assert await reviewer.written() == before


async def test_the_request_ids_of_two_owners_have_nothing_to_do_with_each_other(reviewer: Reviewer) -> None:
    mine = await reviewer.create(review_request(source("a.py"), request_id="same"))
    other = await reviewer.create(review_request(source("b.py"), request_id="same"), "bob")

    assert mine.review_id != other.review_id


async def test_many_who_send_one_request_at_once_make_one_review(reviewer: Reviewer) -> None:
    request = review_request(source("a.py"), source("b.py"))

    made = await asyncio.gather(*(reviewer.create(request) for _ in range(8)))

    assert len({review.review_id for review in made}) == 1
    assert len(await reviewer.fetch("SELECT FROM jobs")) == 2
    assert (await reviewer.quota()).requests.reserved == 1


async def test_of_equal_requests_at_once_none_is_told_that_the_first_took_the_rest_of_the_budget(
    open_reviewer: Open,
) -> None:
    reviewer = open_reviewer(lite_requests=1)
    request = review_request(source("a.py"))

    made = await asyncio.gather(*(reviewer.create(request) for _ in range(8)))

    assert len({review.review_id for review in made}) == 1


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (review_request(source("a.py"), source("b.py"), source("a.py", "")), ["review.files[2].path"]),
        (debug_request("e", source("a.py"), source("a.py")), ["debug.files[1].path"]),
        (review_request(*(source(f"{n}.py", "x" * 2**20) for n in range(5))), ["review.files"]),
        (debug_request("e", *(source(f"{n}.py", "x" * 2**19) for n in range(3))), ["debug.files"]),
    ],
    ids=["a path twice", "a path twice around an error", "more than 4 MiB", "more than 1 MiB around an error"],
)
async def test_what_cannot_be_reviewed_is_refused_by_its_field(
    reviewer: Reviewer, request_: pb.CreateReviewRequest, fields: list[str]
) -> None:
    before = await reviewer.written()

    with pytest.raises(InvalidArgument) as caught:
        await reviewer.create(request_)

    assert [violation.field for violation in caught.value.violations] == fields
    assert await reviewer.written() == before


async def test_four_mebibytes_are_taken(reviewer: Reviewer) -> None:
    made = await reviewer.create(review_request(*(source(f"{n}.py", f"{n}" * 2**20) for n in range(4))))

    assert made.progress.total == 4


async def test_an_unknown_snapshot_and_another_s_are_not_found(reviewer: Reviewer) -> None:
    snapshot_id = await a_snapshot(reviewer, "bob")

    for unknown in (str(uuid4()), snapshot_id):
        with pytest.raises(SnapshotNotFound):
            await reviewer.create(architecture_request(unknown))

    assert await reviewer.fetch("SELECT FROM reviews") == []


async def test_an_architecture_is_one_part_of_its_snapshot_in_the_repository_s_project(reviewer: Reviewer) -> None:
    snapshot_id = await a_snapshot(reviewer, OWNER)

    made = await reviewer.create(architecture_request(snapshot_id))

    assert (made.kind, made.project, made.snapshot_id) == ("architecture", "store", snapshot_id)
    assert [job["kind"] for job in await reviewer.fetch("SELECT kind FROM jobs")] == ["architecture"]
    assert (await reviewer.quota()).tokens.reserved > ANSWER


async def test_an_operator_reviews_any_snapshot_at_its_own_cost(reviewer: Reviewer) -> None:
    snapshot_id = await a_snapshot(reviewer, OWNER)

    with caller("root", Role.OPERATOR):
        view = await reviewer.reviewing.create(architecture_request(snapshot_id))

    assert view.row["owner"] == "root"
    assert (await reviewer.quota()).requests.reserved == 0


async def test_secrets_in_paths_are_kept_as_their_marks(reviewer: Reviewer) -> None:
    one, other = invented_secrets()["aws-access-key"], invented_secrets()["github-token"]
    files = [source(f"{one}/a.py"), source(f"{one}/b.py"), source(f"keys/{other}.py")]

    made = await reviewer.create(review_request(*files))

    assert [file.path for file in made.files] == [
        "<aws-access-key-1>/a.py", "<aws-access-key-1>/b.py", "keys/<github-token-1>.py",
    ]  # fmt: skip
    everything = str(await reviewer.written())
    assert one not in everything
    assert other not in everything


async def test_paths_that_are_equal_once_their_secrets_are_out_are_one_path_twice(reviewer: Reviewer) -> None:
    secret = invented_secrets()["aws-access-key"]

    with pytest.raises(InvalidArgument) as caught:
        await reviewer.create(review_request(source(f"{secret}.py"), source("<aws-access-key-1>.py")))

    assert [violation.field for violation in caught.value.violations] == ["review.files[1].path"]


async def test_contents_that_were_sent_before_are_not_stored_again(reviewer: Reviewer) -> None:
    await reviewer.create(review_request(source("a.py")))
    (stored,) = reviewer.stored()
    stored.unlink()

    await reviewer.create(review_request(source("b.py"), source("c.py", "x = 3\n")))

    assert [path.stem for path in reviewer.stored()] == [hash_of(b"x = 3\n")]


async def test_a_hundred_files_are_taken(reviewer: Reviewer) -> None:
    await reviewer.set_plan("BUSINESS")

    made = await reviewer.create(review_request(*(source(f"src/{n}.py", f"x = {n}\n") for n in range(100))))

    assert len(made.files) == 100
    assert len(await reviewer.fetch("SELECT FROM jobs")) == 100


def architecture_request(snapshot_id: str) -> pb.CreateReviewRequest:
    """A request for a snapshot's architecture."""
    target = pb.ArchitectureTarget(snapshot_id=snapshot_id)
    return pb.CreateReviewRequest(request_id=uuid4().hex, architecture=target)


async def a_snapshot(reviewer: Reviewer, owner: str) -> str:
    """An empty snapshot of a repository of this owner."""
    rows = await reviewer.fetch(
        "WITH new AS (INSERT INTO repositories (id, owner, name) VALUES (uuidv7(), $1, 'store') RETURNING id) "
        "INSERT INTO snapshots (id, repository_id, revision, files, bytes, known, left_out, digest) "
        "SELECT uuidv7(), id, 'main', 0, 0, 0, 0, '' FROM new RETURNING id",
        owner,
    )
    return str(rows[0]["id"])
