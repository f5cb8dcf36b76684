"""A server that speaks ComfyUI's protocol: a queue, a history, pictures, and a websocket for each client.

After ComfyUI's server.py, execution.py and main.py: what is answered, and in which order things are told and written.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.integration.generator.backends.loopback import Exchange, Handler, Loopback, Socket, open_loopback
from tests.integration.generator.backends.pictures import picture

CHECKPOINT, CONTROLNET = "sd15.safetensors", "openpose.safetensors"


@dataclass
class Run:
    """One prompt, and what a test lets become of it."""

    server: "ComfyuiServer"
    prompt_id: str
    client_id: str
    graph: dict[str, Any]

    async def begin(self) -> None:
        """Leave the queue and run; tell the client."""
        self.server.pending.remove(self.prompt_id)
        self.server.running.append(self.prompt_id)
        await self.tell("execution_start")
        await self.tell("executing", node="sampler", display_node="sampler")

    async def progress(self, done: int, total: int) -> None:
        """Tell of a step, with a preview."""
        await self.tell("progress", value=done, max=total, node="sampler")
        if self.client_id in self.server.sockets:
            await self.server.sockets[self.client_id].show(b"\0\0\0\1\0\0\0\1" + b"\xff\xd8\xff")

    async def finish(self) -> None:
        """Make the picture; the history is written before the end is told."""
        name = {"filename": f"ComfyUI_temp_{self.prompt_id[:5]}_00001_.png", "subfolder": "", "type": "temp"}
        self.server.files[name["filename"]] = self.server.made
        await self.tell("executed", node="result", output={"images": [name]})
        await self.tell("execution_success")
        self.write({"result": {"images": [name]}}, "success", [["execution_success", {"prompt_id": self.prompt_id}]])
        await self.tell("executing", node=None)

    async def fail(self, kind: str = "RuntimeError") -> None:
        """Fail in a node, which quotes what it was given."""
        data = {
            "node_id": "sampler",
            "node_type": "KSampler",
            "exception_type": kind,
            "exception_message": f"could not sample {self.graph['prompt']['inputs']['text']}",
            "traceback": [],
        }
        await self.tell("execution_error", **data)
        self.write({}, "error", [["execution_error", {"prompt_id": self.prompt_id, **data}]])
        await self.tell("executing", node=None)

    async def interrupted(self) -> None:
        """End as interrupted."""
        await self.tell("execution_interrupted", node_id="sampler", node_type="KSampler")
        told = {"prompt_id": self.prompt_id, "node_id": "sampler"}
        self.write({}, "error", [["execution_interrupted", told]])
        await self.tell("executing", node=None)

    def write(self, outputs: dict[str, Any], state: str, messages: list[Any]) -> None:
        """Leave the queue for the history."""
        self.server.running.remove(self.prompt_id)
        status = {"status_str": state, "completed": state == "success", "messages": messages}
        self.server.history[self.prompt_id] = {"prompt": [], "outputs": outputs, "status": status}

    async def tell(self, kind: str, **data: object) -> None:
        """Send the client a message, if it is connected."""
        if self.client_id in self.server.sockets:
            await self.server.sockets[self.client_id].tell(kind, prompt_id=self.prompt_id, **data)

    async def hang_up(self) -> None:
        """Break the client's websocket off, and forget it."""
        self.server.sockets.pop(self.client_id).exchange.reset()

    async def reconnected(self) -> None:
        """Wait until the client is back."""
        while self.client_id not in self.server.sockets:
            await self.server.changed()


async def usual(run: Run) -> None:
    """A prompt that is made."""
    await run.begin()
    await run.progress(1, 2)
    await run.progress(2, 2)
    await run.finish()


Course = Callable[[Run], Awaitable[None]]


@dataclass
class ComfyuiServer:
    """`course` is what becomes of prompts; `faults` answer in its place, by `GET /path`."""

    course: Course = usual
    made: bytes = field(default_factory=lambda: picture((128, 96), text="the whole graph"))
    faults: dict[str, Handler] = field(default_factory=dict)
    others_queued: int = 0
    knows_prompt_ids: bool = True
    pending: list[str] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    history: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)
    sockets: dict[str, Socket] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    interrupts: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Exchange] = field(default_factory=list)
    _courses: set[asyncio.Task[None]] = field(default_factory=set)
    _change: asyncio.Event = field(default_factory=asyncio.Event)

    async def changed(self) -> None:
        """Wait for the next request to be dealt with, or for a websocket to open."""
        await asyncio.wait_for(self._change.wait(), 10)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds of the server."""
        while not holds():
            await self.changed()

    async def handle(self, exchange: Exchange) -> None:
        """Answer a request."""
        self.asked.append(exchange)
        fault = self.faults.get(f"{exchange.method} {exchange.path}")
        try:
            await (fault(exchange) if fault else self._answer(exchange))
        finally:
            self._ring()

    async def stop(self) -> None:
        """Stop every course."""
        for task in self._courses:
            task.cancel()
        await asyncio.gather(*self._courses, return_exceptions=True)

    async def _answer(self, exchange: Exchange) -> None:
        match exchange.method, exchange.path.split("/")[1:]:
            case "GET", ["ws"]:
                await self._attend(exchange)
            case "GET", ["prompt"]:
                remaining = len(self.pending) + len(self.running) + self.others_queued
                await exchange.answer(200, {"exec_info": {"queue_remaining": remaining}})
            case "POST", ["prompt"]:
                await self._enqueue(exchange)
            case "GET", ["queue"]:
                told = {"queue_running": _items(self.running), "queue_pending": _items(self.pending)}
                await exchange.answer(200, told)
            case "POST", ["queue"]:
                for prompt_id in exchange.json()["delete"]:
                    if prompt_id in self.pending:
                        self.pending.remove(prompt_id)
                await exchange.answer(200)
            case "POST", ["interrupt"]:
                self.interrupts.append(exchange.json())
                await exchange.answer(200)
            case "GET", ["history", prompt_id]:
                entry = self.history.get(prompt_id)
                await exchange.answer(200, {} if entry is None else {prompt_id: entry})
            case "POST", ["upload", "image"]:
                await self._upload(exchange)
            case "GET", ["view"]:
                found = self.files.get(exchange.query["filename"])
                status, data = (404, b"") if found is None else (200, found)
                await exchange.answer(status, data, {"Content-Type": "image/png"})
            case _:
                await exchange.answer(404)

    async def _attend(self, exchange: Exchange) -> None:
        client_id = exchange.query["clientId"]
        socket = self.sockets[client_id] = await exchange.upgrade()
        await socket.tell("status", status={"exec_info": {"queue_remaining": len(self.pending)}}, sid=client_id)
        self._ring()
        await socket.attend()
        if self.sockets.get(client_id) is socket:
            del self.sockets[client_id]

    async def _enqueue(self, exchange: Exchange) -> None:
        body = exchange.json()
        errors = self._errors(body["prompt"])
        if errors:
            told = {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"}
            await exchange.answer(400, {"error": told, "node_errors": errors})
            return
        prompt_id = body["prompt_id"] if self.knows_prompt_ids else str(uuid4())
        run = Run(self, prompt_id, body["client_id"], body["prompt"])
        self.pending.append(prompt_id)
        self.runs.append(run)
        await exchange.answer(200, {"prompt_id": prompt_id, "number": len(self.runs), "node_errors": {}})
        self._courses.add(asyncio.create_task(self._follow(run)))

    async def _follow(self, run: Run) -> None:
        await self.course(run)
        self._ring()

    async def _upload(self, exchange: Exchange) -> None:
        form = exchange.form()
        [name] = [part for part in exchange.body.split(b'"') if part.endswith(b".png")]
        subfolder = form["subfolder"].decode()
        self.uploads[f"{subfolder}/{name.decode()}"] = form["image"]
        await exchange.answer(200, {"name": name.decode(), "subfolder": subfolder, "type": "input"})

    def _errors(self, graph: dict[str, Any]) -> dict[str, Any]:
        """What ComfyUI's validation says of files that it doesn't have."""
        known = {"ckpt_name": {CHECKPOINT}, "control_net_name": {CONTROLNET}, "image": set(self.uploads)}
        return {
            node_id: {
                "errors": [{"type": "value_not_in_list", "details": value, "extra_info": {"input_name": name}}],
                "class_type": node["class_type"],
            }
            for node_id, node in graph.items()
            for name, value in node["inputs"].items()
            if name in known and isinstance(value, str) and value not in known[name]
        }

    def _ring(self) -> None:
        self._change.set()
        self._change = asyncio.Event()


def _items(prompt_ids: list[str]) -> list[Any]:
    return [[number, prompt_id, {}, {}, ["result"]] for number, prompt_id in enumerate(prompt_ids)]


@asynccontextmanager
async def open_comfyui() -> AsyncIterator[tuple[ComfyuiServer, Loopback]]:
    """A server that is listening."""
    server = ComfyuiServer()
    async with open_loopback(server.handle) as loopback:
        yield server, loopback
        await server.stop()
