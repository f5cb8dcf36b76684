"""`atelier generations list | watch | cancel | retry`: generations that were asked for, and how to go on with them."""

import enum
from pathlib import Path
from typing import Annotated

import typer
from atelier.generator.v1.generation_service_pb2 import (
    CancelGenerationRequest,
    Generation,
    GetGenerationRequest,
    ListGenerationsRequest,
    RetryGenerationRequest,
)

from cli.connection import Gateway, call_gateway
from cli.fields import Fields
from cli.generating import watch_to_end
from cli.generation_documents import GENERATION_COLUMNS, generation_document, generation_row
from cli.listing import Listing, pages
from cli.output import counted, say
from cli.picture_files import open_folder
from cli.root import JsonOption, settings_of
from cli.showing import PreviewOption, chosen_manner
from cli.steering import steer

GENERATIONS = Listing(GENERATION_COLUMNS, generation_row, generation_document)

app = typer.Typer(help="Show and steer generations of images.", no_args_is_help=True)

NamesArgument = Annotated[list[str], typer.Argument(metavar="ID...", help="Generations, by their UUIDs.")]


class GenerationStateName(enum.StrEnum):
    """The states of a generation, as they are typed."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIALLY_SUCCEEDED = "partially-succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@app.command("list")
def list_generations(
    context: typer.Context,
    state: Annotated[
        list[GenerationStateName] | None,
        typer.Option(case_sensitive=False, help="Only in this state; may be given again."),
    ] = None,
    owner: Annotated[str, typer.Option(help="Only of this owner; users see their own.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="How many to show; all of them unless given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List generations, the newest first."""
    request = ListGenerationsRequest(
        owner=Fields({"--owner": owner}).text("--owner"),
        states=[f"GENERATION_STATE_{one.name}" for one in dict.fromkeys(state or [])],
    )

    async def work(gateway: Gateway) -> int:
        found = pages(gateway.generations.ListGenerations, request, limit)
        return await GENERATIONS.show_all(found, "generations", as_json=as_json)

    total = call_gateway(settings_of(context), work)
    if not as_json:
        say(f"{counted(total, 'generation')}.")


@app.command()
def watch(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID", help="A generation, by its UUID.")],
    out: Annotated[Path | None, typer.Option(help="A folder to save the images in; none are unless given.")] = None,
    preview: PreviewOption = True,
    as_json: JsonOption = False,
) -> None:
    """Show a generation's images as they end, and save them, until all have ended."""
    settings = settings_of(context)
    request = GetGenerationRequest(generation_id=Fields({"ID": name}).text("ID"))
    folder = open_folder(out) if out is not None else None

    async def begin(gateway: Gateway) -> Generation:
        found: Generation = (await gateway.generations.GetGeneration(request)).generation
        return found

    watch_to_end(settings, folder, chosen_manner(settings, preview=preview, as_json=as_json), begin)


@app.command()
def cancel(context: typer.Context, names: NamesArgument, as_json: JsonOption = False) -> None:
    """Stop generations; what is made stays, the credits of the rest come back."""

    async def call(gateway: Gateway, name: str) -> Generation:
        request = CancelGenerationRequest(generation_id=name)
        found: Generation = (await gateway.generations.CancelGeneration(request)).generation
        return found

    steer(context, names, call, GENERATIONS, as_json=as_json)


@app.command()
def retry(context: typer.Context, names: NamesArgument, as_json: JsonOption = False) -> None:
    """Make what failed or was cancelled; credits are set aside anew."""

    async def call(gateway: Gateway, name: str) -> Generation:
        request = RetryGenerationRequest(generation_id=name)
        found: Generation = (await gateway.generations.RetryGeneration(request)).generation
        return found

    steer(context, names, call, GENERATIONS, as_json=as_json)
