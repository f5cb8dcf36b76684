"""Reviews without a model, through a running service: of what was reviewed before, of one file, and of a repository.

Beside each, in turns and in the same run: Redis asked by gRPC for an answer that is as large; and the linters, run by
hand on the same file and the same folder. At last the samples, and what of their faults is told.
"""

import os
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
from atelier.reviewer.v1 import repository_service_pb2 as repository_pb
from atelier.reviewer.v1 import review_service_pb2 as pb
from atelier.reviewer.v1.quota_service_pb2_grpc import QuotaServiceStub
from atelier.reviewer.v1.repository_service_pb2_grpc import RepositoryServiceStub
from atelier.reviewer.v1.review_service_pb2_grpc import ReviewServiceStub

from bench.bare_redis import bare_redis
from bench.figures import Figure, at_most
from bench.linters_by_hand import pylint_seconds, ruff_seconds
from bench.review_samples import SAMPLES, judge, read_samples, source_files
from bench.review_sources import long_file, repository, write_files
from bench.surroundings import Surroundings
from cli.stack.ports import LOOPBACK
from cli.stack.stack import LOCAL_SUBJECT

KNOWN = "python/weather.py"
LINES = 500
CACHED_CALLS, STATIC_ROUNDS = 600, 3
FILES_A_MESSAGE = 500


async def measure(around: Surroundings) -> list[Figure]:
    """All of them."""
    async with around.channel(f"{LOOPBACK}:{around.stack.ports.reviewer}") as channel:
        plan = quota_pb.SetPlanRequest(owner=LOCAL_SUBJECT, plan=quota_pb.PLAN_BUSINESS)
        await QuotaServiceStub(channel).SetPlan(plan)
        stub = ReviewServiceStub(channel)
        known = (SAMPLES / KNOWN).read_text()
        await _review(stub, [_file(known)])
        return [
            *await _cached(around, stub, known),
            await _static(stub, long_file(LINES)),
            await _repository(stub, RepositoryServiceStub(channel)),
            *await _samples(stub),
        ]


async def _cached(around: Surroundings, stub: ReviewServiceStub, text: str) -> list[Figure]:
    """What was told before, what was reviewed before and is told as another review, and the bare GET take turns.

    So noise hits all; the first tenth warms up.
    """
    others = [_file(text, f"module_{number}.py") for number in range(CACHED_CALLS // 10)]
    await _review(stub, others)
    answer = await stub.CreateReview(_request([_file(text)]))
    packed = answer.SerializeToString()
    taken: dict[str, list[float]] = {"told": [], "reviewed": [], "bare": []}

    async def take(name: str, one: ReviewServiceStub, file: pb.SourceFile) -> None:
        request = _request([file])
        began = time.perf_counter()
        answer = await one.CreateReview(request)
        taken[name].append(time.perf_counter() - began)
        assert answer.review.state == pb.REVIEW_STATE_SUCCEEDED

    async with bare_redis(around.stack.redis_url, packed) as address, around.channel(address) as channel:
        await channel.channel_ready()
        for number in range(CACHED_CALLS):
            await take("told", stub, _file(text))
            await take("bare", ReviewServiceStub(channel), _file(text))
            if number % 10 == 0:
                await take("reviewed", stub, others[number // 10])
    told, reviewed, bare = (
        1000 * statistics.median(taken[name][len(taken[name]) // 10 :]) for name in ("told", "reviewed", "bare")
    )
    against = f"GET of {len(packed):,} bytes: {bare:.2f} ms"
    met = at_most(told / bare, 2)
    return [
        Figure("reviews", "what was told before, p50", "ms", told, against, told / bare, *met),
        Figure("reviews", "what was reviewed before, p50", "ms", reviewed, against, reviewed / bare),
    ]


async def _static(stub: ReviewServiceStub, text: str) -> Figure:
    """From the call to the end; each time another file, which nobody has seen."""
    ours, alone = [], []
    with TemporaryDirectory(prefix="atelier-bench-") as folder:
        for number in range(STATIC_ROUNDS):
            other = f"{text}NUMBER = {number}\n"
            began = time.perf_counter()
            await _review(stub, [_file(other)])
            ours.append(time.perf_counter() - began)
            [path] = write_files(folder, [("module.py", other)])
            alone.append(max(await ruff_seconds(path), await pylint_seconds(path, processes=1)))
    seconds, slowest = statistics.median(ours), statistics.median(alone)
    ratio, against = seconds / slowest, f"its slowest linter by hand: {slowest:.2f} s"
    return Figure("reviews", f"{LINES} lines, call to end", "s", seconds, against, ratio, *at_most(ratio, 1.3))


async def _repository(stub: ReviewServiceStub, repositories: RepositoryServiceStub) -> Figure:
    files = list(repository())
    named = repository_pb.CreateRepositoryRequest(name="bench")
    made = (await repositories.CreateRepository(named)).repository
    snapshot = (await repositories.CreateSnapshot(_snapshot(made.repository_id, files))).snapshot
    assert snapshot.files == len(files)
    began = time.perf_counter()
    asked = repository_pb.ReviewSnapshotRequest(request_id=str(uuid4()), snapshot_id=snapshot.snapshot_id)
    await _watch(stub, (await repositories.ReviewSnapshot(asked)).review)
    rate = len(files) / (time.perf_counter() - began)
    by_hand = len(files) / await _by_hand(files)
    ratio, against = rate / by_hand, f"the same linters by hand: {by_hand:,.1f}"
    return Figure("reviews", f"repository of {len(files):,} files", "files/s", rate, against, ratio)


async def _by_hand(files: Sequence[tuple[str, str]]) -> float:
    """Seconds of one linter after the other, each with all that this machine has."""
    with TemporaryDirectory(prefix="atelier-bench-") as folder:
        write_files(folder, files)
        return await ruff_seconds(Path(folder)) + await pylint_seconds(Path(folder), processes=os.cpu_count() or 1)


async def _samples(stub: ReviewServiceStub) -> list[Figure]:
    samples = read_samples()
    review = await _review(stub, source_files(samples), project="samples")
    found = await stub.GetReview(pb.GetReviewRequest(review_id=review.review_id, page_size=len(samples)))
    return judge(samples, found.review.files)


async def _review(stub: ReviewServiceStub, files: list[pb.SourceFile], project: str = "bench") -> pb.Review:
    """Ended, without a file left out and without a tool that failed."""
    return await _watch(stub, (await stub.CreateReview(_request(files, project))).review)


async def _watch(stub: ReviewServiceStub, review: pb.Review) -> pb.Review:
    async for seen in stub.WatchReview(pb.WatchReviewRequest(review_id=review.review_id)):
        review = seen.review
    assert review.outcome == pb.REVIEW_OUTCOME_COMPLETE
    return review


def _request(files: list[pb.SourceFile], project: str = "bench") -> pb.CreateReviewRequest:
    return pb.CreateReviewRequest(request_id=str(uuid4()), project=project, review=pb.FileTarget(files=files))


def _file(text: str, path: str = "module.py") -> pb.SourceFile:
    return pb.SourceFile(path=path, content=text.encode())


async def _snapshot(
    repository_id: str, files: list[tuple[str, str]]
) -> AsyncIterator[repository_pb.CreateSnapshotRequest]:
    head = repository_pb.CreateSnapshotRequest.Head(repository_id=repository_id, revision="bench")
    yield repository_pb.CreateSnapshotRequest(head=head)
    for start in range(0, len(files), FILES_A_MESSAGE):
        some = files[start : start + FILES_A_MESSAGE]
        messages = [pb.SourceFile(path=path, content=text.encode()) for path, text in some]
        yield repository_pb.CreateSnapshotRequest(files=repository_pb.CreateSnapshotRequest.Files(files=messages))
