"""Reads embeddings from JSON lines: `catalog_id` (or `id`), `embedding`, `model`, and what is known of the card."""

from collections.abc import Iterator

from atelier.resolver.v1.card_pb2 import CardDetails
from atelier.resolver.v1.resolver_service_pb2 import Embedding, EmbeddingRecord

from cli.catalogue_files import LINES_SUFFIXES, flat_details, parse_lines
from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import Fields
from cli.records import BadRecord, Record
from cli.text_files import STDIN, Advance, check_readable, read_lines, silent

Embeddings = Iterator[Record[EmbeddingRecord] | BadRecord]


def open_embeddings(path: str, advance: Advance = silent) -> Embeddings:
    """The embeddings of a file. Raises CliError, at once, when it can't be read or isn't JSON lines."""
    check_readable(path)
    if path != STDIN and not path.endswith(LINES_SUFFIXES):
        raise CliError(
            f"The format of {path} is unknown; embeddings are imported from .jsonl or .jsonl.gz.", ExitCode.DATA
        )
    return parse_lines(read_lines(path, advance), _embedding)


def _embedding(fields: Fields) -> EmbeddingRecord:
    catalog_id = fields.required_text("catalog_id", "id")
    details = flat_details(fields)
    return EmbeddingRecord(
        catalog_id=catalog_id,
        embedding=Embedding(values=fields.numbers("embedding")),
        model=fields.text("model"),
        details=details if details != CardDetails() else None,
    )
