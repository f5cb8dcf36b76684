"""Use case: sending a batch to the services, each item by itself. What is remembered of it the services remember."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from atelier.gateway.v1 import gateway_service_pb2 as pb

from chassis.errors import FieldViolation, InvalidArgument
from gateway.fanout.orders import ORDERS
from gateway.fanout.places import place_fields
from gateway.fanout.services import ServiceFailed, Services, time_to_ask
from gateway.metadata import Metadata

ACTIVITIES_LIMIT = 1_000
AT_ONCE_PER_SERVICE = 32


class Submitting:
    """Submits batches."""

    def __init__(self, services: Services, *, count_work: Callable[[int], Awaitable[None]]) -> None:
        """`count_work` counts so much work beside the call itself, and raises where that is too much for its caller."""
        self._services = services
        self._count_work = count_work

    async def submit(
        self, request_id: str, items: Sequence[pb.BatchItem], *, metadata: Metadata, seconds: float | None
    ) -> Sequence[pb.BatchResult]:
        """What became of each, in order, within so many seconds.

        Raises InvalidArgument, or what `count_work` does, before anything is sent.
        """
        _check(items)
        await self._count_work(len(items) - 1)
        batch = _Batch(self._services, request_id, metadata, time_to_ask(seconds))
        async with asyncio.TaskGroup() as sending:
            tasks = [sending.create_task(batch.send(item, place)) for place, item in enumerate(items)]
        return [task.result() for task in tasks]


class _Batch:
    """One batch on its way."""

    def __init__(self, services: Services, request_id: str, metadata: Metadata, until: float | None) -> None:
        self._services = services
        self._request_id = request_id
        self._metadata = metadata
        self._until = until
        self._gates = {order.service: asyncio.Semaphore(AT_ONCE_PER_SERVICE) for order in ORDERS.values()}

    async def send(self, item: pb.BatchItem, place: int) -> pb.BatchResult:
        """What became of the item at a place."""
        kind = _kind(item)
        order, path = ORDERS[kind], f"items[{place}].{kind}"
        try:
            async with self._gates[order.service]:
                answer = await self._services.ask(
                    order.service,
                    order.method,
                    self._work(item, place),
                    metadata=self._metadata,
                    until=self._until,
                )
        except ServiceFailed as failed:
            place_fields(failed.status, path)
            return pb.BatchResult(error=failed.status)
        return pb.BatchResult(accepted=order.accepted(answer.message, path))

    def _work(self, item: pb.BatchItem, place: int) -> Any:
        """The item's request. Cards and activities are known by themselves, and take no id."""
        work = getattr(item, _kind(item))
        if hasattr(work, "request_id"):
            work.request_id = derived_id(self._request_id, place)
        return work


def derived_id(request_id: str, place: int) -> str:
    """The request id of the item at a place: always the same one, and no other batch's of its owner."""
    return f"batch-{uuid5(NAMESPACE_OID, f'{request_id}/{place}')}"


def _check(items: Sequence[pb.BatchItem]) -> None:
    """Raises InvalidArgument (I11)."""
    wrong = [
        FieldViolation(f"items[{place}].{_kind(item)}.request_id", "must be empty: it follows from the batch's")
        for place, item in enumerate(items)
        if getattr(getattr(item, _kind(item)), "request_id", "")
    ]
    activities = sum(len(item.activities.activities) for item in items)
    if activities > ACTIVITIES_LIMIT:
        wrong.append(FieldViolation("items", f"hold {activities} activities; at most 1,000 go into one batch"))
    if wrong:
        raise InvalidArgument(wrong)


def _kind(item: pb.BatchItem) -> str:
    """The proto's rules have made sure that there is one."""
    return str(item.WhichOneof("work"))
