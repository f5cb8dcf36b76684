"""`atelier generate` and `generations` as scripts see them, against a GenerationService on a real socket."""

import json
from pathlib import Path
from typing import Any

import pytest
from atelier.generator.v1 import generation_service_pb2 as pb
from google.protobuf.message import Message
from google.rpc import error_details_pb2

from chassis.errors import FailedPrecondition
from cli.exits import ExitCode
from cli.fields import BadField
from cli.generation_request import read_export, read_size

UNKNOWN = "00000000-0000-7000-8000-000000000000"


class CreditsExhausted(FailedPrecondition):
    """As the generator says it."""

    def details(self) -> tuple[Message, ...]:
        violation = error_details_pb2.QuotaFailure.Violation(subject="credits:local", description=self.message)
        return (error_details_pb2.QuotaFailure(violations=[violation]),)


def saved(folder: Path) -> dict[str, str]:
    """The files of a folder with what stands in them."""
    return {path.name: path.read_text() for path in folder.iterdir()}


async def test_each_image_is_saved_with_its_exports_and_told_with_its_paths(gateway: Any, tmp_path: Path) -> None:
    out = tmp_path / "new" / "images"

    outcome = await gateway.run(
        "generate", "--pose", "batting,leaping", "--export", "story:jpeg", "--export", "square", "--out", str(out)
    )

    assert outcome.code == ExitCode.OK
    assert outcome.out.splitlines() == [
        f"{pose}-v1  SUCCEEDED  {out}/{pose}-v1.png  {out}/{pose}-v1-story.jpg  {out}/{pose}-v1-square.png"
        for pose in ("batting", "leaping")
    ]
    assert saved(out)["leaping-v1.png"] == "picture of leaping-v1"
    assert len(saved(out)) == 6
    [generation_id] = gateway.generations.generations
    assert outcome.err == f"Generation {generation_id}: 2 images.\n2 images in {out}, 2 credits charged.\n"


async def test_in_json_there_is_a_line_an_image(gateway: Any, tmp_path: Path) -> None:
    outcome = await gateway.run("generate", "--text", "a", "--variations", "3", "--out", str(tmp_path), "--json")

    found = [json.loads(line) for line in outcome.out.splitlines()]
    assert [one["key"] for one in found] == ["text-v1", "text-v2", "text-v3"]
    assert {one["generation_id"] for one in found} == set(gateway.generations.generations)
    assert found[0]["original"]["path"] == str(tmp_path / "text-v1.png")


async def test_what_the_options_say_reaches_the_service(gateway: Any, tmp_path: Path) -> None:
    options = ["--variations", "4", "--size", "640x512", "--style", "clay", "--seed", "0", "--lane", "low"]

    await gateway.run("generate", "--pose", "a", "--pose", "b", "--text", "rain", *options, "--out", str(tmp_path))

    [request] = gateway.generations.created
    assert (list(request.gallery.pose_ids), request.gallery.prompt) == (["a", "b"], "rain")
    assert (request.variations, request.width, request.height, request.style) == (4, 640, 512, "clay")
    assert request.HasField("base_seed")
    assert len(request.request_id) <= 100


async def test_the_same_options_take_up_the_same_images_and_fetch_none_again(gateway: Any, tmp_path: Path) -> None:
    arguments = ["generate", "--pose", "batting", "--variations", "2", "--out", str(tmp_path)]
    await gateway.run(*arguments)
    (tmp_path / "batting-v2.png").write_text("spoilt")

    again = await gateway.run(*arguments)
    other = await gateway.run(*arguments, "--request-id", "other")

    assert "was made before" in again.err
    assert "was made before" not in other.err
    assert len(gateway.generations.generations) == 2
    assert len(gateway.generations.downloaded) == 3
    assert saved(tmp_path)["batting-v2.png"] == "picture of batting-v2"


async def test_a_stream_that_breaks_is_watched_again_and_each_image_told_once(gateway: Any, tmp_path: Path) -> None:
    gateway.generations.breaks = 2

    outcome = await gateway.run("generate", "--pose", "batting", "--variations", "4", "--out", str(tmp_path))

    assert [line.split()[0] for line in outcome.out.splitlines()] == [f"batting-v{number}" for number in range(1, 5)]
    assert outcome.err.count("The connection was lost") == 1
    assert outcome.code == ExitCode.OK


async def test_a_download_that_breaks_begins_anew(gateway: Any, tmp_path: Path) -> None:
    gateway.generations.cuts = 1

    outcome = await gateway.run("generate", "--pose", "batting", "--out", str(tmp_path))

    assert outcome.code == ExitCode.OK
    assert saved(tmp_path) == {"batting-v1.png": "picture of batting-v1"}


async def test_a_damaged_picture_is_not_kept_and_one_is_told_how_to_come_back(gateway: Any, tmp_path: Path) -> None:
    gateway.generations.damaged = True

    outcome = await gateway.run("generate", "--pose", "batting", "--out", str(tmp_path))

    assert outcome.code == ExitCode.SOFTWARE
    assert "arrived damaged" in outcome.err
    assert f"--out {tmp_path}` comes back to it" in outcome.err
    assert saved(tmp_path) == {}


async def test_a_picture_named_as_a_path_is_not_written(gateway: Any, tmp_path: Path) -> None:
    outcome = await gateway.run("generate", "--pose", "../evil", "--out", str(tmp_path / "out"))

    assert outcome.code == ExitCode.SOFTWARE
    assert "can't be a file" in outcome.err
    assert list(tmp_path.rglob("*evil*")) == []


@pytest.mark.parametrize(
    ("failing", "failing_exports", "code"),
    [
        ({"batting-v1"}, set(), ExitCode.ITEMS),
        ({"batting-v1", "batting-v2"}, set(), ExitCode.SOFTWARE),
        (set(), {"batting-v2"}, ExitCode.ITEMS),
    ],
)
async def test_what_failed_is_told_with_its_reason_and_by_the_exit_code(
    gateway: Any, tmp_path: Path, failing: set[str], failing_exports: set[str], code: ExitCode
) -> None:
    gateway.generations.failing, gateway.generations.failing_exports = failing, failing_exports

    outcome = await gateway.run(
        "generate", "--pose", "batting", "--variations", "2", "--export", "story", "--out", str(tmp_path)
    )

    assert outcome.code == code
    assert "NETWORK: The store is away." in outcome.out
    assert ("atelier generations retry" in outcome.err) == bool(failing | failing_exports)


async def test_without_credits_one_is_told_what_to_do(gateway: Any, tmp_path: Path) -> None:
    gateway.generations.error = CreditsExhausted("It costs 4 credits and the account has 3.")

    outcome = await gateway.run("generate", "--pose", "batting", "--variations", "4", "--out", str(tmp_path))

    assert outcome.code == ExitCode.DATA
    assert outcome.err == (
        "It costs 4 credits and the account has 3;"
        " ask for less, or have an operator add some by `atelier credits grant`.\n"
    )


async def test_what_can_be_known_to_be_wrong_is_told_before_anything_is_paid(gateway: Any, tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.touch()

    nothing = await gateway.run("generate")
    shape = await gateway.run("generate", "--pose", "a", "--export", "round")
    folder = await gateway.run("generate", "--pose", "a", "--out", str(occupied))

    assert [one.code for one in (nothing, shape, folder)] == [ExitCode.USAGE, ExitCode.USAGE, ExitCode.CANNOT_CREATE]
    assert gateway.generations.created == []


async def test_a_generation_can_be_left_and_come_back_to(gateway: Any, tmp_path: Path) -> None:
    await gateway.run("generate", "--pose", "batting", "--out", str(tmp_path / "first"))
    [generation_id] = gateway.generations.generations

    seen = await gateway.run("generations", "watch", generation_id, "--json")
    fetched = await gateway.run("generations", "watch", generation_id, "--out", str(tmp_path / "second"))
    unknown = await gateway.run("generations", "watch", UNKNOWN)

    assert json.loads(seen.out)["original"]["path"] is None
    assert fetched.code == ExitCode.OK
    assert saved(tmp_path / "second") == saved(tmp_path / "first")
    assert unknown.code == ExitCode.NOT_FOUND
    assert "comes back" not in unknown.err


async def test_generations_are_listed_by_what_is_asked_for(gateway: Any, tmp_path: Path) -> None:
    await gateway.run("generate", "--text", "a very long prompt " * 9, "--out", str(tmp_path))

    table = await gateway.run("generations", "list", "--state", "partially-succeeded", "--owner", "ash")
    lines = await gateway.run("generations", "list", "--json")

    assert "a very long prompt" in table.out
    assert list(gateway.generations.requests[0].states) == [pb.GENERATION_STATE_PARTIALLY_SUCCEEDED]
    assert gateway.generations.requests[0].owner == "ash"
    assert json.loads(lines.out)["succeeded"] == 1


async def test_of_several_to_cancel_or_retry_one_that_is_refused_stops_none(gateway: Any, tmp_path: Path) -> None:
    await gateway.run("generate", "--pose", "batting", "--out", str(tmp_path))
    [generation_id] = gateway.generations.generations

    retried = await gateway.run("generations", "retry", UNKNOWN, generation_id, "--json")
    cancelled = await gateway.run("generations", "cancel", generation_id)
    refused = await gateway.run("generations", "cancel", generation_id)

    assert json.loads(retried.out)["state"] == "RUNNING"
    assert f"{UNKNOWN}: There is no generation" in retried.err
    assert (retried.code, cancelled.code, refused.code) == (ExitCode.ITEMS, ExitCode.OK, ExitCode.DATA)
    assert "CANCELLED" in cancelled.out


@pytest.mark.parametrize("size", ["512", "512X512", "axb", "-1x5", "123456x1"])
def test_a_size_is_two_numbers(size: str) -> None:
    assert read_size("--size", "64x2048") == (64, 2048)
    with pytest.raises(BadField):
        read_size("--size", size)


@pytest.mark.parametrize(
    ("text", "preset", "form"),
    [
        ("portrait", pb.EXPORT_PRESET_PORTRAIT, pb.IMAGE_FORMAT_PNG),
        ("Story:JPG", pb.EXPORT_PRESET_STORY, pb.IMAGE_FORMAT_JPEG),
        ("landscape:webp", pb.EXPORT_PRESET_LANDSCAPE, pb.IMAGE_FORMAT_WEBP),
    ],
)
def test_an_export_is_a_shape_and_may_be_an_encoding(text: str, preset: Any, form: Any) -> None:
    assert read_export(text) == pb.ExportSpec(preset=preset, format=form)
