"""A server that isn't ours, over HTTP: each answer bounded in time and in bytes, each failure told by its class.

What a server says of a failure is never passed on, as it may quote the request or a secret; only its status, and words
that can be nothing but names.
"""

import asyncio
import functools
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from jobs.http_failures import class_of_status, retry_after_seconds
from jobs.job import ErrorClass
from jobs.outcomes import JobError

MOST_BYTES_OF_REFUSAL = 64 * 2**10
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, whatever its status. Of a refusal only the first 64 KiB are kept."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether it is what was asked for."""
        return 200 <= self.status < 300

    def document(self) -> Any:
        """The body as JSON. Raises `JobError` of class UNKNOWN."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise JobError(
                ErrorClass.UNKNOWN, f"The server answered {self.status} without the JSON expected."
            ) from None


class Peer:
    """A server at `url`. `name` is what messages call it; `seconds` bounds a whole exchange, `most_bytes` an answer."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        seconds: float,
        most_bytes: int,
        headers: Mapping[str, str] | None = None,
        through_proxy: bool = False,
    ) -> None:
        """`through_proxy`: go through the proxy that the machine's environment names."""
        self.name = name
        self._seconds = seconds
        self._most_bytes = most_bytes
        # Unpacked bodies have no bound of their own.
        sent = {"Accept-Encoding": "identity", **(headers or {})}
        self._client = httpx.AsyncClient(
            base_url=url, headers=sent, timeout=seconds, trust_env=through_proxy, verify=_certificates()
        )

    async def ask(self, method: str, address: str, **content: Any) -> Answer:
        """One exchange; `content` is as httpx has it. Follows no redirect.

        Raises `JobError`: TIMEOUT, NETWORK for a connection that fails, UNKNOWN for an answer without end.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._exchange(method, address, content)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise JobError(ErrorClass.TIMEOUT, f"{self.name} took more than {self._seconds:g} s to answer.") from error
        except httpx.RequestError as error:
            what = type(error).__name__
            raise JobError(ErrorClass.NETWORK, f"The connection to {self.name} failed ({what}).") from error

    async def close(self) -> None:
        """Close its connections. Closing twice is legal."""
        await self._client.aclose()

    def refusal(self, answer: Answer) -> JobError:
        """The failure that an answer tells of by its status."""
        return refused(self.name, answer.status, answer.headers)

    async def _exchange(self, method: str, address: str, content: Mapping[str, Any]) -> Answer:
        async with self._client.stream(method, address, **content) as response:
            body = await self._read(response)
            return Answer(response.status_code, response.headers, body)

    async def _read(self, response: httpx.Response) -> bytes:
        body, bound = bytearray(), self._most_bytes if response.is_success else MOST_BYTES_OF_REFUSAL
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > bound and response.is_success:
                raise JobError(ErrorClass.UNKNOWN, f"{self.name} answered with more than {bound} bytes.")
            if len(body) > bound:
                break
        return bytes(body[:bound])


def refused(name: str, status: int, headers: Mapping[str, str]) -> JobError:
    """The failure that a status tells of."""
    error_class = class_of_status(status)
    after = retry_after_seconds(headers, datetime.now(UTC)) if error_class is ErrorClass.RATE_LIMITED else None
    return JobError(error_class, f"{name} answered with status {status}.", after_seconds=after)


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Whom to believe; takes a while to read."""
    return httpx.create_ssl_context()


def plain_name(word: object) -> str:
    """A server's word where it can be nothing but a name, such as an error's code; else `unnamed`."""
    return word if isinstance(word, str) and _NAME.fullmatch(word) else "unnamed"


def bearer(key_file: Path | None) -> dict[str, str]:
    """The header that carries the key in a file; none without a file."""
    return {} if key_file is None else {"Authorization": f"Bearer {key_file.read_text().strip()}"}
