"""Structured logs: JSON lines when not on a terminal, readable lines on one. Payloads and secrets never come here."""

import logging
import sys
from typing import Any, cast

import structlog


def configure_logs(*, process: str, level: str) -> structlog.stdlib.BoundLogger:
    """Set up the process's log on stderr and return its logger. Library logs come out in the same form."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _drop_values,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("atelier").setLevel(level.upper())
    return cast(Any, structlog.get_logger("atelier")).bind(process=process)  # type: ignore[no-any-return]


def _drop_values(logger: object, name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Leave out PostgreSQL's DETAIL of an error, which quotes the row that it is about."""
    if "exception" in event:
        lines = str(event["exception"]).splitlines()
        event["exception"] = "\n".join(line for line in lines if not line.startswith("DETAIL:"))
    return event
