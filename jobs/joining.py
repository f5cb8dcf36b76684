"""Ends jobs together whose effects can be written together: those that are done at once, in one transaction."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.gathering import Gathering
from jobs import store
from jobs.outcomes import Joint, JointEffect
from jobs.points import reached
from jobs.running import HeldJob
from jobs.transactions import Transaction, Transactions


class Joining:
    """Each job is fenced for itself (I3): one whose lease was lost is left out, and so is its effect (I4)."""

    def __init__(self, *, transactions: Transactions) -> None:
        self._transactions = transactions
        self._gathering = Gathering(self._end)

    async def end(self, held: HeldJob, joint: Joint) -> bool:
        """Whether the lease was still held; the job has then ended, and its effect is written.

        Raises what any effect of those beside it raised. Nothing is written then, of any of them.
        """
        return await self._gathering.ask((held, joint))

    async def _end(self, done: Sequence[tuple[HeldJob, Joint]]) -> list[bool]:
        # In the order of ids, as the keeper's statements have them, so that none waits for the other's rows in a ring.
        ordered = sorted(done, key=lambda one: one[0].job.id)
        ended: set[UUID] = set()

        async def work(transaction: Transaction) -> None:
            nonlocal ended
            ended = await _fence(transaction, [held for held, _ in ordered])
            reached("finish.fenced")
            for write, values in _by_effect([joint for held, joint in ordered if held.job.id in ended]).items():
                await write(transaction, values)
            for job_id in ended:
                transaction.note_change(job_id)
            reached("finish.written")

        await self._transactions.insist(work)
        return [held.job.id in ended for held, _ in done]


async def _fence(transaction: Transaction, helds: Sequence[HeldJob]) -> set[UUID]:
    return await store.finish_jobs(
        transaction.connection,
        [held.job.id for held in helds],
        [held.token for held in helds],
        [held.job.done for held in helds],
        [held.job.total for held in helds],
    )


def _by_effect(joints: Sequence[Joint]) -> dict[JointEffect, list[Any]]:
    found: dict[JointEffect, list[Any]] = {}
    for joint in joints:
        found.setdefault(joint.write, []).append(joint.value)
    return found
