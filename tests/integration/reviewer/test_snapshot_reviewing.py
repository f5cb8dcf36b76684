"""Reviews of snapshots: a part for each file that is new, one for the architecture, and what both cost."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from uuid import uuid4

import pytest
import structlog
from atelier.reviewer.v1 import repository_service_pb2 as pb
from atelier.reviewer.v1 import review_service_pb2 as review_pb

from chassis.blobs import Blobs
from services.reviewer.architecture.surveying import PROCESSES
from services.reviewer.architecture_pipeline import LIMITS, ArchitecturePipeline
from services.reviewer.asking import Asking
from services.reviewer.cache import AnswerCache
from services.reviewer.concluding import Concluding
from services.reviewer.contents import Contents
from services.reviewer.errors import BudgetExhausted, RequestIdUsed, SnapshotNotFound
from services.reviewer.handlers import PartHandler
from services.reviewer.linters.sandbox import Sandbox
from services.reviewer.messages import summary_message
from services.reviewer.models.choosing import choose_model
from services.reviewer.models.prompt import Task
from services.reviewer.repositories import Repositories
from services.reviewer.repository_servicer import RepositoryServicer
from services.reviewer.snapshot_reviewing import SnapshotReviewing
from services.reviewer.snapshotting import SnapshotLimits, Snapshotting
from tests.integration.reviewer.conftest import Open
from tests.integration.reviewer.desk import Looks, Reviewer, id_of
from tests.integration.reviewer.models.model_server import INPUT_TOKENS, OUTPUT_TOKENS, open_model_server
from tests.integration.reviewer.test_snapshotting import stream
from tests.integration.reviewer.written_review import OWNER, caller
from tests.shared_data import REPOSITORY

CIRCLE = {"shop/cart.py": b"from shop import price\n", "shop/price.py": b"\nimport shop.cart\n"}
SAID = {
    "summary": "A small shop.",
    "findings": [
        {
            "rule": "Skipped layer",
            "severity": "LOW",
            "category": "ARCHITECTURE",
            "message": "shop/cart.py knows too much.",
            "file": 0,
            "start_line": 0,
            "end_line": 0,
            "replacement": None,
            "confidence": 0.5,
        }
    ],
}


@dataclass(frozen=True)
class Yard:
    """The use cases of repositories, beside all others. Files are looked at by nobody, architectures truly."""

    reviewer: Reviewer
    contents: Contents
    repositories: Repositories
    snapshotting: Snapshotting
    reviewing: SnapshotReviewing
    sandbox: Sandbox

    async def take(self, files: Mapping[str, bytes], *, owner: str = OWNER) -> str:
        """A snapshot's id."""
        with caller(owner):
            repository = await self.repositories.create("shop")
            row = await self.snapshotting.take(stream(str(repository["repository_id"]), files, size=500))
        return str(row["snapshot_id"])

    async def ask(self, snapshot_id: str, *, owner: str = OWNER, request_id: str = "") -> review_pb.Review:
        """A review of a snapshot, accepted."""
        request = pb.ReviewSnapshotRequest(request_id=request_id or uuid4().hex, snapshot_id=snapshot_id)
        with caller(owner):
            return summary_message(await self.reviewing.create(request))

    async def review(self, files: Mapping[str, bytes], looks: Looks = Looks()) -> review_pb.Review:  # noqa: B008
        """A review of a snapshot of files, ended, with its parts."""
        review = await self.ask(await self.take(files))
        await self.work(looks)
        return await self.reviewer.get(review)

    async def work(self, looks: Looks) -> None:
        """Have a worker end all jobs that wait."""
        reviewer, settings = self.reviewer, self.reviewer.settings
        model = choose_model(settings)
        cache = AnswerCache(redis=None, prefix="", wait_seconds=1, log=structlog.get_logger("yard"))
        asking = Asking(
            database=reviewer.database,
            model=model,
            cache=cache,
            prices=settings.prices,
            cache_seconds=settings.cache_seconds,
        )
        pipeline = ArchitecturePipeline(
            database=reviewer.database,
            contents=self.contents,
            sandbox=self.sandbox,
            asking=asking,
            concluding=Concluding(database=reviewer.database),
        )
        handler = PartHandler(database=reviewer.database, contents=self.contents, pipeline=pipeline)
        try:
            await reviewer.work(looks, {Task.ARCHITECTURE: handler})
        finally:
            if model is not None:
                await model.close()

    async def running(self) -> list[tuple[str, str]]:
        """Task and path of the parts that wait for work."""
        rows = await self.reviewer.fetch("SELECT task, path FROM parts WHERE state = 'RUNNING' ORDER BY number")
        return [(row["task"], row["path"]) for row in rows]


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    """Where rules are followed and imports are read."""
    sandbox = Sandbox(places=2, limits=LIMITS, modules=PROCESSES)
    yield sandbox
    await sandbox.close()


def yard_of(reviewer: Reviewer, sandbox: Sandbox) -> Yard:
    """The use cases."""
    database, contents = reviewer.database, Contents(Blobs(reviewer.settings.needed_blobs_url))
    repositories = Repositories(database=database)
    snapshotting = Snapshotting(
        database=database, repositories=repositories, contents=contents, sandbox=sandbox, limits=SnapshotLimits()
    )
    reviewing = SnapshotReviewing(database=database, accepting=reviewer.accepting, estimating=reviewer.estimating)
    return Yard(reviewer, contents, repositories, snapshotting, reviewing, sandbox)


@pytest.fixture
def yard(reviewer: Reviewer, sandbox: Sandbox) -> Yard:
    """The use cases with a budget, and a model that isn't reached."""
    return yard_of(reviewer, sandbox)


@pytest.fixture
def quiet(open_reviewer: Open, sandbox: Sandbox) -> Yard:
    """The use cases without a model."""
    return yard_of(open_reviewer(models="none"), sandbox)


async def test_each_file_is_a_part_and_the_architecture_the_last_one(yard: Yard) -> None:
    review = await yard.ask(await yard.take({"b.py": b"2", "a.py": b"1"}))

    view = await yard.reviewer.get(review)
    assert (review.kind, review.project, review.progress.total, len(review.files)) == ("review", "shop", 3, 0)
    assert [file.path for file in view.files] == ["a.py", "b.py", ""]
    assert await yard.running() == [("review", "a.py"), ("review", "b.py"), ("architecture", "")]


async def test_the_service_tells_repositories_snapshots_and_reviews_of_them(yard: Yard) -> None:
    servicer = RepositoryServicer(
        repositories=yard.repositories, snapshotting=yard.snapshotting, reviewing=yard.reviewing
    )

    with caller(OWNER):
        made = (await servicer.CreateRepository(pb.CreateRepositoryRequest(name="shop"), None)).repository
        sent = stream(made.repository_id, {"a.py": b"1", "b.md": b"words", "c.py": b"12"})
        taken = (await servicer.CreateSnapshot(sent, None)).snapshot
        repositories = await servicer.ListRepositories(pb.ListRepositoriesRequest(), None)
        snapshots = await servicer.ListSnapshots(pb.ListSnapshotsRequest(repository_id=made.repository_id), None)
        asked = pb.ReviewSnapshotRequest(request_id="r", snapshot_id=taken.snapshot_id)
        review = (await servicer.ReviewSnapshot(asked, None)).review

    assert (made.owner, made.name) == (OWNER, "shop")
    assert (taken.revision, taken.files, taken.bytes, taken.known, taken.left_out) == ("r1", 2, 3, 0, 1)
    assert (list(repositories.repositories), list(snapshots.snapshots)) == ([made], [taken])
    assert (review.snapshot_id, review.progress.total, len(review.files)) == (taken.snapshot_id, 3, 0)


async def test_what_all_of_it_may_take_is_set_aside_up_front_or_nothing_is_written(yard: Yard) -> None:
    snapshot_id = await yard.take({f"{number}.py": b"x = 1\n" for number in range(3)})
    many = await yard.take({f"{number}.py": b"x = 1\n" for number in range(60)})

    review = await yard.ask(snapshot_id)
    quota = await yard.reviewer.quota()
    with pytest.raises(BudgetExhausted):
        await yard.ask(many)

    estimating = yard.reviewer.estimating
    whole = 3 * estimating.tokens_of_size(6) + estimating.tokens_of_size(40_000)
    assert (quota.tokens.reserved, quota.requests.reserved) == (whole, 1)
    assert await yard.reviewer.quota() == quota
    assert await yard.reviewer.fetch("SELECT id FROM reviews") == [{"id": id_of(review)}]


async def test_the_same_request_gives_the_same_review_and_another_one_under_its_id_is_refused(yard: Yard) -> None:
    first, second = await yard.take({"a.py": b"1"}), await yard.take({"a.py": b"2"})

    review = await yard.ask(first, request_id="r")
    again = await yard.ask(first, request_id="r")

    assert review == again
    with pytest.raises(RequestIdUsed):
        await yard.ask(second, request_id="r")


async def test_nobody_reviews_another_s_snapshot(yard: Yard) -> None:
    snapshot_id = await yard.take({"a.py": b"1"})

    for asked, owner in ((snapshot_id, "bob"), (str(uuid4()), OWNER)):
        with pytest.raises(SnapshotNotFound):
            await yard.ask(asked, owner=owner)


async def test_files_that_have_not_changed_are_not_reviewed_again(quiet: Yard) -> None:
    files = {f"f{number}.py": b"x = 1\n" for number in range(5)}
    first = await quiet.review(files)

    second = await quiet.ask(await quiet.take({**files, "f3.py": b"x = 2\n"}))

    assert (first.state, first.progress.done) == (review_pb.REVIEW_STATE_SUCCEEDED, 6)
    assert await quiet.running() == [("review", "f3.py"), ("architecture", "")]
    assert (second.progress.done, second.progress.total) == (4, 6)


async def test_nothing_of_a_repository_that_has_not_changed_is_reviewed_again(quiet: Yard) -> None:
    files = {"a.py": b"import b\n", "b.py": b"import a\n"}
    first = await quiet.review(files)

    second = await quiet.reviewer.get(await quiet.ask(await quiet.take(files)))

    assert second.state == review_pb.REVIEW_STATE_SUCCEEDED
    assert [one.rule for one in second.files[-1].findings] == [one.rule for one in first.files[-1].findings] != []
    assert (second.counts.added, second.counts.persisting) == (0, first.counts.added)


async def test_a_circle_of_imports_is_found_persists_when_it_moves_and_is_told_once_when_it_is_gone(
    quiet: Yard,
) -> None:
    first = await quiet.review(CIRCLE)
    moved = await quiet.review({**CIRCLE, "shop/cart.py": b"# A cart.\n" + CIRCLE["shop/cart.py"]})
    mended = await quiet.review({**CIRCLE, "shop/price.py": b"\n"})
    after = await quiet.review({**CIRCLE, "shop/price.py": b"\n\n"})

    told = [list(review.files[-1].findings) for review in (first, moved, mended, after)]
    assert [[(one.rule, one.path, one.status) for one in found] for found in told] == [
        [("architecture/import-cycle", "shop/cart.py", review_pb.FINDING_STATUS_NEW)],
        [("architecture/import-cycle", "shop/cart.py", review_pb.FINDING_STATUS_PERSISTING)],
        [("architecture/import-cycle", "shop/cart.py", review_pb.FINDING_STATUS_FIXED)],
        [],
    ]
    assert [found[0].range.start_line for found in told[:2]] == [1, 2]
    assert [tool.tool for tool in first.files[-1].coverage.tools] == ["grimp"]
    assert first.files[-1].outcome == review_pb.REVIEW_OUTCOME_COMPLETE


async def test_a_circle_is_not_said_to_be_gone_when_its_files_could_not_be_read(quiet: Yard) -> None:
    await quiet.review(CIRCLE)
    broken = await quiet.review({**CIRCLE, "shop/price.py": b"import shop.cart (\n"})
    mended = await quiet.review(CIRCLE)

    assert list(broken.files[-1].findings) == []
    assert broken.files[-1].outcome == review_pb.REVIEW_OUTCOME_DEGRADED
    assert [one.status for one in mended.files[-1].findings] == [review_pb.FINDING_STATUS_PERSISTING]


async def test_the_model_is_shown_facts_and_no_code_and_what_it_says_is_told_and_paid(
    open_reviewer: Open, sandbox: Sandbox
) -> None:
    async with open_model_server() as (server, url):
        server.says = json.dumps(SAID)
        yard = yard_of(open_reviewer(local_url=f"{url}/v1"), sandbox)

        review = await yard.review({**CIRCLE, "shop/secret.py": b"WORD = 'in the code alone'\n"})

    [asked] = [exchange.body.decode() for exchange in server.asked]
    part, quota = review.files[-1], await yard.reviewer.quota()
    assert "shop/cart.py -> shop/price.py -> shop/cart.py" in asked
    assert "in the code alone" not in asked
    assert {one.rule: one.path for one in part.findings} == {
        "architecture/import-cycle": "shop/cart.py",
        "model/skipped-layer": "",
    }
    assert (part.summary, part.coverage.model.status) == ("A small shop.", review_pb.ModelRun.STATUS_RAN)
    assert [step.name for step in part.steps] == [
        "files", "imports", "prompt", "cache", "model", "validation", "findings",
    ]  # fmt: skip
    assert (quota.tokens.used, quota.tokens.reserved) == (INPUT_TOKENS + OUTPUT_TOKENS, 0)


async def test_a_repository_without_modules_has_nothing_to_say_and_asks_nobody(yard: Yard) -> None:
    review = await yard.review({"a.sql": b"SELECT 1;\n"})

    part = review.files[-1]
    assert (part.outcome, len(part.findings), len(part.coverage.tools)) == (review_pb.REVIEW_OUTCOME_COMPLETE, 0, 0)
    assert part.coverage.model.status == review_pb.ModelRun.STATUS_NONE


async def test_the_project_s_own_services_have_no_circles(quiet: Yard) -> None:
    folders = [REPOSITORY / name for name in ("chassis", "jobs", "ledger", "services")]
    paths = [path for folder in folders for path in folder.rglob("*.py")]

    review = await quiet.review({str(path.relative_to(REPOSITORY)): path.read_bytes() for path in paths})

    part = review.files[-1]
    assert review.progress.done == review.progress.total > 250
    assert [one.message for one in part.findings] == []
    assert part.outcome == review_pb.REVIEW_OUTCOME_COMPLETE
