"""Accepting generations: what is written, what it costs, and what is refused."""

import asyncio
import json
from typing import Any

import pytest
from atelier.generator.v1 import generation_service_pb2 as pb

from chassis.auth import Role
from chassis.errors import InvalidArgument
from jobs.errors import OwnerNotAllowed
from services.generator.errors import CreditsExhausted, GenerationNotFound, PoseNotFound, RequestIdUsed
from services.generator.gallery import by_name
from services.generator.plans import seed_of
from tests.integration.generator.conftest import Generator, caller

SKELETON = json.dumps(by_name()["standing"].skeleton.to_document())
TABLES = ("generations", "generation_poses", "variations", "exports", "jobs", "entries", "accounts")


async def contents(generator: Generator) -> dict[str, Any]:
    """Everything that accepting may change."""
    return {table: await generator.fetch(f"SELECT * FROM {table} ORDER BY {table}::text") for table in TABLES}  # noqa: S608


async def test_an_accepted_generation_stands_with_its_variations_its_jobs_and_its_reservation(
    generator: Generator,
) -> None:
    await generator.fund(10)
    exports = [pb.ExportSpec(preset=pb.EXPORT_PRESET_STORY)]

    made = await generator.create(poses=["waving", "batting"], variations=2, exports=exports)

    assert (made.state, made.owner, made.progress.done, made.progress.total) == (
        pb.GENERATION_STATE_RUNNING,
        "ann",
        0,
        4,
    )
    assert (made.credits_reserved, made.credits_charged) == (4, 0)
    assert [one.key for one in made.variations] == ["waving-v1", "waving-v2", "batting-v1", "batting-v2"]
    assert [one.seed for one in made.variations] == [seed_of(7, one.key) for one in made.variations]
    assert {one.state for one in made.variations} == {pb.VARIATION_STATE_PENDING}
    assert [one.exports[0].spec.format for one in made.variations] == [pb.IMAGE_FORMAT_PNG] * 4
    assert await generator.balance() == (6, 4)
    jobs = await generator.fetch("SELECT id, kind, state FROM jobs ORDER BY id")
    assert [(job["kind"], job["state"]) for job in jobs] == [("variation", "QUEUED")] * 4
    assert [one.job for one in made.variations] == [f"generator/jobs/{job['id']}" for job in jobs]


async def test_defaults_are_filled_in_and_told(generator: Generator) -> None:
    await generator.fund(1)

    with caller("ann"):
        view = await generator.generating.create(
            pb.CreateGenerationRequest(request_id="r", text=pb.TextSource(prompt="x"))
        )

    asked = generator.messages.generation(view).request
    assert (asked.variations, asked.width, asked.height, asked.style, asked.lane) == (1, 512, 512, "flat", 2)
    assert asked.HasField("base_seed")


async def test_ten_who_spend_at_once_on_credits_for_three_get_three(generator: Generator) -> None:
    await generator.fund(3)

    ended = await asyncio.gather(
        *(generator.create(poses=["waving"], variations=1) for _ in range(10)), return_exceptions=True
    )

    assert sum(isinstance(one, pb.Generation) for one in ended) == 3
    assert sum(isinstance(one, CreditsExhausted) for one in ended) == 7
    assert await generator.balance() == (0, 3)
    counts = await generator.fetch("SELECT (SELECT count(*) FROM generations) + (SELECT count(*) FROM jobs) AS rows")
    assert counts == [{"rows": 6}]


async def test_too_few_credits_are_told_with_the_quota_and_nothing_is_written(generator: Generator) -> None:
    await generator.fund(3)
    before = await contents(generator)

    with pytest.raises(CreditsExhausted) as caught:
        await generator.create(poses=["waving"], variations=4)

    assert caught.value.metadata == {"asked": "4", "balance": "3"}
    (quota,) = caught.value.details()
    assert quota.violations[0].subject == "credits:ann"  # type: ignore[attr-defined]
    assert await contents(generator) == before


async def test_whoever_was_never_granted_anything_has_no_credits(generator: Generator) -> None:
    with pytest.raises(CreditsExhausted):
        await generator.create(poses=["waving"])

    assert await generator.balance() == (0, 0)


async def test_the_same_request_gives_the_same_generation_and_another_content_is_refused(
    generator: Generator,
) -> None:
    await generator.fund(10)
    first = await generator.create(poses=["waving"], request_id="again")

    repeated = await asyncio.gather(*(generator.create(poses=["waving"], request_id="again") for _ in range(8)))

    assert {one.generation_id for one in repeated} == {first.generation_id}
    assert await generator.balance() == (9, 1)
    with pytest.raises(RequestIdUsed):
        await generator.create(poses=["batting"], request_id="again")


async def test_many_who_send_one_request_at_once_make_one_generation(generator: Generator) -> None:
    await generator.fund(10)

    made = await asyncio.gather(*(generator.create(poses=["waving"], request_id="once") for _ in range(8)))

    assert len({one.generation_id for one in made}) == 1
    assert await generator.balance() == (9, 1)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"width": 2048}, "width"),
        ({"height": 1032}, "height"),
        ({"style": "oil"}, "style"),
        ({"exports": [pb.ExportSpec(preset=pb.EXPORT_PRESET_STORY)] * 2}, "exports[1]"),
    ],
)
async def test_what_the_backend_cannot_do_is_refused_by_its_field(
    generator: Generator, asked: dict[str, Any], field: str
) -> None:
    await generator.fund(5)
    before = await contents(generator)

    with pytest.raises(InvalidArgument) as caught:
        await generator.create(poses=["waving"], **asked)

    assert [violation.field for violation in caught.value.violations] == [field]
    assert await contents(generator) == before


async def test_an_unknown_pose_is_named_and_another_s_pose_is_unknown(generator: Generator) -> None:
    await generator.fund(5)
    before = await contents(generator)

    with pytest.raises(PoseNotFound) as caught:
        await generator.create(poses=["waving", "nowhere"])

    assert caught.value.metadata == {"field": "gallery.pose_ids[1]", "pose_id": "nowhere"}
    assert await contents(generator) == before


async def test_a_caller_meets_its_own_generations_only_and_an_operator_all(generator: Generator) -> None:
    await generator.fund(2)
    await generator.fund(1, "bob")
    mine = await generator.create()
    newer = await generator.create()
    await generator.create("bob")

    with caller("bob"):
        with pytest.raises(GenerationNotFound):
            await generator.generating.get(mine.generation_id)
        with pytest.raises(GenerationNotFound):
            await generator.steering.cancel(mine.generation_id)
        with pytest.raises(GenerationNotFound):
            await generator.steering.retry(mine.generation_id)
        with pytest.raises(OwnerNotAllowed):
            await generator.generating.list_generations(owner="ann", states=[], size=0, token="")
    with caller("ann"):
        first = await generator.generating.list_generations(owner="", states=["RUNNING"], size=1, token="")
        rest = await generator.generating.list_generations(owner="", states=["RUNNING"], size=1, token=first.next_token)
    with caller("root", Role.OPERATOR):
        everybodys = await generator.generating.list_generations(owner="", states=[], size=0, token="")

    assert [str(row["generation_id"]) for row in (*first.rows, *rest.rows)] == [
        newer.generation_id,
        mine.generation_id,
    ]
    assert (rest.next_token, len(everybodys.rows)) == ("", 3)


async def test_fifty_poses_with_four_variations_are_taken(generator: Generator) -> None:
    await generator.fund(200)
    poses = [f"mine-{n}" for n in range(50)]
    await generator.fetch(
        "INSERT INTO poses (owner, pose_id, name, tags, skeleton) SELECT 'ann', 'mine-' || n, 'x', '{}', $1::jsonb "
        "FROM generate_series(0, 49) AS n",
        SKELETON,
    )

    made = await generator.create(
        poses=poses,
        variations=4,
        exports=[pb.ExportSpec(preset=pb.EXPORT_PRESET_STORY), pb.ExportSpec(preset=pb.EXPORT_PRESET_SQUARE)],
    )

    assert (len(made.variations), made.credits_reserved) == (200, 200)
    assert len(await generator.fetch("SELECT FROM exports")) == 400
