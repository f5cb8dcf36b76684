"""`atelier engage watch` as scripts see it, against an EngagementService on a real socket."""

import json
from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as pb

from chassis.errors import DeadlineExceeded, NotFound, Unavailable
from cli.exits import ExitCode
from tests.unit.cli.fake_engagements import activity, id_of

LOST = Unavailable("The service is leaving.")
SUCCEEDED, FAILED = pb.ACTIVITY_STATE_SUCCEEDED, pb.ACTIVITY_STATE_FAILED


async def test_named_activities_are_told_as_they_change_until_all_have_ended(gateway: Any) -> None:
    gateway.engagements.streams = [
        [
            [activity(1), activity(2)],
            [activity(1, SUCCEEDED), activity(2)],
            [activity(1, SUCCEEDED), activity(2, FAILED)],
        ]
    ]

    outcome = await gateway.run("engage", "watch", id_of(1), id_of(2), "--json")

    found = [json.loads(line) for line in outcome.out.splitlines()]
    assert [(one["post"], one["state"]) for one in found] == [
        ("posts/1", "WAITING"),
        ("posts/2", "WAITING"),
        ("posts/1", "SUCCEEDED"),
        ("posts/2", "FAILED"),
    ]
    assert outcome.code == ExitCode.ITEMS


async def test_watching_goes_on_where_the_stream_broke_tells_nothing_twice_and_says_so_once(gateway: Any) -> None:
    gateway.engagements.streams = [
        [[activity(1), activity(2)], LOST],
        [LOST],
        [[activity(1), activity(2, SUCCEEDED)], []],
        [[activity(1, SUCCEEDED), activity(2, SUCCEEDED)]],
    ]

    outcome = await gateway.run("engage", "watch", id_of(1), id_of(2))

    told = [line.split()[1:] for line in outcome.out.splitlines()]
    assert told == [
        ["WAITING", "posts/1"],
        ["WAITING", "posts/2"],
        ["SUCCEEDED", "posts/2"],
        ["SUCCEEDED", "posts/1"],
    ]
    assert [list(request.activity_ids) for request in gateway.engagements.requests] == [[id_of(1), id_of(2)]] * 4
    assert outcome.err == "The connection was lost; watching goes on when it is back.\n"
    assert outcome.code == ExitCode.OK


async def test_a_stream_that_was_ended_as_nothing_happened_for_long_is_opened_again(gateway: Any) -> None:
    class Idle(DeadlineExceeded):
        reason = "STREAM_IDLE"

    gateway.engagements.streams = [[[activity(1)], Idle("Nothing has passed for 7200 s.")], [[activity(1, SUCCEEDED)]]]

    outcome = await gateway.run("engage", "watch", id_of(1))

    assert (len(outcome.out.splitlines()), outcome.code) == (2, ExitCode.OK)


async def test_without_names_those_that_have_not_ended_are_followed(gateway: Any) -> None:
    gateway.engagements.activities = [activity(3)]
    gateway.engagements.streams = [[[activity(3, SUCCEEDED)]]]

    outcome = await gateway.run("engage", "watch")

    listed, watched = gateway.engagements.requests
    assert SUCCEEDED not in listed.states
    assert list(watched.activity_ids) == [id_of(3)]
    assert outcome.code == ExitCode.OK


async def test_an_activity_that_is_not_there_is_one_sentence(gateway: Any) -> None:
    gateway.engagements.streams = [[NotFound("There is no activity of that id.")]]

    outcome = await gateway.run("engage", "watch", id_of(9))

    assert outcome.err == "There is no activity of that id; check what you named, or import it first.\n"
    assert outcome.code == ExitCode.NOT_FOUND


async def test_a_service_that_was_never_there_is_not_waited_for(gateway: Any) -> None:
    gateway.engagements.streams = [[LOST]]

    outcome = await gateway.run("engage", "watch", id_of(1))

    assert outcome.code == ExitCode.UNAVAILABLE
