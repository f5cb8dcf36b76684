"""`atelier generate`: images from poses or a prompt, made while one watches and saved as files."""

from pathlib import Path
from typing import Annotated

import typer
from atelier.generator.v1.generation_service_pb2 import Generation

from cli.connection import Gateway
from cli.generating import watch_to_end
from cli.generation_request import generation_request
from cli.generation_watch import has_ended
from cli.output import say
from cli.picture_files import open_folder
from cli.root import JsonOption, settings_of
from cli.showing import OutOption, PreviewOption, chosen_manner
from cli.work_options import DEFAULT_PREFIX, LaneName, checked_prefix


def generate(
    context: typer.Context,
    pose: Annotated[
        list[str] | None, typer.Option(metavar="NAME[,NAME…]", help="A pose to draw; may be given again.")
    ] = None,
    text: Annotated[str, typer.Option(metavar="PROMPT", help="What to draw; with poses, what else to.")] = "",
    variations: Annotated[int, typer.Option(min=1, max=4, help="How many of each.")] = 1,
    size: Annotated[str, typer.Option(metavar="WIDTHxHEIGHT", help="Of the images, in pixels.")] = "512x512",
    style: Annotated[str, typer.Option(help="How they look, such as clay; the backend's usual one unless given.")] = "",
    seed: Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="What chance begins from.")] = None,
    export: Annotated[
        list[str] | None,
        typer.Option(metavar="PRESET[:FORMAT]", help="A further form, such as story:jpeg; may be given again."),
    ] = None,
    lane: Annotated[LaneName, typer.Option(case_sensitive=False, help="Which images go first.")] = LaneName.NORMAL,
    request_id: Annotated[
        str, typer.Option(metavar="PREFIX", help="Makes the same options another generation than before.")
    ] = DEFAULT_PREFIX,
    out: OutOption = Path(),
    preview: PreviewOption = True,
    as_json: JsonOption = False,
) -> None:
    """Make images and save each when it is done; the same options again take up the same images."""
    request = generation_request(
        poses=[name.strip() for names in pose or [] for name in names.split(",")],
        text=text,
        variations=variations,
        size=size,
        style=style,
        seed=seed,
        exports=export or [],
        lane=f"LANE_{lane.name}",
        prefix=checked_prefix(request_id),
    )
    settings = settings_of(context)
    folder = open_folder(out)

    async def begin(gateway: Gateway) -> Generation:
        created: Generation = (await gateway.generations.CreateGeneration(request)).generation
        if has_ended(created):
            say("The same was made before, and is saved again; --request-id with another word makes it anew.")
        return created

    watch_to_end(settings, folder, chosen_manner(settings, preview=preview, as_json=as_json), begin)
