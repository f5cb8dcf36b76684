"""Asks that come one by one and are answered together: those that come while others are under way are the next lot."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

AskT = TypeVar("AskT")
AnswerT = TypeVar("AnswerT")

AT_ONCE = 500


class Gathering(Generic[AskT, AnswerT]):
    """Hands asks to `answer`, which gives an answer for each, in order; one lot at a time, of up to 500."""

    def __init__(self, answer: Callable[[Sequence[AskT]], Awaitable[Sequence[AnswerT]]]) -> None:
        self._answer = answer
        self._waiting: list[tuple[AskT, asyncio.Future[AnswerT]]] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, one: AskT) -> AnswerT:
        """Its answer. Raises what `answer` raised for its lot; whoever leaves before it is its turn isn't asked for."""
        future: asyncio.Future[AnswerT] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, future))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        try:
            while self._waiting:
                lot, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                await self._settle([(one, future) for one, future in lot if not future.done()])
        finally:
            self._task = None

    async def _settle(self, lot: Sequence[tuple[AskT, "asyncio.Future[AnswerT]"]]) -> None:
        if not lot:
            return
        try:
            answers = await self._answer([one for one, _ in lot])
        except BaseException as error:
            for _, future in lot:
                if not future.done():
                    future.cancel() if isinstance(error, asyncio.CancelledError) else future.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, future), answer in zip(lot, answers, strict=True):
            if not future.done():
                future.set_result(answer)
