"""`atelier poses`: the poses that can be drawn."""

from typing import Annotated, Any

import typer
from atelier.generator.v1.pose_service_pb2 import ListPosesRequest, Pose

from cli.connection import Gateway, call_gateway
from cli.documents import timestamp
from cli.fields import Fields
from cli.listing import Listing, pages
from cli.output import counted, say
from cli.root import JsonOption, settings_of

PAGE_SIZE = 500  # the most that one call gives
COLUMNS = ("pose_id", "name", "tags", "whose")


def poses(
    context: typer.Context,
    tag: Annotated[list[str] | None, typer.Option(help="Only with this tag; given again: with every one.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="How many to show; all of them unless given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the poses of the built-in gallery and those that were imported, by id."""
    request = ListPosesRequest(tags=Fields({"--tag": tag or []}).texts("--tag"))

    async def work(gateway: Gateway) -> int:
        found = pages(gateway.poses.ListPoses, request, limit, largest=PAGE_SIZE)
        return await Listing(COLUMNS, _row, _document).show_all(found, "poses", as_json=as_json)

    total = call_gateway(settings_of(context), work)
    if not as_json:
        say(f"{counted(total, 'pose')}.")


def _document(found: Pose) -> dict[str, Any]:
    return {
        "pose_id": found.pose_id,
        "name": found.name,
        "tags": list(found.tags),
        "built_in": found.built_in,
        "owner": found.owner or None,
        "create_time": timestamp(found, "create_time"),
    }


def _row(found: Pose) -> list[object]:
    whose = "built-in" if found.built_in else found.owner or "everybody's"
    return [found.pose_id, found.name, ", ".join(found.tags), whose]
