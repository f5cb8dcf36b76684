"""Workflows of ComfyUI, ours and one's own."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.generator.backends.comfyui.workflow import (
    FOLDER,
    NEEDED_FOR_POSE,
    NEEDED_FOR_TEXT,
    BadWorkflow,
    Workflow,
)


def pose_graph() -> dict[str, Any]:
    """Our own workflow for poses."""
    graph: dict[str, Any] = json.loads((FOLDER / "pose.json").read_text())
    return graph


def saved(folder: Path, graph: object) -> Path:
    """A file with a workflow."""
    path = folder / "workflow.json"
    path.write_text(json.dumps(graph))
    return path


@pytest.mark.parametrize(("name", "needed"), [("pose.json", NEEDED_FOR_POSE), ("text.json", NEEDED_FOR_TEXT)])
def test_each_link_of_our_workflows_leads_to_a_node(name: str, needed: tuple[str, ...]) -> None:
    workflow = Workflow.read(FOLDER / name, needed)

    links = [value for node in workflow.graph.values() for value in node["inputs"].values() if isinstance(value, list)]
    assert {link[0] for link in links} <= workflow.graph.keys()
    assert workflow.graph[workflow.result]["class_type"] == "PreviewImage"


def test_values_go_into_the_nodes_of_their_titles_and_the_template_stays() -> None:
    workflow = Workflow.read(FOLDER / "pose.json", NEEDED_FOR_POSE)

    filled = workflow.filled({"prompt": '"}', "seed": 5, "width": 64, "height": 32, "pose": "a/b.png", "unknown": 1})

    assert filled["prompt"]["inputs"] == {"text": '"}', "clip": ["checkpoint", 1]}
    assert filled["sampler"]["inputs"]["seed"] == 5
    assert filled["canvas"]["inputs"] == {"width": 64, "height": 32, "batch_size": 1}
    assert filled["pose"]["inputs"]["image"] == "a/b.png"
    assert workflow.graph == pose_graph()


def test_a_workflow_of_ones_own_may_fix_what_is_not_needed_and_name_its_seed_otherwise(tmp_path: Path) -> None:
    graph = pose_graph()
    del graph["checkpoint"]["_meta"]
    graph["sampler"]["inputs"]["noise_seed"] = graph["sampler"]["inputs"].pop("seed")

    workflow = Workflow.read(saved(tmp_path, graph), NEEDED_FOR_POSE)

    filled = workflow.filled({"seed": 5, "checkpoint": "x"})
    assert filled["sampler"]["inputs"]["noise_seed"] == 5
    assert filled["checkpoint"]["inputs"]["ckpt_name"] == ""


def test_a_workflow_that_lacks_something_says_what(tmp_path: Path) -> None:
    without_result, twice, without_pose = pose_graph(), pose_graph(), pose_graph()
    del without_result["result"]["_meta"]
    twice["negative"]["_meta"]["title"] = "Prompt"
    del without_pose["pose"]["inputs"]["image"]

    for graph, message in (
        (without_result, "needs a node titled 'Result'"),
        (twice, "has two nodes titled 'Prompt'"),
        (without_pose, "needs a node titled 'Pose' with the input image"),
        ([], "is no workflow in ComfyUI's API format"),
        ({"nodes": [], "links": []}, "is no workflow in ComfyUI's API format"),
    ):
        with pytest.raises(BadWorkflow, match=message):
            Workflow.read(saved(tmp_path, graph), NEEDED_FOR_POSE)


def test_a_file_that_cannot_be_read_is_a_bad_workflow(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")

    for name in ("broken.json", "missing.json"):
        with pytest.raises(BadWorkflow, match=f"^{name} can't be read as JSON"):
            Workflow.read(tmp_path / name, NEEDED_FOR_TEXT)
