"""`python -m tests.crash.reviewer_program work`: the reviewer's wiring around a model that counts, to be killed.

Each call to the model leaves a line in ATELIER_TEST_CALLS.
"""

import os
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import structlog

from chassis.command import run_command
from chassis.lifecycle import Part
from chassis.redis import open_redis
from services.reviewer.asking import Asking
from services.reviewer.cache import AnswerCache
from services.reviewer.config import ReviewerSettings
from services.reviewer.equipment import Equipment
from services.reviewer.linters.linting import Linting, known_linters
from services.reviewer.linters.sandbox import Limits, Sandbox
from services.reviewer.models.model import Answer, CallUsage
from services.reviewer.models.prices import Price
from services.reviewer.models.prompt import Prompt
from services.reviewer.process import foundation, part_handlers

NAME = "local:counting"
INPUT_TOKENS, OUTPUT_TOKENS = 100, 10
FINDING = {
    "rule": "doubt",
    "severity": "LOW",
    "category": "BUG",
    "message": "Doubtful.",
    "file": 1,
    "start_line": 1,
    "end_line": 1,
    "replacement": None,
    "confidence": 0.5,
}


class CountingModel:
    """Finds the same in everything, and keeps count."""

    name = NAME
    max_output_tokens = 1_000

    def __init__(self) -> None:
        self._calls = Path(os.environ["ATELIER_TEST_CALLS"])

    async def ask(self, prompt: Prompt) -> Answer:
        """Answer one prompt."""
        with self._calls.open("a") as calls:
            calls.write(f"{prompt.identity}\n")
        usage = CallUsage(NAME, INPUT_TOKENS, OUTPUT_TOKENS)
        return Answer(model=NAME, summary="Doubtful.", findings=[FINDING], usages=[usage])

    async def close(self) -> None:
        """Nothing to let go of."""


def working(settings: ReviewerSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of `work`."""
    base = foundation(settings, log)
    redis = None if settings.redis_url is None else open_redis(settings.redis_url)
    asking = Asking(
        database=base.database,
        model=CountingModel(),
        # Whoever is killed while it asks is waited for so long.
        cache=AnswerCache(redis=redis, prefix=settings.schema_name, wait_seconds=10, lock_seconds=1, log=log),
        prices={NAME: Price(input=Decimal(1), output=Decimal(1))},
        cache_seconds=settings.cache_seconds,
    )
    linting = Linting(known_linters(), places=2, limits=Limits())
    handlers = part_handlers(settings, base, asking, linting, Sandbox(places=1, limits=Limits()))
    return [*base.parts, Equipment(linting), base.jobs.worker(handlers)]


def main(arguments: Sequence[str]) -> None:
    """Run what the arguments name."""
    run_command(
        arguments,
        process="reviewer",
        module="tests.crash.reviewer_program",
        settings_class=ReviewerSettings,
        commands=lambda: {"work": working},
    )


if __name__ == "__main__":
    main(sys.argv[1:])
