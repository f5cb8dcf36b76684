"""From an accepted generation to pictures in the store, paid once."""

import hashlib
import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from atelier.generator.v1 import generation_service_pb2 as pb
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from PIL import Image

from jobs.job import ErrorClass
from jobs.operating import Operating
from jobs.outcomes import Done, JobError, Joint
from jobs.running import Job
from services.generator.errors import GenerationEnded, GenerationRunning, JobOfGeneration, NothingToRetry
from services.generator.gallery import by_name
from services.generator.pictures import Encoding, fitted
from services.generator.plans import seed_of
from tests.integration.generator.backend import plain_png, refused
from tests.integration.generator.conftest import Generator, caller

SUCCEEDED, PARTIALLY = pb.GENERATION_STATE_SUCCEEDED, pb.GENERATION_STATE_PARTIALLY_SUCCEEDED
FAILED, CANCELLED, RUNNING = pb.GENERATION_STATE_FAILED, pb.GENERATION_STATE_CANCELLED, pb.GENERATION_STATE_RUNNING
FIRST_JOB = """
SELECT jobs.id, owner, payload FROM jobs INNER JOIN variations ON variations.job_id = jobs.id
WHERE generation_id = $1 ORDER BY position
"""
SQUARE_JPEG = pb.ExportSpec(preset=pb.EXPORT_PRESET_SQUARE, format=pb.IMAGE_FORMAT_JPEG)
STORY_WEBP = pb.ExportSpec(preset=pb.EXPORT_PRESET_STORY, format=pb.IMAGE_FORMAT_WEBP)


def counts(generation: pb.Generation) -> tuple[int, int, int]:
    return generation.succeeded, generation.failed, generation.cancelled


def failing(*keys: str) -> set[int]:
    """The seeds of these variations."""
    return {seed_of(7, key) for key in keys}


async def test_every_variation_is_made_stored_paid_and_told_with_addresses(working: Generator) -> None:
    await working.fund(10)

    made = await working.create(poses=["waving", "batting"], variations=2, exports=[SQUARE_JPEG])
    told = await working.watched(made)

    assert (told[-1].state, counts(told[-1]), told[-1].credits_charged) == (SUCCEEDED, (4, 0, 0), 4)
    assert sorted(one.key for step in told for one in step.variations) == sorted(one.key for one in made.variations)
    assert await working.balance() == (6, 0)
    for one in (await working.get(made)).variations:
        stored = next(working.folder.rglob(f"{one.original.sha256}.png")).read_bytes()
        assert stored == plain_png(one.seed)
        assert (one.original.width, one.original.height, one.original.bytes) == (64, 64, len(stored))
        assert one.original.url.startswith(f"/media/{one.original.sha256}.png?expires=")
        assert (one.backend, one.seconds, one.reused) == ("plain", 0.25, False)
        assert (one.exports[0].image.width, one.exports[0].image.format) == (1080, pb.IMAGE_FORMAT_JPEG)


async def test_an_export_fills_its_shape_and_a_thumbnail_keeps_the_image_s(working: Generator) -> None:
    await working.fund(1)
    specs = [
        pb.ExportSpec(preset=preset, format=form)  # type: ignore[arg-type]
        for preset, form in ((1, 1), (2, 2), (3, 3), (4, 2))
    ]

    made = await working.ended(await working.create(poses=["waving"], width=512, height=256, exports=specs))

    (one,) = made.variations
    assert (one.thumbnail.width, one.thumbnail.height) == (256, 128)
    sizes = [(export.image.width, export.image.height) for export in one.exports]
    assert sizes == [(1080, 1350), (1080, 1080), (1080, 1920), (1920, 1080)]
    for export, form in zip(one.exports, ("PNG", "JPEG", "WEBP", "JPEG"), strict=True):
        data = next(working.folder.rglob(f"{export.image.sha256}.*")).read_bytes()
        assert hashlib.sha256(data).hexdigest() == export.image.sha256
        with Image.open(io.BytesIO(data)) as image:
            assert (image.size, image.format) == ((export.image.width, export.image.height), form)


async def test_the_very_same_image_is_not_made_again_and_costs_nothing(working: Generator) -> None:
    await working.fund(10)
    first = await working.ended(await working.create(poses=["waving"], variations=2))

    again = await working.ended(await working.create(poses=["waving"], variations=3))

    assert [one.reused for one in first.variations] == [False, False]
    assert [one.reused for one in again.variations] == [True, True, False]
    assert [one.original.sha256 for one in again.variations][:2] == [one.original.sha256 for one in first.variations]
    assert (again.credits_charged, await working.balance()) == (1, (7, 0))
    assert set(working.backend.calls.values()) == {1}


async def test_an_image_whose_object_was_lost_is_made_again(working: Generator) -> None:
    await working.fund(2)
    first = await working.ended(await working.create(poses=["waving"]))
    next(working.folder.rglob(f"{first.variations[0].original.sha256}.png")).unlink()

    again = await working.ended(await working.create(poses=["waving"]))

    assert (again.variations[0].reused, again.credits_charged) == (False, 1)
    assert first.variations[0].original.sha256 + ".png" in working.stored()


async def test_the_very_same_image_made_twice_at_once_is_kept_once_and_both_are_paid(generator: Generator) -> None:
    await generator.fund(2)
    made = [await generator.create(poses=["waving"]) for _ in range(2)]
    outcomes = [await generator.handlers["variation"](await job_of(generator, one)) for one in made]
    effects = [one.effect for one in outcomes if isinstance(one, Done)]
    joint = [one for one in effects if isinstance(one, Joint)]

    await generator.jobs.transactions.transact(
        lambda transaction: joint[0].write(transaction, [one.value for one in joint])
    )

    ended = [await generator.get(one) for one in made]
    assert [(one.state, one.credits_charged) for one in ended] == [(SUCCEEDED, 1), (SUCCEEDED, 1)]
    assert await generator.fetch("SELECT count(*) AS kept FROM images") == [{"kept": 1}]
    assert await generator.balance() == (0, 0)


async def test_what_failed_is_counted_and_its_credits_come_back_once(working: Generator) -> None:
    await working.fund(4)
    bad = failing("waving-v2", "waving-v3")
    working.backend.fail = lambda seed: refused() if seed in bad else None

    made = await working.ended(await working.create(poses=["waving"], variations=4))

    assert (made.state, counts(made), made.credits_charged, made.credits_reserved) == (PARTIALLY, (2, 2, 0), 2, 0)
    errors = [one.error for one in made.variations]
    assert [error.error_class for error in errors] == [0, jobs_pb.ERROR_CLASS_INVALID, jobs_pb.ERROR_CLASS_INVALID, 0]
    assert errors[1].message == "The model refuses it."
    assert await working.balance() == (2, 0)


async def test_a_generation_of_which_nothing_was_made_has_failed(working: Generator) -> None:
    await working.fund(2)
    working.backend.fail = lambda _: refused()

    made = await working.ended(await working.create(variations=2))

    assert (made.state, counts(made), await working.balance()) == (FAILED, (0, 2, 0), (2, 0))


async def test_retry_makes_only_what_failed_and_pays_for_it(working: Generator) -> None:
    await working.fund(4)
    bad = failing("waving-v2", "waving-v3")
    working.backend.fail = lambda seed: refused() if seed in bad else None
    failed = await working.ended(await working.create(poses=["waving"], variations=4))
    working.backend.fail = lambda _: None

    begun = await working.retry(failed)
    made = await working.ended(begun)

    assert (begun.state, begun.credits_reserved, begun.progress.done) == (RUNNING, 2, 2)
    assert (made.state, counts(made), made.credits_charged) == (SUCCEEDED, (4, 0, 0), 4)
    assert [working.backend.calls[one.seed] for one in made.variations] == [1, 2, 2, 1]
    assert await working.balance() == (0, 0)
    with pytest.raises(NothingToRetry):
        await working.retry(made)


async def test_what_runs_cannot_be_retried_nor_what_has_ended_cancelled(working: Generator) -> None:
    await working.fund(1)
    working.backend.gate.clear()
    made = await working.create()

    with pytest.raises(GenerationRunning):
        await working.retry(made)
    working.backend.gate.set()
    ended = await working.ended(made)

    with pytest.raises(GenerationEnded):
        await working.cancel(ended)


async def test_cancel_stops_what_runs_drops_what_waits_and_gives_all_credits_back(working: Generator) -> None:
    await working.fund(12)
    working.backend.gate.clear()
    made = await working.create(poses=["waving", "batting", "running"], variations=4)
    await working.backend.begun.wait()

    told = await working.cancel(made)
    ended = await working.ended(made)
    again = await working.cancel(made)

    assert told.cancelled >= 7
    assert (ended.state, counts(ended), again) == (CANCELLED, (0, 0, 12), again)
    assert working.backend.stopped == sum(working.backend.calls.values()) <= 5
    assert await working.balance() == (12, 0)
    jobs = await working.fetch("SELECT DISTINCT state FROM jobs")
    assert jobs == [{"state": "CANCELLED"}]


async def test_a_cancelled_generation_can_be_retried_and_made_whole(working: Generator) -> None:
    await working.fund(8)
    working.backend.gate.clear()
    made = await working.create(variations=4)
    await working.cancel(made)
    await working.ended(made)
    working.backend.gate.set()

    whole = await working.ended(await working.retry(made))

    assert (whole.state, counts(whole), await working.balance()) == (SUCCEEDED, (4, 0, 0), (4, 0))


async def test_what_was_made_before_a_cancel_stays_and_is_paid(working: Generator) -> None:
    await working.fund(2)
    late = seed_of(7, "text-v2")
    working.backend.fail = lambda seed: later() if seed == late else None
    made = await working.create(variations=2)
    with caller("ann"):
        async for view in working.watching.watch(made.generation_id):
            if view.row["succeeded"]:
                break

    await working.cancel(made)
    ended = await working.ended(made)

    assert (ended.state, counts(ended), ended.credits_charged) == (CANCELLED, (1, 0, 1), 1)
    assert await working.balance() == (1, 0)


async def test_a_job_of_a_generation_cannot_be_retried_alone(working: Generator, operating: Operating) -> None:
    await working.fund(1)
    working.backend.fail = lambda _: refused()
    failed = await working.ended(await working.create())

    with caller("ann"), pytest.raises(JobOfGeneration):
        await operating.retry_job(failed.variations[0].job)

    assert (await working.get(failed)).state == FAILED
    assert await working.balance() == (1, 0)


async def test_a_job_that_is_cancelled_alone_is_counted_and_paid_back(
    generator: Generator, operating: Operating
) -> None:
    await generator.fund(1)
    made = await generator.create()

    with caller("ann"):
        await operating.cancel_job(made.variations[0].job)

    ended = await generator.get(made)
    assert (ended.state, counts(ended), await generator.balance()) == (CANCELLED, (0, 0, 1), (1, 0))


async def test_an_attempt_that_fails_in_passing_is_told_and_made_up_for(working: Generator) -> None:
    await working.fund(1)
    errors = [JobError(ErrorClass.NETWORK, "The model is away.", after_seconds=0.0)]
    working.backend.fail = lambda _: errors.pop() if errors else None

    made = await working.ended(await working.create())

    assert (made.state, sum(working.backend.calls.values())) == (SUCCEEDED, 2)
    assert not made.variations[0].HasField("error")


@pytest.mark.parametrize(
    "wrong", [b"", b"no picture", plain_png(1, (72, 64)), plain_png(1)[:-30]], ids=["empty", "text", "size", "cut"]
)
async def test_what_a_backend_makes_is_checked(generator: Generator, wrong: bytes) -> None:
    await generator.fund(1)
    made = await generator.create()
    generator.backend.png = lambda _: wrong

    with pytest.raises(JobError) as caught:
        await generator.handlers["variation"](await job_of(generator, made))

    assert caught.value.failed.error_class is ErrorClass.UNKNOWN
    assert generator.stored() == set()


@pytest.fixture
def harmed(working: Generator, request: pytest.FixtureRequest) -> Iterator[Generator]:
    """A generator whose store is away, or on a disk that is full."""
    if request.param == "away":
        working.folder.rmdir()
        working.folder.write_text("not a folder")
        yield working
        return
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(working.folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may make a disk to fill")
    (working.folder / "all that fits").write_bytes(bytes(4096))
    yield working
    subprocess.run(["umount", "--lazy", working.folder], check=True)


@pytest.mark.parametrize("harmed", ["away", "full"], indirect=True)
async def test_a_store_that_takes_nothing_is_tried_again_and_then_fails_with_the_reason_and_the_credits_back(
    harmed: Generator,
) -> None:
    await harmed.fund(1)
    made = await harmed.create()

    ended = await harmed.ended(made)

    assert (ended.state, counts(ended), await harmed.balance()) == (FAILED, (0, 1, 0), (1, 0))
    assert ended.variations[0].error.error_class == jobs_pb.ERROR_CLASS_NETWORK
    assert "object store" in ended.variations[0].error.message
    (job,) = await harmed.fetch("SELECT attempt, state FROM jobs")
    assert (job["attempt"], job["state"]) == (5, "FAILED")
    assert sum(harmed.backend.calls.values()) == 5


async def test_an_export_that_fails_leaves_the_image_and_is_made_by_a_retry(working: Generator) -> None:
    await working.fund(1)
    seed = seed_of(7, "text-v1")
    blocked = await block(working, plain_png(seed), (1080, 1920), Encoding.WEBP)

    made = await working.ended(await working.create(exports=[SQUARE_JPEG, STORY_WEBP]))
    blocked.rmdir()
    begun = await working.retry(made)
    whole = await working.ended(begun)

    square, story = made.variations[0].exports
    assert (made.state, made.credits_charged, square.HasField("image")) == (SUCCEEDED, 1, True)
    assert (story.HasField("image"), story.error.error_class) == (False, jobs_pb.ERROR_CLASS_NETWORK)
    assert (begun.state, begun.credits_reserved) == (RUNNING, 0)
    assert (whole.state, counts(whole), whole.credits_charged) == (SUCCEEDED, (1, 0, 0), 1)
    assert [one.image.format for one in whole.variations[0].exports] == [2, 3]
    assert not whole.variations[0].exports[1].HasField("error")
    assert (sum(working.backend.calls.values()), await working.balance()) == (1, (0, 0))


async def test_exports_that_cannot_be_made_again_end_the_generation_as_it_was(working: Generator) -> None:
    await working.fund(2)
    await block(working, plain_png(seed_of(7, "text-v1")), (1080, 1920), Encoding.WEBP)
    made = await working.ended(await working.create(exports=[STORY_WEBP]))

    begun = await working.retry(made)
    ended = await working.ended(begun)

    assert (begun.state, ended.state, ended.credits_charged) == (RUNNING, SUCCEEDED, 1)
    assert ended.variations[0].exports[0].error.error_class == jobs_pb.ERROR_CLASS_NETWORK
    exporting = await working.fetch("SELECT state, attempt FROM jobs WHERE kind = 'export'")
    assert exporting == [{"state": "FAILED", "attempt": 5}]


async def test_cancelling_a_retry_of_exports_ends_it_as_it_was(generator: Generator) -> None:
    await generator.fund(1)
    blocked = await block(generator, plain_png(seed_of(7, "text-v1")), (1080, 1920), Encoding.WEBP)
    worker = generator.jobs.worker(generator.handlers)
    await worker.start()
    made = await generator.ended(await generator.create(exports=[STORY_WEBP]))
    await worker.stop()
    await generator.retry(made)

    cancelled = await generator.cancel(made)
    blocked.rmdir()

    assert (cancelled.state, cancelled.credits_charged) == (SUCCEEDED, 1)
    assert cancelled.variations[0].exports[0].HasField("error")


async def test_a_pose_that_was_replaced_is_drawn_as_it_was(working: Generator) -> None:
    await working.fund(2)
    working.backend.gate.clear()
    await import_pose(working, "standing")
    made = await working.create(poses=["mine"])
    await import_pose(working, "waving")
    asked: list[object] = []
    working.backend.png = lambda request: asked.append(request.skeleton) or plain_png(request.seed)  # type: ignore[func-returns-value]
    working.backend.gate.set()

    await working.ended(made)

    assert asked == [by_name()["standing"].skeleton]


def later() -> JobError:
    """The backend asks for patience."""
    return JobError(ErrorClass.RATE_LIMITED, "Later.", after_seconds=3600.0)


async def block(generator: Generator, png: bytes, size: tuple[int, int], encoding: Encoding) -> Path:
    """Let the store refuse one export: a folder lies where its object would."""
    name = hashlib.sha256(await fitted(png, size, encoding)).hexdigest()
    place = generator.folder / "images" / name[:2] / f"{name}.webp"
    place.mkdir(parents=True)
    return place


async def job_of(generator: Generator, generation: pb.Generation) -> Job:
    """The first variation's job, as its handler sees it."""

    async def save(job: Job, checkpoint: bytes) -> None:
        return None

    (row, *_) = await generator.fetch(FIRST_JOB, UUID(generation.generation_id))
    return Job(
        job_id=row["id"],
        kind=generator.jobs.kinds["variation"],
        owner=row["owner"],
        payload=row["payload"],
        attempt=1,
        checkpoint=None,
        save=save,
    )


async def import_pose(generator: Generator, like: str) -> None:
    """Give ann's pose `mine` the skeleton of a pose of the gallery."""
    document = json.dumps(by_name()[like].skeleton.to_document())
    await generator.fetch(
        "INSERT INTO poses (owner, pose_id, name, tags, skeleton) VALUES ('ann', 'mine', 'x', '{}', $1::jsonb) "
        "ON CONFLICT (owner, pose_id) DO UPDATE SET skeleton = excluded.skeleton",
        document,
    )
