"""Between rows and the proto's messages; nothing is decided here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from atelier.jobs.v1 import jobs_service_pb2 as pb

from chassis.times import set_time
from jobs.names import Names
from jobs.operating import Unended
from jobs.queues import QueueView
from jobs.store import Row

STATES: Mapping[str, Any] = {name.removeprefix("STATE_"): number for name, number in pb.State.items()}
STATE_WORDS: Mapping[Any, str] = {number: name for name, number in STATES.items()}
ERROR_CLASSES: Mapping[str, Any] = {name.removeprefix("ERROR_CLASS_"): number for name, number in pb.ErrorClass.items()}


def job_message(row: Row, names: Names) -> pb.Job:
    """A job out of a row as it is shown."""
    job = pb.Job(
        name=names.job(row["id"]),
        kind=row["kind"],
        owner=row["owner"],
        state=STATES[row["state"]],
        lane=row["lane"],
        progress=pb.Progress(done=row["progress_done"], total=row["progress_total"]),
        attempt=row["attempt"],
        max_attempts=row["max_attempts"],
        cancel_requested=row["cancel_requested"],
        idempotency_key=row["idempotency_key"] or "",
        concurrency_key=row["concurrency_key"] or "",
        worker=str(row["worker_id"] or ""),
    )
    if row["error_class"] is not None:
        job.error.CopyFrom(error_of(row["error_class"], row["error_message"], row["error_at"]))
    for field, column in (
        (job.create_time, "created_at"),
        (job.run_time, "run_at"),
        (job.deadline, "deadline"),
        (job.start_time, "started_at"),
        (job.end_time, "ended_at"),
    ):
        if row[column] is not None:
            set_time(field, row[column])
    return job


def unended_message(unended: Unended) -> pb.UnendedJobs:
    """How many jobs haven't ended."""
    return pb.UnendedJobs(scheduled=unended.scheduled, queued=unended.queued, running=unended.running)


def queue_message(view: QueueView, names: Names) -> pb.Queue:
    """A queue out of what is known of it."""
    counts = view.counts
    queue = pb.Queue(
        name=names.queue(counts["kind"]),
        paused=counts["paused"],
        waiting=sum(counts["waiting"]),
        scheduled=counts["scheduled"],
        running=counts["running"],
        done=counts["done"],
        failed=counts["failed"],
        cancelled=counts["cancelled"],
        throughput=counts["ended_last_minute"] / 60,
        stuck=counts["stuck"],
        held_keys=[_held_key(row) for row in view.held_keys],
        workers=[_worker(row) for row in view.workers],
    )
    for lane, waiting, seconds in zip(counts["lanes"], counts["waiting"], counts["oldest_seconds"], strict=True):
        depth = queue.lanes.add(lane=lane, waiting=waiting)
        depth.oldest_age.FromMilliseconds(round(seconds * 1000))
    if counts["lanes"]:
        queue.oldest_age.FromMilliseconds(round(max(counts["oldest_seconds"]) * 1000))
    if view.bell is not None:
        length, pending = view.bell
        queue.bell.stream_length = length
        for consumer, rings in sorted(pending.items()):
            queue.bell.pending.add(consumer=consumer, rings=rings)
    return queue


def error_of(error_class: str, message: str | None, at: datetime | None) -> pb.JobError:
    """What went wrong last, and when."""
    error = pb.JobError(error_class=ERROR_CLASSES[error_class], message=message or "")
    if at is not None:
        set_time(error.error_time, at)
    return error


def _held_key(row: Row) -> pb.HeldKey:
    error = error_of(row["error_class"], row["error_message"], row["held_at"])
    return pb.HeldKey(key=row["concurrency_key"], error=error)


def _worker(row: Row) -> pb.Worker:
    worker = pb.Worker(id=str(row["id"]), place=row["place"], running=row["running"], lost=row["lost"])
    set_time(worker.start_time, row["started_at"])
    set_time(worker.seen_time, row["seen_at"])
    return worker
