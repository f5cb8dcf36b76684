"""The jobs of the reviewer: their kinds, and the handler that works on them."""

import json
from typing import TYPE_CHECKING, Protocol

from chassis.postgres import Database
from jobs.job import ErrorClass
from jobs.kinds import Kind
from jobs.outcomes import Done, Failed, Outcome
from jobs.points import reached
from jobs.running import Job
from services.reviewer import store
from services.reviewer.config import ReviewerSettings
from services.reviewer.contents import Contents
from services.reviewer.context import Context
from services.reviewer.ending import Result, end_part, outcome_of, refuse_retry
from services.reviewer.models.prompt import Task
from services.reviewer.models.settings import read_models
from services.reviewer.parts import Inputs, PartName
from services.reviewer.secrets.redactor import Redactor

if TYPE_CHECKING:
    from chassis.postgres import Connection

# What tools may take, each cut off at its limits, on a machine that has much else to do.
TOOLS_SECONDS = 300.0


class Works(Protocol):
    """The steps that a part goes through."""

    async def work(self, context: Context) -> Result:
        """What the part comes to. Never raises for what a file, a tool or a model does."""


class PartHandler:
    """Works on parts: a file to review, an error to explain, or a repository as a whole."""

    def __init__(self, *, database: Database, contents: Contents, pipeline: Works) -> None:
        self._database = database
        self._contents = contents
        self._pipeline = pipeline

    async def __call__(self, job: Job) -> Outcome:
        """Everything slow first, outside any transaction; all that comes of it is written with the end (I4, I8)."""
        part = await read_part(self._database, PartName.from_payload(job.payload))
        if part is None:
            return Failed(ErrorClass.NOT_FOUND, "The part of the review doesn't exist.")
        if part["state"] != "RUNNING" or part["job_id"] != job.id:
            return Done()
        reached("review.begun")
        result = await self._pipeline.work(await self._context(job, part))
        reached("review.concluded")
        return outcome_of(job, part, result)

    async def _context(self, job: Job, part: store.Row) -> Context:
        inputs = Inputs.from_document(json.loads(part["inputs"]))
        error = b"" if inputs.error is None else await self._contents.read(inputs.error)
        return Context(
            part=part,
            job_id=job.id,
            inputs=[(file, await self._contents.read(file.sha256)) for file in inputs.files],
            error=error.decode(),
            redactor=Redactor(),
        )


async def read_part(database: Database, name: PartName) -> store.Row | None:
    """What working on a part takes, or None."""

    async def read(connection: "Connection") -> store.Row | None:
        return await store.get_part(connection, name.review_id, name.number)

    return await database.run(read)


def part_kind(task: Task, settings: ReviewerSettings) -> Kind:
    """The kind of job that carries out a task."""
    models = len(read_models(settings.models))
    return Kind(
        name=task,
        # Twice, as it may wait for an answer that somebody else is asking for, and then ask itself.
        timeout_seconds=TOOLS_SECONDS + 2 * models * settings.model_seconds,
        concurrency=settings.review_concurrency,
        on_end=end_part,
        on_retry=refuse_retry,
    )
