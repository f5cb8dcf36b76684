"""What a slow reader finds on the board: everything that has changed, in as little as it takes."""

import asyncio

import pytest
from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.generator.v1.generation_service_pb2 import Generation, Variation, VariationState
from atelier.jobs.v1.jobs_service_pb2 import Progress
from atelier.resolver.v1.scan_service_pb2 import Scan
from atelier.reviewer.v1.review_service_pb2 import FileReview, Review
from google.rpc import status_pb2

from gateway.fanout.board import ROOM_BYTES, Board

RUNNING, SUCCEEDED = pb.WORK_STATE_RUNNING, pb.WORK_STATE_SUCCEEDED
PENDING, MADE = VariationState.VARIATION_STATE_PENDING, VariationState.VARIATION_STATE_SUCCEEDED
AWAY = status_pb2.Status(code=14, message="away")


def scan(name: str, done: int, state: pb.WorkState = RUNNING) -> pb.WatchedWork:
    progress = Progress(done=done, total=9)
    return pb.WatchedWork(name=name, state=state, progress=progress, scan=Scan(scan_id=name, progress=progress))


def generation(*variations: Variation, state: pb.WorkState = RUNNING) -> pb.WatchedWork:
    return pb.WatchedWork(name="g", state=state, generation=Generation(variations=variations))


def review(path: str, summary: str) -> pb.WatchedWork:
    file = FileReview(path=path, summary=summary)
    return pb.WatchedWork(name="r", state=RUNNING, review=Review(files=[file]))


async def read(board: Board) -> pb.WatchBatchResponse:
    answer = await board.read()
    assert answer is not None
    return answer


async def test_only_the_latest_of_a_piece_of_work_is_told() -> None:
    board = Board(["a", "b"])
    for done in range(3):
        await board.write(scan("a", done))
    await board.write(scan("b", 7))

    answer = await read(board)

    assert [(work.name, work.scan.progress.done) for work in answer.work] == [("a", 2), ("b", 7)]


async def test_changed_variations_are_never_lost_to_a_later_change() -> None:
    board = Board(["g"])
    await board.write(generation(Variation(key="1", state=MADE), Variation(key="2", state=PENDING)))
    await board.write(generation(Variation(key="3", state=MADE)))
    await board.write(generation(Variation(key="2", state=MADE), state=SUCCEEDED))

    [work] = (await read(board)).work

    assert work.state == SUCCEEDED
    assert [(one.key, one.state) for one in work.generation.variations] == [("1", MADE), ("3", MADE), ("2", MADE)]


async def test_ended_files_are_never_lost_to_a_later_change() -> None:
    board = Board(["r"])
    for path, summary in (("a", "1"), ("b", "2"), ("", "whole"), ("a", "3")):
        await board.write(review(path, summary))

    [work] = (await read(board)).work

    assert {file.path: file.summary for file in work.review.files} == {"b": "2", "": "whole", "a": "3"}


async def test_what_was_told_is_not_told_again() -> None:
    board = Board(["g", "a"])
    await board.write(generation(Variation(key="1", state=MADE)))
    await read(board)

    await board.write(scan("a", 1))
    await board.write(generation(Variation(key="2", state=MADE)))

    answer = await read(board)
    assert [work.name for work in answer.work] == ["a", "g"]
    assert [one.key for one in answer.work[1].generation.variations] == ["2"]


async def test_a_problem_takes_nothing_from_what_is_untold_and_ends_with_the_next_word() -> None:
    board = Board(["a"])
    await board.write(scan("a", 4))
    board.interrupt(["a"], AWAY)
    [during] = (await read(board)).work

    board.interrupt(["a"], AWAY)
    await board.write(scan("a", 5))
    [after] = (await read(board)).work

    assert (during.state, during.scan.progress.done, during.problem.message) == (RUNNING, 4, "away")
    assert (after.scan.progress.done, after.HasField("problem")) == (5, False)


async def test_a_problem_alone_says_where_the_work_stood() -> None:
    board = Board(["a", "b"])
    await board.write(scan("a", 4))
    await read(board)

    board.interrupt(["a", "b"], AWAY)

    known, unknown = (await read(board)).work
    assert (known.state, known.progress.done, known.HasField("scan")) == (RUNNING, 4, False)
    assert (unknown.state, unknown.HasField("progress")) == (RUNNING, False)


async def test_progress_counts_the_work_that_has_ended_once() -> None:
    board = Board(["a", "b", "c"])
    for state in (RUNNING, SUCCEEDED, SUCCEEDED):
        await board.write(scan("a", 1, state))
    board.interrupt(["b"], AWAY, state=pb.WORK_STATE_NOT_FOUND)

    assert (await read(board)).progress == Progress(done=2, total=3)


async def test_writers_wait_while_much_is_untold_and_all_of_it_arrives() -> None:
    board = Board(["r"])
    summary, written = "x" * (ROOM_BYTES // 4), list[str]()

    async def write() -> None:
        for number in range(20):
            await board.write(review(str(number), summary))
            written.append(str(number))
        board.finish()

    writing = asyncio.create_task(write())
    answers, ahead = list[pb.WatchBatchResponse](), list[int]()
    while (answer := await board.read()) is not None:
        answers.append(answer)
        ahead.append(len(written))

    await writing
    assert [file.path for answer in answers for file in answer.work[0].review.files] == written
    assert ahead[0] <= 4
    assert max(answer.ByteSize() for answer in answers) < ROOM_BYTES + 1024


async def test_one_large_answer_is_told_though_it_is_larger_than_the_room() -> None:
    board = Board(["r"])

    await board.write(review("a", "x" * (ROOM_BYTES + 1)))

    assert (await read(board)).ByteSize() > ROOM_BYTES


async def test_a_reader_is_told_the_last_things_and_then_that_there_is_nothing_more() -> None:
    board = Board(["a"])
    await board.write(scan("a", 9, SUCCEEDED))
    board.finish()

    assert [work.name for work in (await read(board)).work] == ["a"]
    assert await board.read() is None


async def test_a_reader_that_waits_is_told_of_a_failure() -> None:
    board = Board(["a"])
    reading = asyncio.create_task(board.read())
    await asyncio.sleep(0)

    board.fail(RuntimeError("no more"))

    with pytest.raises(RuntimeError, match="no more"):
        await reading
