"""Bytes where a process has its stdin."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def standing_on_stdin(data: bytes) -> Iterator[None]:
    """Files are read below Python's own stdin, so this puts the bytes where the process has it."""
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    kept = os.dup(0)
    os.dup2(reading, 0)
    try:
        yield
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(reading)
