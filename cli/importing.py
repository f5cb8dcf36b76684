"""`atelier import …`: files to the gateway, with progress and a line for every bad record."""

import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

from cli.catalogue_files import catalogue_bytes, open_cards
from cli.config import CliSettings
from cli.connection import Gateway, call_gateway
from cli.embedding_files import open_embeddings
from cli.exits import ExitCode
from cli.fields import Fields
from cli.import_methods import METHODS
from cli.import_stream import COUNTS, ImportStream, Tally
from cli.key_files import KeyColumns, open_keys
from cli.output import say, write_json, write_table
from cli.player_files import open_players
from cli.pose_files import PoseFormat, open_poses
from cli.progress import feeding
from cli.records import BadRecord, Record
from cli.root import JsonOption, settings_of
from cli.text_files import Advance

app = typer.Typer(help="Import cards, embeddings, keys, players and poses. Importing the same again changes nothing.")

COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    TextColumn("{task.percentage:>3.0f} %  {task.fields[n]:,} records"),
    TimeElapsedColumn(),
)

Open = Callable[[Advance], Iterator[Record[Any] | BadRecord]]


@app.command("cards")
def import_cards(
    context: typer.Context,
    path: Annotated[
        str, typer.Argument(help="pokemon-tcg-data folder, a set's .json of it, .jsonl or .jsonl.gz; - is stdin")
    ],
    as_json: JsonOption = False,
) -> None:
    """Import a card catalogue."""
    _run(settings_of(context), "cards", path, lambda advance: open_cards(path, advance), as_json)


@app.command("embeddings")
def import_embeddings(
    context: typer.Context,
    path: Annotated[str, typer.Argument(help=".jsonl or .jsonl.gz with catalog_id, embedding, model; - is stdin")],
    as_json: JsonOption = False,
) -> None:
    """Import embeddings, and what cards may be created from."""
    _run(settings_of(context), "embeddings", path, lambda advance: open_embeddings(path, advance), as_json)


@app.command("keys")
def import_keys(
    context: typer.Context,
    path: Annotated[
        str, typer.Argument(help=".csv or .csv.gz with source, external_id, and card_id or catalog_id; - is stdin")
    ],
    source: Annotated[str | None, typer.Option(help="The source of all rows, in place of a column.")] = None,
    id_column: Annotated[str | None, typer.Option(help="The column of the source's ids.")] = None,
    catalog_column: Annotated[str | None, typer.Option(help="The column of the catalogue's ids.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Import the ids that another source has for known cards."""
    columns = KeyColumns(source=source, id_column=id_column, catalog_column=catalog_column)
    _run(settings_of(context), "keys", path, lambda advance: open_keys(path, columns, advance), as_json)


@app.command("players")
def import_players(
    context: typer.Context,
    path: Annotated[str, typer.Argument(help=".csv or .jsonl of players with their careers, .gz too; - is stdin")],
    as_json: JsonOption = False,
) -> None:
    """Import players, for card art."""
    _run(settings_of(context), "players", path, lambda advance: open_players(path, advance), as_json)


@app.command("poses")
def import_poses(
    context: typer.Context,
    path: Annotated[str, typer.Argument(help=".jsonl of poses, .json of OpenPose or COCO, .gz too; - is stdin")],
    form: Annotated[
        PoseFormat | None, typer.Option("--format", help="What the file holds; told by its name and content.")
    ] = None,
    id_prefix: Annotated[str, typer.Option(help="What the ids of poses without one begin with.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Import poses; a user's are its own, an operator's are everybody's."""
    prefix = Fields({"--id-prefix": id_prefix}).text("--id-prefix")
    _run(settings_of(context), "poses", path, lambda advance: open_poses(path, form, prefix, advance), as_json)


async def import_records(gateway: Gateway, kind: str, path: str, opened: Open) -> Tally:
    """Import what `opened` reads, of a `kind` of `METHODS`, telling of bad records on stderr.

    Raises CliError and `grpc.aio.AioRpcError`.
    """
    method = METHODS[kind]
    with feeding(*COLUMNS) as feed:
        task = feed.bar.add_task(f"importing {kind}", total=catalogue_bytes(path), n=0)
        count = 0

        def advanced(records: int) -> None:
            nonlocal count
            count += records
            feed.bar.update(task, n=count)

        stream: ImportStream[Any] = ImportStream(
            call=method.stub(gateway),
            request=method.request,
            summary=method.summary,
            report=lambda bad: say(str(bad)),
            advanced=advanced,
        )
        return await stream.run(opened(lambda size: feed.bar.advance(task, size)))


def _run(settings: CliSettings, kind: str, path: str, opened: Open, as_json: bool) -> None:
    began = time.monotonic()
    tally = call_gateway(settings, lambda gateway: import_records(gateway, kind, path, opened))
    if as_json:
        write_json(tally.document())
    else:
        counts = [getattr(tally, name) for name in COUNTS]
        write_table([*COUNTS, "seconds"], [[*counts, time.monotonic() - began]])
    if tally.unnamed:
        say(f"{path}: {tally.unnamed:,} more records were rejected; correct those named here and import it again.")
    if tally.rejected:
        raise typer.Exit(ExitCode.ITEMS)
