"""`atelier import cards | embeddings | keys`: files to the gateway, with progress and a line for every bad record."""

import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer
from atelier.resolver.v1.resolver_service_pb2 import ImportCardsRequest, ImportEmbeddingsRequest, ImportKeysRequest
from google.protobuf.message import Message
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli.catalogue_files import catalogue_bytes, open_cards
from cli.config import CliSettings
from cli.connection import Gateway, call_gateway
from cli.embedding_files import open_embeddings
from cli.exits import ExitCode
from cli.import_stream import COUNTS, ImportStream, Tally
from cli.key_files import KeyColumns, open_keys
from cli.output import say, stderr_console, write_json, write_table
from cli.records import BadRecord, Record
from cli.root import JsonOption, settings_of
from cli.text_files import Advance

app = typer.Typer(help="Import cards, embeddings and keys. Importing the same again changes nothing.")

METHODS: dict[str, tuple[str, type[Message]]] = {
    "cards": ("ImportCards", ImportCardsRequest),
    "embeddings": ("ImportEmbeddings", ImportEmbeddingsRequest),
    "keys": ("ImportKeys", ImportKeysRequest),
}

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


async def import_records(gateway: Gateway, kind: str, path: str, opened: Open) -> Tally:
    """Import what `opened` reads, of `kind` cards, embeddings or keys, telling of bad records on stderr.

    Raises CliError and `grpc.aio.AioRpcError`.
    """
    method, request = METHODS[kind]
    with _progress() as progress:
        task = progress.add_task(f"importing {kind}", total=catalogue_bytes(path), n=0)
        count = 0

        def advanced(records: int) -> None:
            nonlocal count
            count += records
            progress.update(task, n=count)

        stream: ImportStream[Any] = ImportStream(
            call=getattr(gateway.resolver, method),
            request=request,
            report=lambda bad: say(str(bad)),
            advanced=advanced,
        )
        return await stream.run(opened(lambda size: progress.advance(task, size)))


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


def _progress() -> Progress:
    console = stderr_console()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[n]:,} records"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
