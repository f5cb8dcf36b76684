"""Who else has a say in whether a call gets in, and is told of how its stream goes."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import grpc

from chassis.auth import Principal

Context = grpc.aio.ServicerContext[Any, Any]


class Passage:
    """What a guard is told of a call that it has let in: whose turn it is on its stream. This one needs nothing."""

    def asking(self) -> None:
        """The caller's next message is waited for."""

    def heard(self) -> None:
        """It came, or there is none."""

    def offering(self) -> None:
        """The caller is given a message."""

    def taken(self) -> None:
        """It has taken it."""


# Lets a caller's call of a method in, for as long as the block lasts, or raises AtelierError.
Guard = Callable[[Principal, str, Context], AbstractAsyncContextManager[Passage]]
OPEN = nullcontext(Passage())
