"""What only operators or services may do: the protos' comments say what that is, and every method keeps to them."""

from collections.abc import Mapping

import pytest

from chassis.auth import Role
from tests.contract.authorisation.calls import Caller, Door, Ending
from tests.contract.authorisation.cases import cases_of
from tests.contract.authorisation.methods import Target, every_target
from tests.contract.authorisation.system import System
from tests.contract.authorisation.things import OPERATOR, OWNER, SERVICE, Things

TARGETS = every_target()
RESTRICTED = [target for target in TARGETS if Role.USER not in target.roles]
WAYS = [(target, door) for target in RESTRICTED for door in target.doors]
SUBJECTS = {Role.USER: OWNER, Role.SERVICE: SERVICE, Role.OPERATOR: OPERATOR}


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_every_method_has_a_case(target: Target) -> None:
    place = f"tests/contract/authorisation/{target.service}_cases.py"

    assert cases_of(target), (
        f"Nothing says who may call {target.path}: add to {place} how it is called about the owner's things, and "
        "what a stranger is told; a method that only some roles may call says `Needs role … .` in its comment."
    )


@pytest.mark.parametrize(("target", "door"), WAYS, ids=str)
async def test_roles_that_a_comment_does_not_name_are_denied_and_change_nothing(
    system: System, doors: Mapping[str, Door], own: Things, target: Target, door: str
) -> None:
    [case] = cases_of(target)
    request = case.ask(own)
    before = await system.contents(target.service)
    denied = [role for role in Role if role not in target.roles]

    answers = [await Caller(doors[door], SUBJECTS[role], role).call(target.method, request) for role in denied]

    assert {answer.ending for answer in answers} == {
        Ending("PERMISSION_DENIED", "ROLE_NOT_ALLOWED", f"{target.service}.atelier")
    }
    assert await system.contents(target.service) == before


@pytest.mark.parametrize(("target", "door"), WAYS, ids=str)
async def test_roles_that_a_comment_names_are_let_through(
    doors: Mapping[str, Door], own: Things, target: Target, door: str
) -> None:
    [case] = cases_of(target)

    answers = [
        await Caller(doors[door], SUBJECTS[role], role).call(target.method, case.ask(own)) for role in target.roles
    ]

    assert {answer.ending for answer in answers} == {Ending()}
