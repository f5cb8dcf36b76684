"""Jobs and queues as plain values: what `--json` prints, and the rows of tables."""

from collections.abc import Iterable
from typing import Any

from atelier.jobs.v1.jobs_service_pb2 import ErrorClass, Job, JobError, Lane, Queue, State, Worker
from google.protobuf.duration_pb2 import Duration

from cli.documents import timestamp, word

JOB_COLUMNS = ("name", "kind", "owner", "state", "progress", "attempt", "create_time", "error")
QUEUE_COLUMNS = (
    "queue", "waiting", "scheduled", "running", "failed", "done", "cancelled", "oldest s", "per s", "paused", "stuck",
    "stream", "pending",
)  # fmt: skip
WORKER_COLUMNS = ("queue", "worker", "place", "running", "pending", "seen_time", "lost")
FINAL_STATES = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})


def job_document(job: Job) -> dict[str, Any]:
    """One job; what doesn't apply is None."""
    return {
        "name": job.name,
        "kind": job.kind,
        "owner": job.owner,
        "state": word(State, job.state),
        "lane": word(Lane, job.lane),
        "progress": {"done": job.progress.done, "total": job.progress.total or None},
        "attempt": job.attempt,
        "max_attempts": job.max_attempts,
        "error": error_document(job.error) if job.HasField("error") else None,
        "cancel_requested": job.cancel_requested,
        "idempotency_key": job.idempotency_key or None,
        "concurrency_key": job.concurrency_key or None,
        "worker": job.worker or None,
        **{name: timestamp(job, name) for name in ("create_time", "run_time", "deadline", "start_time", "end_time")},
    }


def error_document(error: JobError) -> dict[str, Any]:
    """Why a job or an attempt failed."""
    return {
        "class": word(ErrorClass, error.error_class),
        "message": error.message,
        "time": timestamp(error, "error_time"),
    }


def has_ended(job: Job) -> bool:
    """Whether nothing but a retry can change it."""
    return word(State, job.state) in FINAL_STATES


def job_row(job: Job) -> list[object]:
    """A job for the table, under `JOB_COLUMNS`."""
    found = job_document(job)
    shown = {**found, "progress": progress_text(job), "error": error_text(job)}
    shown["attempt"] = f"{job.attempt}/{job.max_attempts}"
    return [shown[column] for column in JOB_COLUMNS]


def progress_text(job: Any) -> str | None:
    """`3/10`, of a job or whatever has progress; `3` where the whole is not known, None before anything is."""
    done, total = job.progress.done, job.progress.total
    return f"{done:,}/{total:,}" if total else (f"{done:,}" if done else None)


def error_text(found: Any) -> str | None:
    """`NETWORK: the message`, of a job or whatever has a `JobError`; None where nothing went wrong."""
    return f"{word(ErrorClass, found.error.error_class)}: {found.error.message}" if found.HasField("error") else None


def queue_document(queue: Queue) -> dict[str, Any]:
    """One queue; `bell` is None while Redis is away."""
    bell = {
        "stream_length": queue.bell.stream_length,
        "pending": {one.consumer: one.rings for one in queue.bell.pending},
    }
    counts = ("waiting", "scheduled", "running", "failed", "done", "cancelled")
    return {
        "name": queue.name,
        "paused": queue.paused,
        "stuck": queue.stuck,
        **{name: getattr(queue, name) for name in counts},
        "oldest_age_seconds": _seconds(queue, "oldest_age"),
        "throughput": queue.throughput,
        "lanes": [
            {"lane": word(Lane, one.lane), "waiting": one.waiting, "oldest_age_seconds": _seconds(one, "oldest_age")}
            for one in queue.lanes
        ],
        "held_keys": [{"key": one.key, "error": error_document(one.error)} for one in queue.held_keys],
        "bell": bell if queue.HasField("bell") else None,
        "workers": [_worker_document(worker) for worker in queue.workers],
    }


def queue_row(found: dict[str, Any]) -> list[object]:
    """A queue's document for the table, under `QUEUE_COLUMNS`."""
    bell = found["bell"]
    age = found["oldest_age_seconds"]
    return [
        *(found[name] for name in ("name", "waiting", "scheduled", "running", "failed", "done", "cancelled")),
        None if age is None else f"{age:.1f}",
        f"{found['throughput']:.1f}",
        found["paused"],
        found["stuck"],
        bell["stream_length"] if bell else "no Redis",
        sum(bell["pending"].values()) if bell else None,
    ]


def worker_rows(found: dict[str, Any]) -> Iterable[list[object]]:
    """A queue's workers for the table, under `WORKER_COLUMNS`; then consumers that hold rings and are no workers."""
    pending = dict(found["bell"]["pending"]) if found["bell"] else {}
    for worker in found["workers"]:
        rings = pending.pop(worker["id"], 0)
        place = [worker[name] for name in ("id", "place", "running")]
        yield [found["name"], *place, rings, worker["seen_time"], worker["lost"]]
    for consumer, rings in pending.items():
        yield [found["name"], consumer, None, None, rings, None, None]


def _worker_document(worker: Worker) -> dict[str, Any]:
    return {
        "id": worker.id,
        "place": worker.place,
        "running": worker.running,
        "start_time": timestamp(worker, "start_time"),
        "seen_time": timestamp(worker, "seen_time"),
        "lost": worker.lost,
    }


def _seconds(message: Any, name: str) -> float | None:
    if not message.HasField(name):
        return None
    length: Duration = getattr(message, name)
    return length.ToTimedelta().total_seconds()
