"""What somebody who watches jobs has before them."""

from atelier.jobs.v1 import jobs_service_pb2 as pb
from rich.console import Console
from rich.table import Table

from cli.job_board import ENDED_KEPT, Board
from tests.unit.cli.fake_jobs import job, name_of


def shown(table: Table) -> str:
    console = Console(width=200, color_system=None)
    with console.capture() as rendered:
        console.print(table)
    return rendered.get()


def test_only_what_is_new_or_has_changed_is_a_change() -> None:
    board = Board()

    first = board.take([job(1), job(2)])
    second = board.take([job(1), job(2, done=1)])

    assert (first, second) == ([job(1), job(2)], [job(2, done=1)])


def test_what_runs_stands_before_what_waits_and_that_before_what_has_ended() -> None:
    board = Board()
    board.take([job(1, pb.STATE_SUCCEEDED), job(2, pb.STATE_QUEUED), job(3), job(4, pb.STATE_FAILED)])

    text = shown(board.table(3))

    places = [text.find(name_of(number)) for number in (3, 2, 4)]
    assert places == sorted(places)
    assert -1 not in places
    assert name_of(1) not in text
    assert "and 1 more" in text


def test_what_could_steer_the_terminal_is_shown_and_not_obeyed() -> None:
    board = Board()
    board.take([job(1, error=pb.JobError(error_class="ERROR_CLASS_UNKNOWN", message="\x1b[2J"))])

    assert "\\x1b[2J" in shown(board.table(3))


def test_of_what_has_ended_only_the_last_thousand_are_remembered() -> None:
    board = Board()

    board.take(job(number, pb.STATE_FAILED) for number in range(ENDED_KEPT + 5))
    board.take([job(9999)])

    assert board.unsuccessful() == ENDED_KEPT
    assert board.have_ended([name_of(ENDED_KEPT + 4)])
    assert not board.have_ended([name_of(0)])
    assert board.unended("resolver") == [name_of(9999)]
