"""A ComfyUI workflow: a graph in its API format, filled by the titles of its nodes and never as text.

One graph serves SD 1.5 and SDXL: they differ by the files that its loaders name. It ends in a `PreviewImage`, whose
pictures the server keeps in its temporary folder, so that nothing piles up there.
"""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "workflows"
RESULT = "Result"
# What a workflow can be filled with: the title of the node, and the inputs of it that may take the value.
_INPUTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "prompt": ("Prompt", ("text",)),
    "negative": ("Negative", ("text",)),
    "seed": ("Sampler", ("seed", "noise_seed")),
    "steps": ("Sampler", ("steps",)),
    "guidance": ("Sampler", ("cfg",)),
    "width": ("Canvas", ("width",)),
    "height": ("Canvas", ("height",)),
    "checkpoint": ("Checkpoint", ("ckpt_name",)),
    "pose": ("Pose", ("image",)),
    "controlnet": ("ControlNet", ("control_net_name",)),
    "strength": ("Posed", ("strength",)),
}
# Without these it wouldn't be the request's picture; the rest a workflow of one's own may have fixed.
NEEDED_FOR_TEXT = ("prompt", "seed", "width", "height")
NEEDED_FOR_POSE = (*NEEDED_FOR_TEXT, "pose")


class BadWorkflow(ValueError):
    """A file that holds no workflow, or one without a node or an input that is needed."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A graph, the places of its named inputs, and the id of the node whose picture is the result."""

    graph: Mapping[str, Any]
    places: Mapping[str, tuple[str, str]]
    result: str

    @classmethod
    def read(cls, path: Path, needed: tuple[str, ...]) -> "Workflow":
        """The workflow in a file, as "Export (API)" writes it. Raises BadWorkflow."""
        graph = _read_graph(path)
        titles = _titles(path, graph)
        if RESULT not in titles:
            raise BadWorkflow(f"{path.name} needs a node titled {RESULT!r}")
        places = {name: place for name in _INPUTS if (place := _place(name, graph, titles)) is not None}
        for name in needed:
            if name not in places:
                title, inputs = _INPUTS[name]
                raise BadWorkflow(f"{path.name} needs a node titled {title!r} with the input {' or '.join(inputs)}")
        return cls(graph, places, titles[RESULT])

    def filled(self, values: Mapping[str, str | int | float]) -> dict[str, Any]:
        """The graph with the values in their places; one that has no place here is left out."""
        graph = copy.deepcopy(dict(self.graph))
        for name, value in values.items():
            if name in self.places:
                node, field = self.places[name]
                graph[node]["inputs"][field] = value
        return graph


def _read_graph(path: Path) -> dict[str, Any]:
    try:
        graph = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadWorkflow(f"{path.name} can't be read as JSON ({type(error).__name__})") from None
    if not isinstance(graph, dict) or not all(_is_node(node) for node in graph.values()):
        raise BadWorkflow(f"{path.name} is no workflow in ComfyUI's API format")
    return graph


def _is_node(node: object) -> bool:
    return isinstance(node, dict) and isinstance(node.get("inputs"), dict) and isinstance(node.get("class_type"), str)


def _titles(path: Path, graph: Mapping[str, Any]) -> dict[str, str]:
    """The ids of the nodes by those titles that mean something to us, each of which must be there once at most."""
    known, found = {RESULT, *(title for title, _ in _INPUTS.values())}, dict[str, str]()
    for node_id, node in graph.items():
        title = (node.get("_meta") or {}).get("title")
        if title in known and title in found:
            raise BadWorkflow(f"{path.name} has two nodes titled {title!r}")
        if title in known:
            found[title] = node_id
    return found


def _place(name: str, graph: Mapping[str, Any], titles: Mapping[str, str]) -> tuple[str, str] | None:
    title, inputs = _INPUTS[name]
    if title not in titles:
        return None
    node_id = titles[title]
    return next(((node_id, field) for field in inputs if field in graph[node_id]["inputs"]), None)
