"""A server with Anthropic's Messages and OpenAI's Chat Completions, as their references have them."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.integration.generator.backends.loopback import Exchange, open_loopback

INPUT_TOKENS, OUTPUT_TOKENS = 1_234, 56
REVIEW = {
    "summary": "It divides by nothing.",
    "findings": [
        {
            "rule": "Division by zero",
            "severity": "HIGH",
            "category": "BUG",
            "message": "An empty list divides by zero.",
            "file": 1,
            "start_line": 2,
            "end_line": 2,
            "replacement": None,
            "confidence": 0.9,
        }
    ],
}

Fault = Callable[[Exchange], Awaitable[None]]


@dataclass
class ModelServer:
    """`says` is what the model writes, `stops` why it stopped in Anthropic's words; `fault` answers in its place."""

    says: str = json.dumps(REVIEW)
    stops: str = "end_turn"
    counts: bool = True
    fault: Fault | None = None
    asked: list[Exchange] = field(default_factory=list)

    async def handle(self, exchange: Exchange) -> None:
        """Answer a request."""
        self.asked.append(exchange)
        if self.fault is not None:
            await self.fault(exchange)
        elif (exchange.method, exchange.path) == ("POST", "/v1/messages"):
            await exchange.answer(200, self._message(exchange.json()))
        elif (exchange.method, exchange.path) == ("POST", "/v1/chat/completions"):
            await exchange.answer(200, self._completion(exchange.json()))
        else:
            await exchange.answer(404, {"error": {"type": "not_found_error", "code": "unknown_url", "message": "no"}})

    def _message(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "id": "msg_01",
            "type": "message",
            "role": "assistant",
            "model": asked["model"],
            "content": [{"type": "text", "text": self.says}],
            "stop_reason": self.stops,
            "stop_sequence": None,
            **({"usage": {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS}} if self.counts else {}),
        }

    def _completion(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        refused = self.stops == "refusal"
        message = {
            "role": "assistant",
            "content": None if refused else self.says,
            "refusal": "No." if refused else None,
        }
        counted = {
            "prompt_tokens": INPUT_TOKENS,
            "completion_tokens": OUTPUT_TOKENS,
            "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
        }
        reason = {"max_tokens": "length"}.get(self.stops, "stop")
        return {
            "id": "chatcmpl-01",
            "object": "chat.completion",
            "created": 1_800_000_000,
            "model": asked["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": reason, "logprobs": None}],
            **({"usage": counted} if self.counts else {}),
        }


@asynccontextmanager
async def open_model_server() -> AsyncIterator[tuple[ModelServer, str]]:
    """A server, and where it listens."""
    server = ModelServer()
    async with open_loopback(server.handle) as loopback:
        yield server, loopback.url


def words_sent(exchange: Exchange) -> str:
    """All that the model is told, in either format."""
    asked = exchange.json()
    parts = [*asked.get("system", []), *asked["messages"]]
    return "\n".join(_text(part) for part in parts)


def status(number: int, headers: Mapping[str, str] | None = None, **error: str) -> Fault:
    """A fault: a status, with an error of the provider's form."""

    async def answer(exchange: Exchange) -> None:
        told = {"type": "error", "message": f"quoted: {exchange.body.decode()[:200]}", **error}
        await exchange.answer(number, {"type": "error", "error": told}, headers)

    return answer


def _text(part: Mapping[str, Any]) -> str:
    content = part.get("content", part.get("text"))
    return content if isinstance(content, str) else "\n".join(inner["text"] for inner in content or [])
