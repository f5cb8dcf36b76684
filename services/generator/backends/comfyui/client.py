"""ComfyUI's HTTP API, as far as an image needs it. Every method raises `jobs.outcomes.JobError`.

Source: ComfyUI's server.py; docs.comfy.org, "Routes".
"""

import hashlib
from typing import Any

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.comfyui.history import PictureName
from services.generator.backends.peer import Answer, Peer, plain_name

SUBFOLDER = "atelier"
_FULL = frozenset({429, 503})


class ComfyuiClient:
    """A server that prompts are queued at."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def count_queued(self) -> int:
        """How many prompts wait or run there."""
        told = _document(await self._ask("GET", "/prompt")).get("exec_info")
        remaining = told.get("queue_remaining") if isinstance(told, dict) else None
        if not isinstance(remaining, int):
            raise _undocumented()
        return remaining

    async def upload(self, png: bytes) -> str:
        """Put a picture among its inputs, under a name that follows from its content; what a node has to call it."""
        name = f"{hashlib.sha256(png).hexdigest()}.png"
        told = _document(
            await self._ask(
                "POST",
                "/upload/image",
                files={"image": (name, png, "image/png")},
                data={"overwrite": "true", "type": "input", "subfolder": SUBFOLDER},
            )
        )
        return "/".join(part for part in (told.get("subfolder"), _text(told, "name")) if part)

    async def enqueue(self, graph: dict[str, Any], *, prompt_id: str, client_id: str) -> str:
        """Queue a prompt; its id, which older servers choose themselves. RATE_LIMITED where the queue is full."""
        body = {"prompt": graph, "prompt_id": prompt_id, "client_id": client_id}
        answer = await self._peer.ask("POST", "/prompt", json=body)
        if answer.status in _FULL:
            after = self._peer.refusal(answer).failed.after_seconds
            raise JobError(ErrorClass.RATE_LIMITED, "ComfyUI's queue is full.", after_seconds=after)
        if answer.status == 400:
            raise JobError(ErrorClass.INVALID, f"ComfyUI refuses the workflow: {_refusal(_document(answer))}.")
        told = _document(self._checked(answer))
        if told.get("node_errors"):
            raise JobError(ErrorClass.INVALID, f"ComfyUI refuses the workflow: {_refusal(told)}.")
        return _text(told, "prompt_id")

    async def find_ended(self, prompt_id: str) -> dict[str, Any] | None:
        """The history's entry of a prompt; None while it hasn't ended, or when the server knows nothing of it."""
        entry = _document(await self._ask("GET", f"/history/{prompt_id}")).get(prompt_id)
        return entry if isinstance(entry, dict) else None

    async def is_queued(self, prompt_id: str) -> bool:
        """Whether a prompt waits or runs."""
        queue = _document(await self._ask("GET", "/queue"))
        return _holds(queue.get("queue_running"), prompt_id) or _holds(queue.get("queue_pending"), prompt_id)

    async def read(self, picture: PictureName) -> bytes:
        """A picture's bytes."""
        names = {"filename": picture.filename, "subfolder": picture.subfolder, "type": picture.type}
        return (await self._ask("GET", "/view", params=names)).body

    async def withdraw(self, prompt_id: str) -> None:
        """Take a prompt out of the queue, or stop it where it runs. Nobody else's is stopped."""
        await self._ask("POST", "/queue", json={"delete": [prompt_id]})
        # Older servers stop whatever runs, and don't read which prompt is meant.
        running = _document(await self._ask("GET", "/queue")).get("queue_running")
        if _holds(running, prompt_id):
            await self._ask("POST", "/interrupt", json={"prompt_id": prompt_id})

    async def _ask(self, method: str, path: str, **content: Any) -> Answer:
        return self._checked(await self._peer.ask(method, path, **content))

    def _checked(self, answer: Answer) -> Answer:
        if not answer.ok:
            raise self._peer.refusal(answer)
        return answer


def _document(answer: Answer) -> dict[str, Any]:
    document = answer.document()
    if not isinstance(document, dict):
        raise _undocumented()
    return document


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise _undocumented()
    return value


def _undocumented() -> JobError:
    return JobError(ErrorClass.UNKNOWN, "ComfyUI answered with JSON of another form than documented.")


def _refusal(told: dict[str, Any]) -> str:
    """Which nodes it refuses and why, in the server's own names; what it says beside may quote the prompt."""
    nodes = told.get("node_errors")
    if isinstance(nodes, dict) and nodes:
        return ", ".join(sorted(_node_refusal(node) for node in nodes.values()))
    error = told.get("error")
    return plain_name(error.get("type") if isinstance(error, dict) else error)


def _node_refusal(node: Any) -> str:
    if not isinstance(node, dict):
        return "unnamed"
    errors = [error for error in node.get("errors") or () if isinstance(error, dict)]
    fields = [(error.get("extra_info") or {}).get("input_name") for error in errors]
    reasons = (
        f"{plain_name(field)} {plain_name(error.get('type'))}" for field, error in zip(fields, errors, strict=True)
    )
    return f"{plain_name(node.get('class_type'))} ({'; '.join(reasons)})"


def _holds(items: Any, prompt_id: str) -> bool:
    """Whether a list of the queue has the prompt: an item is `[number, prompt id, graph, …]`."""
    return isinstance(items, list) and any(isinstance(item, list) and item[1:2] == [prompt_id] for item in items)
