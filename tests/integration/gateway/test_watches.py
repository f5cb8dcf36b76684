"""Watching a batch: many streams as one, which outlives the services' and ends with the work."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.generator.v1 import generation_service_pb2 as generation_pb
from atelier.jobs.v1.jobs_service_pb2 import Progress
from atelier.resolver.v1 import overview_service_pb2 as overview_pb
from atelier.reviewer.v1 import review_service_pb2 as review_pb

from chassis.auth import Role
from gateway import routing
from gateway.fanout import gate
from tests.contract.conftest import refusal
from tests.integration.gateway.crowd import Crowd, run_crowd, works
from tests.integration.gateway.rig import envelope, within
from tests.integration.gateway.watches import (
    FAILED,
    ID,
    PARTLY,
    RUNNING,
    SUCCEEDED,
    WATCH_ACTIVITIES,
    WATCH_GENERATION,
    WATCH_REVIEW,
    WATCH_SCAN,
    activity,
    end_scan,
    scan,
    watched,
)


async def test_work_of_every_kind_is_told_as_it_is_and_the_watch_ends_with_it(crowd: Crowd) -> None:
    async def watch_generation(request: Any, context: Any) -> AsyncIterator[Any]:
        one = generation_pb.Generation(
            generation_id=request.generation_id, state=generation_pb.GENERATION_STATE_PARTIALLY_SUCCEEDED
        )
        yield generation_pb.WatchGenerationResponse(generation=one)

    async def watch_review(request: Any, context: Any) -> AsyncIterator[Any]:
        one = review_pb.Review(review_id=request.review_id, state=review_pb.REVIEW_STATE_SUCCEEDED)
        for path in ("a.py", "b.py"):  # A final state isn't the end: more of the files may follow.
            yield review_pb.WatchReviewResponse(
                review=review_pb.Review(review_id=one.review_id, state=one.state, files=[{"path": path}])
            )

    async def watch_activities(request: Any, context: Any) -> AsyncIterator[Any]:
        sent, uncertain = request.activity_ids
        yield engager_pb.WatchActivitiesResponse(
            activities=[
                activity(sent, engager_pb.ACTIVITY_STATE_WAITING),
                activity(uncertain, engager_pb.ACTIVITY_STATE_UNCERTAIN),
            ]
        )
        yield engager_pb.WatchActivitiesResponse(activities=[activity(sent, engager_pb.ACTIVITY_STATE_SUCCEEDED)])

    crowd.stream(WATCH_SCAN, end_scan)
    crowd.stream(WATCH_GENERATION, watch_generation)
    crowd.stream(WATCH_REVIEW, watch_review)
    crowd.stream(WATCH_ACTIVITIES, watch_activities)
    names = [
        f"resolver/scans/{ID}01",
        f"generator/generations/{ID}02",
        f"reviewer/reviews/{ID}03",
        f"engager/activities/{ID}04",
        f"engager/activities/{ID}05",
    ]

    answers = await watched(crowd, *names)

    last = {work.name: work for work in works(answers)}
    files = [file.path for work in works(answers) for file in work.review.files]
    assert [last[name].state for name in names] == [SUCCEEDED, PARTLY, SUCCEEDED, SUCCEEDED, FAILED]
    assert [last[name].WhichOneof("detail") for name in names] == [
        "scan",
        "generation",
        "review",
        "activity",
        "activity",
    ]
    assert files == ["a.py", "b.py"]
    assert answers[-1].progress == Progress(done=5, total=5)


async def test_a_change_is_told_while_other_work_goes_on(crowd: Crowd) -> None:
    told = asyncio.Event()

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        if request.scan_id.endswith("1"):
            yield scan(request.scan_id, 0)
            await told.wait()
        yield scan(request.scan_id, 9, ended=True)

    crowd.stream(WATCH_SCAN, watch)
    answers = crowd.stub.WatchBatch(pb.WatchBatchRequest(names=[f"resolver/scans/{ID}0{n}" for n in (1, 2)]))
    first = [await within(10, answers.read())]
    while first[-1].progress.done < 1:
        first.append(await within(10, answers.read()))
    told.set()
    rest = [answer async for answer in answers]

    assert {work.name[-1]: work.state for work in works(first)} == {"1": RUNNING, "2": SUCCEEDED}
    assert [(work.name[-1], work.state) for work in works(rest)] == [("1", SUCCEEDED)]


async def test_watches_of_much_work_leave_room_for_calls_and_other_streams(
    secret_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        yield scan(request.scan_id, 1)
        await asyncio.Event().wait()

    async def get(request: Any, context: Any) -> Any:
        return overview_pb.GetOverviewResponse(collection={"total_cards": 7})

    monkeypatch.setattr(routing, "STREAMS_A_CHANNEL", 10)
    async with run_crowd(secret_file, calls_at_once=10) as crowd:
        crowd.stream(WATCH_SCAN, watch)
        crowd.unary("resolver.v1.ResolverOverviewService/GetOverview", get)
        names = [f"resolver/scans/{ID}{number}" for number in range(10, 45)]
        call, told = crowd.stub.WatchBatch(pb.WatchBatchRequest(names=names)), set[str]()
        async with asyncio.timeout(20):
            while len(told) < len(names):
                told.update(work.name for work in (await call.read()).work if work.HasField("scan"))
        overview = await crowd.stub.GetOverview(pb.GetOverviewRequest(), timeout=10)

    assert overview.collection.total_cards == 7


async def test_the_streams_of_a_watch_are_opened_a_few_at_a_time(crowd: Crowd) -> None:
    unanswered = most = 0

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        nonlocal unanswered, most
        unanswered += 1
        most = max(most, unanswered)
        await asyncio.sleep(0.05)  # Within which all that are opened at once have come.
        unanswered -= 1
        yield scan(request.scan_id, 9, ended=True)

    crowd.stream(WATCH_SCAN, watch)

    answers = await watched(crowd, *(f"resolver/scans/{ID}{number}" for number in range(10, 60)))

    assert answers[-1].progress == Progress(done=50, total=50)
    assert most <= gate.AT_ONCE


async def test_work_in_a_state_that_only_its_service_knows_goes_on(crowd: Crowd) -> None:
    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        invented = scan(request.scan_id, 4)
        invented.scan.state = 99  # type: ignore[assignment]
        yield invented
        yield scan(request.scan_id, 9, ended=True)

    async def watch_activities(request: Any, context: Any) -> AsyncIterator[Any]:
        one = activity(request.activity_ids[0], 98)  # type: ignore[arg-type]
        yield engager_pb.WatchActivitiesResponse(activities=[one])
        await told.wait()
        yield engager_pb.WatchActivitiesResponse(
            activities=[activity(one.activity_id, engager_pb.ACTIVITY_STATE_SUCCEEDED)]
        )

    told = asyncio.Event()
    crowd.stream(WATCH_SCAN, watch)
    crowd.stream(WATCH_ACTIVITIES, watch_activities)
    names = [f"resolver/scans/{ID}01", f"engager/activities/{ID}02"]
    answers = crowd.stub.WatchBatch(pb.WatchBatchRequest(names=names))

    before = [await within(10, answers.read())]
    while not any(work.name == names[1] for work in works(before)):
        before.append(await within(10, answers.read()))
    told.set()
    rest = [answer async for answer in answers]

    [first] = [work for work in works(before) if work.name == names[1]]
    assert (first.state, first.progress) == (RUNNING, Progress(done=0, total=1))
    assert {work.name: work.state for work in works(before + rest)} == dict.fromkeys(names, SUCCEEDED)


@pytest.mark.parametrize("door", ["grpc", "http"])
async def test_a_caller_that_leaves_ends_every_stream_behind(crowd: Crowd, door: str) -> None:
    began, ended = asyncio.Semaphore(0), asyncio.Semaphore(0)

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        context.add_done_callback(lambda _: ended.release())
        began.release()
        yield scan(request.scan_id, 1)
        await asyncio.Event().wait()

    crowd.stream(WATCH_SCAN, watch)
    names = [f"resolver/scans/{ID}0{n}" for n in range(5)]

    if door == "grpc":
        call = crowd.stub.WatchBatch(pb.WatchBatchRequest(names=names))
        await within(10, call.read())
        call.cancel()
    else:
        body = envelope(b'{"names":["%s"]}' % '","'.join(names).encode())
        headers = {"content-type": "application/connect+json", "authorization": crowd.gateway.authorization[1]}
        path = "/atelier.gateway.v1.GatewayService/WatchBatch"
        async with crowd.gateway.http.stream("POST", path, content=body, headers=headers) as answers:
            await within(10, anext(answers.aiter_raw()))

    for _ in names:
        await within(10, began.acquire())
        await within(10, ended.acquire())


async def test_a_reader_that_pauses_misses_no_variation_and_gets_few_messages(crowd: Crowd) -> None:
    sent = asyncio.Event()

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        for number in range(500):
            one = generation_pb.Generation(
                generation_id=request.generation_id,
                state=generation_pb.GENERATION_STATE_SUCCEEDED
                if number == 499
                else generation_pb.GENERATION_STATE_RUNNING,
                variations=[{"key": str(number)}],
            )
            yield generation_pb.WatchGenerationResponse(generation=one)
        sent.set()

    crowd.stream(WATCH_GENERATION, watch)
    answers = crowd.stub.WatchBatch(pb.WatchBatchRequest(names=[f"generator/generations/{ID}01"]))

    await within(20, sent.wait())
    told = [answer async for answer in answers]

    keys = [one.key for work in works(told) for one in work.generation.variations]
    assert keys == [str(number) for number in range(500)]
    assert len(told) < 100


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["resolver/scans/1"],
        [f"resolver/jobs/{ID}01"],
        [f"resolver/scans/{ID}01", f"resolver/scans/{ID}01"],
        [f"resolver/scans/{ID[:-1]}{number:03}" for number in range(201)],
        [f"engager/activities/{ID[:-2]}{number:04}" for number in range(1001)],
    ],
)
async def test_names_that_cannot_be_are_refused(crowd: Crowd, names: list[str]) -> None:
    error = await refusal(watched(crowd, *names))

    assert error.code is grpc.StatusCode.INVALID_ARGUMENT
    assert error.fields[0].startswith("names")


async def test_another_callers_token_is_the_one_that_services_see(crowd: Crowd) -> None:
    seen: list[str] = []

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        seen.append(dict(context.invocation_metadata())["authorization"])
        yield scan(request.scan_id, 9, ended=True)

    crowd.stream(WATCH_SCAN, watch)
    async with crowd.stub_of("birch", Role.USER, timedelta(hours=1)) as stub:
        async for _ in stub.WatchBatch(pb.WatchBatchRequest(names=[f"resolver/scans/{ID}01"])):
            pass
    await watched(crowd, f"resolver/scans/{ID}01")

    assert len(set(seen)) == 2
