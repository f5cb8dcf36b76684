"""I10: a caller meets its own only, operators and services meet all; every method, at its service and the gateway."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf import json_format

from chassis.auth import Role
from tests.contract.authorisation.calls import Answer, Caller, Door
from tests.contract.authorisation.case import Case
from tests.contract.authorisation.cases import cases_of
from tests.contract.authorisation.methods import Target, every_target
from tests.contract.authorisation.system import System
from tests.contract.authorisation.things import OPERATOR, OWNER, SERVICE, STRANGER, Things

WAYS = [
    pytest.param(target, case, door, id=f"{target}-{number}-{door}")
    for target in every_target()
    if Role.USER in target.roles
    for number, case in enumerate(cases_of(target))
    for door in target.doors
]


@pytest.mark.parametrize(("target", "case", "door"), WAYS)
async def test_a_stranger_is_told_nothing_of_an_owner_and_changes_nothing(
    system: System, doors: Mapping[str, Door], own: Things, target: Target, case: Case, door: str
) -> None:
    request = case.ask(own)
    before = await system.contents(target.service)

    answer = await Caller(doors[door], STRANGER).call(target.method, request)

    assert replace(case.ending(answer), domain="") == case.refused
    assert told_of(own, answer, request) == set()
    if case.refused.code != "OK":
        assert await system.contents(target.service) == before


@pytest.mark.parametrize(("target", "case", "door"), WAYS)
async def test_the_owner_operators_and_services_get_it(
    doors: Mapping[str, Door], own: Things, target: Target, case: Case, door: str
) -> None:
    entitled = [(OWNER, Role.USER), (OPERATOR, Role.OPERATOR), (SERVICE, Role.SERVICE)]

    answers = [await Caller(doors[door], *caller).call(target.method, case.ask(own)) for caller in entitled]

    codes = [case.ending(answer).code for answer in answers]
    assert codes[0] in case.granted
    assert all(code in (case.granted if not case.alone else [case.refused.code]) for code in codes[1:]), codes
    assert not case.shown or any(mark in answers[0].text for mark in own.marks), answers[0].text


def told_of(own: Things, answer: Answer, request: Any) -> set[str]:
    """What an answer tells of the owner that the caller didn't say itself."""
    said = json_format.MessageToJson(request)
    return {mark for mark in own.marks if mark in answer.text and mark not in said}
