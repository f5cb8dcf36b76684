"""How a method is called about the owner's things, and what others are told of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from tests.contract.authorisation.calls import Answer, Ending
from tests.contract.authorisation.things import Things

Ask = Callable[[Things], Message]
ANSWERED = Ending()


@dataclass(frozen=True)
class Case:
    """One way to call a method.

    `refused`: what a caller is told who is neither the owner nor an operator or service; OK: it gets an answer, in
    which nothing of the owner's is. `granted`: what the others are told, one of these codes. `alone`: whether operators
    and services are refused as well, as only who has a thing may add to it. `shown`: whether the owner's answer names
    something of the owner's. `inside`: where an answer tells how one of its items went.
    """

    ask: Ask
    refused: Ending = ANSWERED
    granted: Sequence[str] = ("OK",)
    alone: bool = False
    shown: bool = True
    inside: Callable[[Any], Any] | None = None

    def ending(self, answer: Answer) -> Ending:
        """How the call ended, or the item it is about."""
        if self.inside is None or answer.ending.code != "OK":
            return answer.ending
        return Ending.of(self.inside(answer.messages[-1]))


def of_one(reason: str, ask: Ask, **more: Any) -> Case:
    """A call that names something of the owner's, which for others isn't there."""
    return Case(ask, Ending("NOT_FOUND", reason), **more)


def of_owner(ask: Ask, **more: Any) -> Case:
    """A call that names the owner, as no other user may."""
    return Case(ask, Ending("PERMISSION_DENIED", "OWNER_NOT_ALLOWED"), **more)


def of_caller(ask: Ask, **more: Any) -> Case:
    """A call that names nobody: everybody gets their own."""
    return Case(ask, **more)


def of_all(ask: Ask, **more: Any) -> Case:
    """A call about what is everybody's."""
    return Case(ask, shown=False, **more)
