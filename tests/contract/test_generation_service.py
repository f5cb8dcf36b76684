"""Each RPC of the generator: what it gives, and what it says to each kind of bad request."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import pytest
from atelier.generator.v1 import card_art_service_pb2 as card_art_pb
from atelier.generator.v1 import credit_service_pb2 as credit_pb
from atelier.generator.v1 import generation_service_pb2 as pb
from atelier.generator.v1 import pose_service_pb2 as pose_pb
from atelier.generator.v1.credit_service_pb2_grpc import CreditServiceStub
from atelier.generator.v1.generation_service_pb2_grpc import GenerationServiceStub
from atelier.generator.v1.pose_service_pb2_grpc import PoseServiceStub
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.jobs.v1.jobs_service_pb2_grpc import JobsServiceStub
from google.rpc import error_details_pb2, status_pb2

from chassis.auth import Role, sign_token
from chassis.client import open_channel, service_config, token_interceptors
from chassis.media import MediaSigner
from services.generator.gallery import gallery
from tests.conftest import Schema, Servers
from tests.contract.conftest import MEDIA_SECRET, SECRET, Served, refusal

INVALID, MISSING = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
SERVICES = [
    *pb.DESCRIPTOR.services_by_name.values(),
    *pose_pb.DESCRIPTOR.services_by_name.values(),
    *credit_pb.DESCRIPTOR.services_by_name.values(),
    *card_art_pb.DESCRIPTOR.services_by_name.values(),
]
NOBODY = "00000000-0000-4000-8000-000000000000"
NAN = float("nan")
SQUARE = pb.ExportSpec(preset=pb.EXPORT_PRESET_SQUARE)


@dataclass(frozen=True)
class Stubs:
    """One caller's stubs."""

    generations: GenerationServiceStub
    poses: PoseServiceStub
    credit: CreditServiceStub
    jobs: JobsServiceStub

    @classmethod
    def of(cls, channel: grpc.aio.Channel) -> "Stubs":
        """On a channel."""
        return cls(
            GenerationServiceStub(channel),
            PoseServiceStub(channel),
            CreditServiceStub(channel),
            JobsServiceStub(channel),
        )


@pytest.fixture
async def operator(made: Served) -> AsyncIterator[Stubs]:
    """An operator, who has granted ann a hundred credits."""
    async with _channel(made, Role.OPERATOR, "root") as channel:
        stubs = Stubs.of(channel)
        grant = credit_pb.GrantCreditsRequest(owner="ann", amount=100, request_id="g-1")
        await stubs.credit.GrantCredits(grant)
        yield stubs


@pytest.fixture
async def ann(made: Served, operator: Stubs) -> AsyncIterator[Stubs]:
    """A user with credits."""
    async with _channel(made, Role.USER, "ann") as channel:
        yield Stubs.of(channel)


@pytest.fixture
async def bob(made: Served) -> AsyncIterator[Stubs]:
    """Another user."""
    async with _channel(made, Role.USER, "bob") as channel:
        yield Stubs.of(channel)


@pytest.fixture
async def tables(servers: Servers, schema: Schema) -> AsyncIterator[Any]:
    """A connection beside the service's own."""
    connection = await asyncpg.connect(**servers.superuser, server_settings={"search_path": schema.name})
    yield connection
    await connection.close()


def _channel(made: Served, role: Role, subject: str) -> Any:
    token = sign_token(SECRET, subject=subject, role=role, lifetime=timedelta(hours=1))
    return open_channel(made.address, package="atelier.generator.v1", interceptors=token_interceptors(token))


def request(*poses: str, request_id: str = "r-1", **more: Any) -> pb.CreateGenerationRequest:
    asked = {"width": 64, "height": 64, "base_seed": 7, **more}
    return pb.CreateGenerationRequest(
        request_id=request_id, gallery=pb.GallerySource(pose_ids=poses or ["waving"]), **asked
    )


async def watched(stubs: Stubs, generation: pb.Generation) -> list[pb.Generation]:
    """What a watcher is told, up to the generation's end."""
    watch = pb.WatchGenerationRequest(generation_id=generation.generation_id)
    return [told.generation async for told in stubs.generations.WatchGeneration(watch, timeout=60)]


async def imported(stubs: Stubs, *messages: pose_pb.ImportPosesRequest) -> pose_pb.ImportPosesResponse:
    """What an import comes to."""

    async def send() -> AsyncIterator[pose_pb.ImportPosesRequest]:
        for message in messages:
            yield message

    return await stubs.poses.ImportPoses(send())  # type: ignore[no-any-return]


def records(*poses: pose_pb.PoseRecord) -> pose_pb.ImportPosesRequest:
    return pose_pb.ImportPosesRequest(records=pose_pb.ImportPosesRequest.Records(records=poses))


async def skeleton_of(stubs: Stubs, pose_id: str) -> pose_pb.Skeleton:
    answer = await stubs.poses.GetPose(pose_pb.GetPoseRequest(pose_id=pose_id))
    return answer.pose.skeleton  # type: ignore[no-any-return]


async def test_a_generation_is_answered_at_once_made_watched_and_downloaded(ann: Stubs) -> None:
    export = pb.ExportSpec(preset=pb.EXPORT_PRESET_SQUARE, format=pb.IMAGE_FORMAT_WEBP)
    asked = request("waving", "batting", variations=2, exports=[export])

    accepted = (await ann.generations.CreateGeneration(asked)).generation
    told = await watched(ann, accepted)
    answer = (
        await ann.generations.GetGeneration(pb.GetGenerationRequest(generation_id=accepted.generation_id))
    ).generation
    image = answer.variations[3].original
    wanted = pb.DownloadImageRequest(generation_id=answer.generation_id, sha256=image.sha256)
    chunks = [chunk async for chunk in ann.generations.DownloadImage(wanted)]

    assert (accepted.state, accepted.credits_reserved) == (pb.GENERATION_STATE_RUNNING, 4)
    assert (told[-1].state, answer.succeeded, answer.credits_charged) == (pb.GENERATION_STATE_SUCCEEDED, 4, 4)
    assert {one.key for step in told for one in step.variations} == {one.key for one in answer.variations}
    assert (chunks[0].image, [chunk.HasField("image") for chunk in chunks[1:]]) == (image, [False] * (len(chunks) - 1))
    data = b"".join(chunk.data for chunk in chunks)
    assert (hashlib.sha256(data).hexdigest(), len(data), data[1:4]) == (image.sha256, image.bytes, b"PNG")
    path, _, query = image.url.partition("?")
    told_query = dict(part.split("=") for part in query.split("&"))
    MediaSigner(MEDIA_SECRET).verify(path, **told_query)


async def test_a_prompt_is_drawn_without_poses(ann: Stubs) -> None:
    asked = pb.CreateGenerationRequest(
        request_id="t", text=pb.TextSource(prompt="a dancer"), variations=2, width=64, height=64
    )

    accepted = (await ann.generations.CreateGeneration(asked)).generation
    (*_, last) = await watched(ann, accepted)

    assert [one.key for one in accepted.variations] == ["text-v1", "text-v2"]
    assert (last.state, accepted.request.HasField("base_seed")) == (pb.GENERATION_STATE_SUCCEEDED, True)


def _with_gallery(**more: Any) -> pb.CreateGenerationRequest:
    return pb.CreateGenerationRequest(request_id="r-1", gallery=pb.GallerySource(**more))


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (request(request_id=""), "request_id"),
        (request(request_id="x" * 101), "request_id"),
        (pb.CreateGenerationRequest(request_id="r-1"), "source"),
        (_with_gallery(), "gallery.pose_ids"),
        (_with_gallery(pose_ids=[f"p-{n}" for n in range(51)]), "gallery.pose_ids"),
        (_with_gallery(pose_ids=["waving", "waving"]), "gallery.pose_ids"),
        (_with_gallery(pose_ids=["../etc"]), "gallery.pose_ids[0]"),
        (_with_gallery(pose_ids=["waving"], prompt="x" * 2001), "gallery.prompt"),
        (request(variations=5), "variations"),
        (request(variations=-1), "variations"),
        (pb.CreateGenerationRequest(request_id="r-1", text=pb.TextSource(prompt="")), "text.prompt"),
        (pb.CreateGenerationRequest(request_id="r-1", text=pb.TextSource(prompt="  \n ")), "text.prompt"),
        (pb.CreateGenerationRequest(request_id="r-1", text=pb.TextSource(prompt="a\0b")), "text.prompt"),
        (request(width=63), "width"),
        (request(width=4096), "width"),
        (request(height=-8), "height"),
        (request(height=2**31 - 1), "height"),
        (request(width=70), "width"),
        (request(style="oil"), "style"),
        (request(style="<b>"), "style"),
        (request(base_seed=-1), "base_seed"),
        (request(base_seed=2**32), "base_seed"),
        (request(exports=[pb.ExportSpec()]), "exports[0].preset"),
        (request(exports=[SQUARE] * 2), "exports[1]"),
        (request(exports=[pb.ExportSpec(preset=pb.EXPORT_PRESET_STORY, format=9)]), "exports[0].format"),  # type: ignore[arg-type]
        (request(exports=[SQUARE] * 9), "exports"),
        (request(lane=9), "lane"),
    ],
)
async def test_create_names_the_field_that_is_wrong_writes_nothing_and_reserves_nothing(
    ann: Stubs, tables: Any, bad: pb.CreateGenerationRequest, field: str
) -> None:
    error = await refusal(ann.generations.CreateGeneration(bad))

    rows = await tables.fetchval("SELECT (SELECT count(*) FROM generations) + (SELECT count(*) FROM jobs)")
    entries = await tables.fetchval("SELECT count(*) FROM entries")
    assert (error.code, set(error.fields), error.domain) == (INVALID, {field}, "generator.atelier")
    assert (rows, entries) == (0, 1)


async def test_an_unknown_pose_is_not_found_by_its_field(ann: Stubs) -> None:
    error = await refusal(ann.generations.CreateGeneration(request("waving", "nowhere")))

    assert (error.code, error.reason) == (MISSING, "POSE_NOT_FOUND")
    assert error.message.startswith("gallery.pose_ids[1]")


async def test_without_credits_the_quota_is_told(bob: Stubs) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await bob.generations.CreateGeneration(request())

    status = status_pb2.Status.FromString(dict(caught.value.trailing_metadata() or ())["grpc-status-details-bin"])
    info, quota = error_details_pb2.ErrorInfo(), error_details_pb2.QuotaFailure()
    assert [detail.Unpack(info) for detail in status.details].count(True) == 1
    assert [detail.Unpack(quota) for detail in status.details].count(True) == 1
    assert (caught.value.code(), info.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CREDITS_EXHAUSTED")
    assert [violation.subject for violation in quota.violations] == ["credits:bob"]


async def test_a_repeated_request_gives_the_same_generation_and_another_content_is_refused(ann: Stubs) -> None:
    first = (await ann.generations.CreateGeneration(request())).generation
    second = (await ann.generations.CreateGeneration(request())).generation

    other = await refusal(ann.generations.CreateGeneration(request("batting")))

    assert second.generation_id == first.generation_id
    assert (other.code, other.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_USED")


async def test_another_s_generation_is_not_found_whatever_is_asked(ann: Stubs, bob: Stubs, operator: Stubs) -> None:
    generation = (await ann.generations.CreateGeneration(request())).generation
    (*_, last) = await watched(ann, generation)
    theirs = {"generation_id": generation.generation_id}
    sha256 = (await operator.generations.GetGeneration(pb.GetGenerationRequest(**theirs))).generation.variations[0]

    async def first(stream: AsyncIterator[Any]) -> Any:
        return await anext(aiter(stream))

    calls = [
        bob.generations.GetGeneration(pb.GetGenerationRequest(**theirs)),
        bob.generations.CancelGeneration(pb.CancelGenerationRequest(**theirs)),
        bob.generations.RetryGeneration(pb.RetryGenerationRequest(**theirs)),
        first(bob.generations.WatchGeneration(pb.WatchGenerationRequest(**theirs))),
        first(bob.generations.DownloadImage(pb.DownloadImageRequest(**theirs, sha256=sha256.original.sha256))),
    ]
    refusals = [await refusal(call) for call in calls]
    listed = await bob.generations.ListGenerations(pb.ListGenerationsRequest())
    named = await refusal(bob.generations.ListGenerations(pb.ListGenerationsRequest(owner="ann")))

    assert last.state == pb.GENERATION_STATE_SUCCEEDED
    assert {(one.code, one.reason) for one in refusals} == {(MISSING, "GENERATION_NOT_FOUND")}
    assert list(listed.generations) == []
    assert named.reason == "OWNER_NOT_ALLOWED"


@pytest.mark.parametrize("generation_id", ["", "x", "1234"])
async def test_an_id_that_is_none_is_refused(ann: Stubs, generation_id: str) -> None:
    error = await refusal(ann.generations.GetGeneration(pb.GetGenerationRequest(generation_id=generation_id)))

    assert (error.code, error.fields) == (INVALID, ["generation_id"])


async def test_what_does_not_exist_is_not_found(ann: Stubs) -> None:
    generation = (await ann.generations.CreateGeneration(request())).generation
    picture = pb.DownloadImageRequest(generation_id=generation.generation_id, sha256="0" * 64)

    async def download() -> None:
        async for _ in ann.generations.DownloadImage(picture):
            pass

    absent = await refusal(ann.generations.GetGeneration(pb.GetGenerationRequest(generation_id=NOBODY)))
    missing = await refusal(download())

    assert (absent.code, absent.reason) == (MISSING, "GENERATION_NOT_FOUND")
    assert (missing.code, missing.reason) == (MISSING, "IMAGE_NOT_FOUND")


async def test_lists_go_by_pages_and_states(ann: Stubs) -> None:
    for number in range(3):
        generation = (await ann.generations.CreateGeneration(request(request_id=f"r-{number}"))).generation
        await watched(ann, generation)
    wanted = pb.ListGenerationsRequest(page_size=2, states=[pb.GENERATION_STATE_SUCCEEDED])

    first = await ann.generations.ListGenerations(wanted)
    wanted.page_token = first.next_page_token
    rest = await ann.generations.ListGenerations(wanted)
    wanted.ClearField("states")
    foreign = await refusal(ann.generations.ListGenerations(wanted))
    none = await ann.generations.ListGenerations(pb.ListGenerationsRequest(states=[pb.GENERATION_STATE_FAILED]))

    ids = [one.request.request_id for one in (*first.generations, *rest.generations)]
    assert (ids, rest.next_page_token, list(none.generations)) == (["r-2", "r-1", "r-0"], "", [])
    assert all(not one.variations for one in first.generations)
    assert (foreign.code, foreign.fields) == (INVALID, ["page_token"])


async def test_a_cancelled_generation_has_its_credits_back_and_is_retried(ann: Stubs) -> None:
    asked = request("waving", "batting", "running", variations=4, width=2048, height=2048)
    generation = (await ann.generations.CreateGeneration(asked)).generation
    name = {"generation_id": generation.generation_id}

    await ann.generations.CancelGeneration(pb.CancelGenerationRequest(**name))
    (*_, last) = await watched(ann, generation)
    balance = (await ann.credit.GetBalance(credit_pb.GetBalanceRequest())).balance
    again = (await ann.generations.CancelGeneration(pb.CancelGenerationRequest(**name))).generation
    retried = (await ann.generations.RetryGeneration(pb.RetryGenerationRequest(**name))).generation
    twice = await refusal(ann.generations.RetryGeneration(pb.RetryGenerationRequest(**name)))
    await ann.generations.CancelGeneration(pb.CancelGenerationRequest(**name))
    await watched(ann, generation)

    assert last.state == again.state == pb.GENERATION_STATE_CANCELLED
    assert (last.succeeded + last.cancelled, last.credits_reserved) == (12, 0)
    assert (balance.available, balance.reserved) == (100 - last.succeeded, 0)
    assert (retried.state, retried.progress.done) == (pb.GENERATION_STATE_RUNNING, last.succeeded)
    assert (twice.code, twice.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "GENERATION_RUNNING")


async def test_the_jobs_of_a_generation_are_shown_and_refuse_to_be_retried_alone(ann: Stubs) -> None:
    generation = (await ann.generations.CreateGeneration(request())).generation
    await watched(ann, generation)

    job = await ann.jobs.GetJob(jobs_pb.GetJobRequest(name=generation.variations[0].job))

    assert (job.job.kind, job.job.state) == ("variation", jobs_pb.STATE_SUCCEEDED)


async def test_credits_are_granted_once_listed_and_seen_by_their_owner_only(
    ann: Stubs, bob: Stubs, operator: Stubs
) -> None:
    generation = (await ann.generations.CreateGeneration(request())).generation
    await watched(ann, generation)
    grant = credit_pb.GrantCreditsRequest(owner="ann", amount=5, request_id="g-2")

    await operator.credit.GrantCredits(grant)
    granted = await operator.credit.GrantCredits(grant)
    grant.amount = 6
    other = await refusal(operator.credit.GrantCredits(grant))
    refused = await refusal(ann.credit.GrantCredits(grant))
    stranger = await refusal(bob.credit.GetBalance(credit_pb.GetBalanceRequest(owner="ann")))
    peeking = await refusal(bob.credit.ListEntries(credit_pb.ListEntriesRequest(owner="ann")))
    empty = (await bob.credit.GetBalance(credit_pb.GetBalanceRequest())).balance
    first = await ann.credit.ListEntries(credit_pb.ListEntriesRequest(page_size=3))
    rest = await ann.credit.ListEntries(credit_pb.ListEntriesRequest(page_size=3, page_token=first.next_page_token))

    assert granted.balance.available == 104
    assert (other.code, other.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_USED")
    assert refused.code == grpc.StatusCode.PERMISSION_DENIED
    assert stranger.reason == peeking.reason == "OWNER_NOT_ALLOWED"
    assert (empty.available, empty.reserved) == (0, 0)
    entries = [*first.entries, *rest.entries]
    reasons = [credit_pb.CreditEntry.Reason.Name(one.reason) for one in entries]
    assert reasons == ["REASON_GRANT", "REASON_SETTLE", "REASON_RESERVE", "REASON_GRANT"]
    assert (sum(one.amount for one in entries), entries[1].amount) == (104, 0)
    assert entries[1].key == entries[2].key == f"{generation.generation_id}/waving-v1/1"


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (credit_pb.GrantCreditsRequest(amount=1, request_id="x"), "owner"),
        (credit_pb.GrantCreditsRequest(owner="ann", request_id="x"), "amount"),
        (credit_pb.GrantCreditsRequest(owner="ann", amount=-1, request_id="x"), "amount"),
        (credit_pb.GrantCreditsRequest(owner="ann", amount=10**9 + 1, request_id="x"), "amount"),
        (credit_pb.GrantCreditsRequest(owner="ann", amount=1), "request_id"),
    ],
)
async def test_a_bad_grant_names_its_field(operator: Stubs, bad: credit_pb.GrantCreditsRequest, field: str) -> None:
    error = await refusal(operator.credit.GrantCredits(bad))

    assert (error.code, error.fields) == (INVALID, [field])


async def test_poses_are_listed_with_the_gallery_and_shown(ann: Stubs) -> None:
    mine = pose_pb.PoseRecord(pose_id="mine", tags=["sport"], skeleton=await skeleton_of(ann, "waving"))
    await imported(ann, records(mine))

    every = await ann.poses.ListPoses(pose_pb.ListPosesRequest(page_size=500, full=True))
    paged: list[str] = []
    token = ""
    while True:
        page = await ann.poses.ListPoses(pose_pb.ListPosesRequest(page_size=10, page_token=token))
        paged += [one.pose_id for one in page.poses]
        token = page.next_page_token
        if not token:
            break
    sport = await ann.poses.ListPoses(pose_pb.ListPosesRequest(tags=["sport"]))

    ids = [one.pose_id for one in every.poses]
    assert (ids, paged) == (sorted([*(pose.name for pose in gallery()), "mine"]), sorted(ids))
    assert len(gallery()) >= 24
    assert all(one.thumbnail[1:4] == b"PNG" and one.skeleton.joints for one in every.poses)
    assert {one.pose_id for one in sport.poses} >= {"mine", "batting"}
    assert [(one.built_in, one.owner) for one in sport.poses if one.pose_id == "mine"] == [(False, "ann")]


async def test_a_user_s_poses_are_its_own_and_an_operator_s_everybody_s(
    ann: Stubs, bob: Stubs, operator: Stubs
) -> None:
    skeleton = await skeleton_of(ann, "waving")
    other = await skeleton_of(ann, "standing")
    await imported(ann, records(pose_pb.PoseRecord(pose_id="mine", skeleton=skeleton)))
    await imported(operator, records(pose_pb.PoseRecord(pose_id="ours", skeleton=skeleton)))
    await imported(ann, records(pose_pb.PoseRecord(pose_id="ours", name="Own", skeleton=other)))

    hidden = await refusal(bob.poses.GetPose(pose_pb.GetPoseRequest(pose_id="mine")))
    undrawable = await refusal(bob.generations.CreateGeneration(request("mine")))
    shared = (await bob.poses.GetPose(pose_pb.GetPoseRequest(pose_id="ours"))).pose
    own = (await ann.poses.GetPose(pose_pb.GetPoseRequest(pose_id="ours"))).pose
    seen = (await operator.poses.GetPose(pose_pb.GetPoseRequest(pose_id="mine"))).pose
    listed = await bob.poses.ListPoses(pose_pb.ListPosesRequest(page_size=500))

    assert hidden.reason == undrawable.reason == "POSE_NOT_FOUND"
    assert (shared.owner, own.owner, own.name, seen.owner) == ("", "ann", "Own", "ann")
    assert (shared.skeleton, own.skeleton) == (skeleton, other)
    assert "mine" not in [one.pose_id for one in listed.poses]


async def test_importing_again_changes_nothing_and_a_bad_pose_stops_nothing(ann: Stubs) -> None:
    good = await skeleton_of(ann, "waving")
    broken, far, few, short = (pose_pb.Skeleton() for _ in range(4))
    for one in (broken, far, few, short):
        one.CopyFrom(good)
    broken.joints[3].x = NAN
    broken.joints[3].visibility = pose_pb.Joint.VISIBILITY_VISIBLE
    far.joints[5].y = 7
    for joint in few.joints[4:]:
        joint.visibility = pose_pb.Joint.VISIBILITY_UNSPECIFIED
    del short.joints[3:]
    sent = [
        pose_pb.PoseRecord(pose_id="a", skeleton=good),
        pose_pb.PoseRecord(pose_id="b", skeleton=broken),
        pose_pb.PoseRecord(pose_id="c", skeleton=far),
        pose_pb.PoseRecord(pose_id="d", skeleton=few),
        pose_pb.PoseRecord(pose_id="e", skeleton=short),
        pose_pb.PoseRecord(pose_id="f"),
        pose_pb.PoseRecord(pose_id="Not An Id", skeleton=good),
        pose_pb.PoseRecord(pose_id="waving", skeleton=good),
        pose_pb.PoseRecord(pose_id="h", name="\u202e<b>x</b>", skeleton=good),
    ]

    first = await imported(ann, records(*sent))
    second = await imported(ann, records(sent[0]), records(*sent[7:]))
    odd = (await ann.poses.GetPose(pose_pb.GetPoseRequest(pose_id="h"))).pose

    assert (first.received, first.inserted, first.updated, first.unchanged, first.rejected) == (9, 2, 0, 0, 7)
    told = [(one.position, one.field, one.reason) for one in first.rejections]
    assert told == [
        (1, "skeleton.joints[3].x", "NOT_FINITE"),
        (2, "skeleton.joints[5].y", "OUT_OF_RANGE"),
        (3, "skeleton.joints", "TOO_FEW_JOINTS"),
        (4, "skeleton.joints", "JOINT_COUNT"),
        (5, "skeleton", "INVALID_FIELD"),
        (6, "pose_id", "INVALID_FIELD"),
        (7, "pose_id", "POSE_ID_TAKEN"),
    ]
    assert (second.received, second.unchanged, second.rejections[0].position) == (3, 2, 1)
    assert odd.name == "\u202e<b>x</b>"


async def test_real_poses_are_imported_from_a_file_and_drawn(ann: Stubs, shared_data: Path) -> None:
    content = (shared_data / "poses.jsonl").read_bytes()
    file = pose_pb.ImportPosesRequest.File(
        format=pose_pb.ImportPosesRequest.FILE_FORMAT_JSON_LINES, content=content, id_prefix="real"
    )

    first = await imported(ann, pose_pb.ImportPosesRequest(file=file))
    again = await imported(ann, pose_pb.ImportPosesRequest(file=file))
    page = await ann.poses.ListPoses(pose_pb.ListPosesRequest(page_size=500))
    real = [one.pose_id for one in page.poses if not one.built_in]
    generation = (await ann.generations.CreateGeneration(request(*real[:5]))).generation
    (*_, last) = await watched(ann, generation)

    assert first.inserted == first.received == again.unchanged == len(real) > 200
    assert real[0].startswith("coco-val2017-")
    assert last.state == pb.GENERATION_STATE_SUCCEEDED


async def test_what_is_no_file_of_poses_is_rejected_whole(ann: Stubs) -> None:
    file = pose_pb.ImportPosesRequest.File(format=pose_pb.ImportPosesRequest.FILE_FORMAT_COCO_JSON, content=b"{")

    answer = await imported(ann, pose_pb.ImportPosesRequest(file=file))

    assert (answer.received, answer.rejected, answer.rejections[0].reason) == (1, 1, "NOT_JSON")


async def test_a_stream_of_nothing_names_what_is_missing(ann: Stubs) -> None:
    error = await refusal(imported(ann, pose_pb.ImportPosesRequest()))

    assert (error.code, error.fields) == (INVALID, ["content"])


def test_every_method_is_named_in_the_service_config() -> None:
    config = service_config("atelier.generator.v1")

    assert config
    for service in SERVICES:
        assert f"atelier.generator.v1.{service.name}" in config


async def test_two_watchers_of_one_generation_see_the_same_end(ann: Stubs) -> None:
    generation = (await ann.generations.CreateGeneration(request("waving", "batting", variations=4))).generation

    ends = await asyncio.gather(*(watched(ann, generation) for _ in range(2)))

    assert ends[0][-1].state == ends[1][-1].state == pb.GENERATION_STATE_SUCCEEDED
    assert [len({one.key for step in told for one in step.variations}) for told in ends] == [8, 8]
