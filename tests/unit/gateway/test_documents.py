"""Documents are made once, when they are asked for, and beside the event loop."""

import gzip
import hashlib
import threading
from collections.abc import Callable, Mapping
from typing import Any
from unittest import mock

import pytest

from gateway.documents import Document, Documents

PATH = "/page"


async def status_of(documents: Documents) -> int:
    """The status of an answer."""
    statuses: list[int] = []

    async def receive() -> Any:
        raise AssertionError("nobody asked for a body")

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await documents({"path": PATH, "method": "GET", "headers": []}, receive, send)
    return statuses[0]


def loading(*faults: Exception | None) -> tuple[Callable[[], Mapping[str, Document]], list[Document]]:
    """What makes the document at one call after the other, or fails; and those it has made."""
    left, made = list(faults), list[Document]()

    def load() -> Mapping[str, Document]:
        fault = left.pop(0)
        if fault is not None:
            raise fault
        made.append(Document(b"words " * 100, "text/plain"))
        return {PATH: made[-1]}

    return load, made


async def test_a_document_is_made_once() -> None:
    load, made = loading(None)
    documents = Documents([PATH], load)

    assert [await status_of(documents) for _ in range(2)] == [200, 200]
    assert len(made) == 1


async def test_what_could_not_be_made_is_tried_again() -> None:
    load, _ = loading(OSError("a file is away"), None)
    documents = Documents([PATH], load)

    with pytest.raises(OSError, match="away"):
        await status_of(documents)

    assert await status_of(documents) == 200


async def test_nothing_is_hashed_or_compressed_on_the_event_loop() -> None:
    threads: list[threading.Thread] = []
    load, _ = loading(None)
    documents = Documents([PATH], load)

    def noting(work: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*told: Any, **options: Any) -> Any:
            threads.append(threading.current_thread())
            return work(*told, **options)

        return noted

    with (
        mock.patch("gateway.documents.gzip.compress", noting(gzip.compress)),
        mock.patch("gateway.documents.hashlib.sha256", noting(hashlib.sha256)),
    ):
        await status_of(documents)

    assert len(threads) == 2
    assert threading.main_thread() not in threads
