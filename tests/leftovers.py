"""What a test leaves in the run's event loop when its time is up: it would go on there beside the tests after it."""

import asyncio
import io
from collections.abc import Callable
from inspect import iscoroutine
from typing import Any

# For whoever tidies up when cancelled; the session's loop doesn't run between two tests.
PATIENCE_SECONDS = 10.0


def end_leftover(loop: asyncio.AbstractEventLoop, test: Callable[..., Any]) -> str:
    """Cancel the test, if it is still under way, and tell the line at which it was; nothing if it has ended."""
    left = [task for task in asyncio.all_tasks(loop) if _is_of(task, test)]
    told = io.StringIO()
    for task in left:
        task.print_stack(file=told)
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=PATIENCE_SECONDS))
    return told.getvalue()


def _is_of(task: asyncio.Task[Any], test: Callable[..., Any]) -> bool:
    coroutine = task.get_coro()
    return iscoroutine(coroutine) and coroutine.cr_code is test.__code__
