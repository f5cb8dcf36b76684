"""Somebody's webhook: a signed POST of JSON for each action, and where it can tell, a GET for what came of one."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from jobs.job import RETRIED, ErrorClass
from services.engager.connectors.client import Client, NoAnswer, Received
from services.engager.connectors.connector import Action, Answer, CallEnd, Failure, LookUpEnd, Uncertain
from services.engager.connectors.excerpts import make_excerpt, make_id
from services.engager.connectors.outcomes import call_end, look_up_end, read_document
from services.engager.connectors.secrets_folder import SecretsFolder, SecretUnknown
from services.engager.connectors.signing import signature_headers

IDEMPOTENCY_KEY = "Idempotency-Key"
EXTERNAL_ID = "atelier-external-id"
# A call and a look-up after it end within a job's time.
_LOOK_UP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """The webhook of an account. `secret` is a name; `status_url` is empty where it can't tell what came of a call."""

    url: str
    secret: str
    status_url: str
    client: Client
    secrets: SecretsFolder
    clock: Callable[[], float] = time.time

    async def call(self, action: Action) -> CallEnd:
        """See `Connector`."""
        started, body = time.monotonic(), body_of(action)
        try:
            secret = self.secrets.read(self.secret)
            headers = {"Content-Type": "application/json", **self._headers(secret, action.key, body)}
            received = await self.client.exchange("POST", self.url, headers, body)
        except SecretUnknown as error:
            return Failure(Answer(), ErrorClass.AUTH, str(error))
        except NoAnswer as error:
            answer = Answer(status=error.status, latency_seconds=time.monotonic() - started)
            if error.sent:
                return Uncertain(answer, error.error_class, error.message, bool(self.status_url))
            return Failure(answer, error.error_class, error.message)
        return call_end(_answer(received, secret, time.monotonic() - started), received.headers, self._now())

    async def look_up(self, key: str) -> LookUpEnd:
        """See `Connector`."""
        if not self.status_url:
            return Uncertain(Answer(), ErrorClass.UNKNOWN, "The connector can't be asked whether it happened.")
        started = time.monotonic()
        try:
            secret = self.secrets.read(self.secret)
            received = await self.client.exchange(
                "GET",
                _asking_for(self.status_url, key),
                self._headers(secret, key, key.encode()),
                seconds=_LOOK_UP_SECONDS,
            )
        except SecretUnknown as error:
            return Uncertain(Answer(), ErrorClass.AUTH, str(error))
        except NoAnswer as error:
            return Uncertain(Answer(), error.error_class, error.message, error.error_class in RETRIED)
        answer = _answer(received, secret, time.monotonic() - started)
        return look_up_end(answer, read_document(received.body), received.headers, self._now())

    def _headers(self, secret: bytes, key: str, told: bytes) -> Mapping[str, str]:
        signed = signature_headers(key_id=self.secret, secret=secret, told=told, now=self.clock())
        return {IDEMPOTENCY_KEY: key, **signed}

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)


def body_of(action: Action) -> bytes:
    """What a webhook is sent: the same bytes at every attempt."""
    told = {
        "key": action.key,
        "kind": action.kind.value,
        "post": action.post,
        "comment": action.comment,
        "account": action.account,
        "pod": action.pod,
        "due_time": action.due_time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _asking_for(status_url: str, key: str) -> str:
    return f"{status_url}{'&' if '?' in status_url else '?'}key={key}"


def _answer(received: Received, secret: bytes, latency_seconds: float) -> Answer:
    known, document = secret.decode(errors="replace"), read_document(received.body)
    told = document.get("id") if isinstance(document, dict) else None
    return Answer(
        status=received.status,
        external_id=make_id(told, known) or make_id(received.headers.get(EXTERNAL_ID), known),
        excerpt=make_excerpt(received.body, known),
        latency_seconds=latency_seconds,
    )
