"""Watching a batch whose services leave, break off, keep silent, or have never had some of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.jobs.v1.jobs_service_pb2 import Progress
from atelier.reviewer.v1 import review_service_pb2 as review_pb
from google.rpc import error_details_pb2

from chassis.auth import Role
from chassis.errors import NotFound, Unauthenticated
from gateway.fanout import gate
from tests.contract.conftest import refusal
from tests.integration.gateway.crowd import Crowd, detail, refuse, run_crowd, works
from tests.integration.gateway.rig import within
from tests.integration.gateway.watches import (
    GET_ACTIVITY,
    ID,
    NOT_FOUND,
    RUNNING,
    SUCCEEDED,
    WATCH_ACTIVITIES,
    WATCH_REVIEW,
    WATCH_SCAN,
    activity,
    scan,
    watched,
)


async def test_a_stream_that_breaks_is_opened_again_and_its_problem_told_once(crowd: Crowd) -> None:
    opened = 0

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        nonlocal opened
        opened += 1
        if opened in (2, 3):
            await context.abort(grpc.StatusCode.UNAVAILABLE, "about to end")
        yield scan(request.scan_id, opened)
        if opened > 3:
            yield scan(request.scan_id, 9, ended=True)

    crowd.stream(WATCH_SCAN, watch)

    answers = await watched(crowd, f"resolver/scans/{ID}01")

    told = list(works(answers))
    problems = [work for work in told if work.HasField("problem")]
    assert opened == 4
    assert [(work.state, work.progress.done) for work in problems] == [(RUNNING, 1)]
    assert (told[-1].state, told[-1].HasField("problem")) == (SUCCEEDED, False)


async def test_a_stream_that_breaks_after_each_word_is_opened_ever_more_rarely(crowd: Crowd) -> None:
    opened: list[float] = []

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        opened.append(time.monotonic())
        yield scan(request.scan_id, len(opened), ended=len(opened) == 5)

    crowd.stream(WATCH_SCAN, watch)

    await watched(crowd, f"resolver/scans/{ID}01")

    assert opened[-1] - opened[0] > 1.4  # At most 0.8 where each pause is the first.


async def test_a_service_that_is_restarted_costs_its_own_work_a_pause(crowd: Crowd) -> None:
    came, other, back = asyncio.Event(), asyncio.Event(), False

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        if back:
            yield scan(request.scan_id, 9, ended=True)
            return
        yield scan(request.scan_id, 1)
        came.set()
        await asyncio.Event().wait()

    async def watch_review(request: Any, context: Any) -> AsyncIterator[Any]:
        await other.wait()
        yield review_pb.WatchReviewResponse(
            review=review_pb.Review(review_id=request.review_id, state=review_pb.REVIEW_STATE_CANCELLED)
        )

    crowd.stream(WATCH_SCAN, watch)
    crowd.stream(WATCH_REVIEW, watch_review)
    names = [f"resolver/scans/{ID}01", f"reviewer/reviews/{ID}02"]
    answers = crowd.stub.WatchBatch(pb.WatchBatchRequest(names=names))
    told: list[pb.WatchBatchResponse] = []

    await within(10, came.wait())
    await crowd.services["resolver"].stop()
    while not any(work.HasField("problem") for work in works(told)):
        told.append(await within(10, answers.read()))
    other.set()
    while not any(work.name == names[1] for work in works(told)):
        told.append(await within(10, answers.read()))
    back = True
    await crowd.services["resolver"].start()
    rest = [answer async for answer in answers]

    [problem] = [work.problem for work in works(told) if work.HasField("problem")]
    assert detail(problem, error_details_pb2.ErrorInfo).reason == "SERVICE_UNAVAILABLE"
    assert [(work.name, work.state) for work in works(rest)] == [(names[0], SUCCEEDED)]
    assert rest[-1].progress == Progress(done=2, total=2)


async def test_a_name_that_is_nobodys_ends_and_the_others_go_on(crowd: Crowd) -> None:
    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        if request.scan_id.endswith("1"):
            await refuse(context, NotFound("There is no such scan."), "resolver.atelier")
        yield scan(request.scan_id, 9, ended=True)

    crowd.stream(WATCH_SCAN, watch)

    answers = await watched(crowd, *(f"resolver/scans/{ID}0{n}" for n in (1, 2)))

    told = {work.name[-1]: work for work in works(answers)}
    assert (told["1"].state, told["2"].state) == (NOT_FOUND, SUCCEEDED)
    assert told["1"].problem.message == "There is no such scan."
    assert answers[-1].progress == Progress(done=2, total=2)


async def test_activities_that_are_nobodys_end_and_the_others_go_on(crowd: Crowd) -> None:
    ids = [f"{ID}{number:02}" for number in range(40)]
    known, asked = set(ids[::2]), list[list[str]]()

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        asked.append(list(request.activity_ids))
        if not known.issuperset(request.activity_ids):
            await refuse(context, NotFound("There is no activity."), "engager.atelier")
        done = [activity(one, engager_pb.ACTIVITY_STATE_SUCCEEDED) for one in request.activity_ids]
        yield engager_pb.WatchActivitiesResponse(activities=done)

    async def get(request: Any, context: Any) -> Any:
        if request.activity_id not in known:
            await refuse(context, NotFound("There is no activity."), "engager.atelier")
        return engager_pb.GetActivityResponse(activity=activity(request.activity_id, engager_pb.ACTIVITY_STATE_WAITING))

    crowd.stream(WATCH_ACTIVITIES, watch)
    crowd.unary(GET_ACTIVITY, get)

    answers = await watched(crowd, *(f"engager/activities/{one}" for one in ids))

    states = {work.name[-36:]: work.state for work in works(answers)}
    assert states == {one: SUCCEEDED if one in known else NOT_FOUND for one in ids}
    assert asked == [ids, ids[::2]]


async def test_work_of_a_service_that_is_not_run_ends_with_the_reason(secret_file: Path) -> None:
    async with run_crowd(secret_file, without="engager") as crowd:
        [answer] = await watched(crowd, f"engager/activities/{ID}01")

    [work] = answer.work
    assert work.state == NOT_FOUND
    assert detail(work.problem, error_details_pb2.ErrorInfo).reason == "UNKNOWN_SERVICE"


async def test_a_token_that_is_taken_no_longer_ends_the_watch(crowd: Crowd) -> None:
    opened = 0

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        nonlocal opened
        opened += 1
        if opened > 1:
            await refuse(context, Unauthenticated("The token has expired."), "resolver.atelier")
        yield scan(request.scan_id, 1)

    crowd.stream(WATCH_SCAN, watch)

    error = await refusal(watched(crowd, f"resolver/scans/{ID}01"))

    assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    assert error.message == "The token has expired."


async def test_streams_that_are_not_answered_do_not_hold_up_the_others_for_long(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, go_on = 0, asyncio.Event()

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        nonlocal opened
        opened += 1
        if opened <= gate.AT_ONCE:
            await go_on.wait()
        yield scan(request.scan_id, 9, ended=True)

    monkeypatch.setattr(gate, "PATIENCE_SECONDS", 0.05)
    crowd.stream(WATCH_SCAN, watch)
    names = [f"resolver/scans/{ID}{number}" for number in range(10, 40)]
    answers = crowd.stub.WatchBatch(pb.WatchBatchRequest(names=names))
    done = 0
    while done < len(names) - gate.AT_ONCE:
        done = (await within(10, answers.read())).progress.done
    go_on.set()
    rest = [answer async for answer in answers]

    assert rest[-1].progress.done == len(names)


async def test_a_watch_without_an_end_in_sight_ends_with_the_gateway(secret_file: Path) -> None:
    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        yield scan(request.scan_id, 1)
        await asyncio.Event().wait()

    async with AsyncExitStack() as outlasting:
        async with run_crowd(secret_file) as crowd:
            crowd.stream(WATCH_SCAN, watch)
            stub = await outlasting.enter_async_context(crowd.stub_of("ash", Role.USER, timedelta(hours=1)))
            call = stub.WatchBatch(pb.WatchBatchRequest(names=[f"resolver/scans/{ID}01"]))
            await within(10, call.read())

        error = await within(10, refusal(call.read()))

    assert (error.code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "LEAVING")
