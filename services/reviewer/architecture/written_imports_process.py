"""The reading of imports as it runs in the sandbox, for `written_imports.py`."""

import functools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tree_sitter import Parser, Query, QueryCursor

from services.reviewer.grammars import grammar

_MOST = 2_000  # Of one file.
_LONGEST = 2_000  # Bytes; what is longer is no import that anybody wrote.

_SCRIPT = """
(import_statement source: (string) @path) @statement
(export_statement source: (string) @path) @statement
(call_expression function: (import) arguments: (arguments . (string) @path))
(call_expression function: (identifier) @how arguments: (arguments . (string) @path) (#eq? @how "require"))
"""
_C = "(preproc_include path: [(string_literal) (system_lib_string)] @path)"
_QUERIES = {
    "c": _C,
    "cpp": _C,
    "go": "(import_spec path: (_) @path)",
    "java": "(import_declaration (scoped_identifier) @path) @statement",
    "javascript": _SCRIPT,
    "kotlin": "(import (qualified_identifier) @path)",
    "lua": '(function_call name: (identifier) @how arguments: (arguments . (string) @path) (#eq? @how "require"))',
    "php": """
    (namespace_use_declaration) @path
    (require_expression (_) @path)
    (require_once_expression (_) @path)
    (include_expression (_) @path)
    (include_once_expression (_) @path)
    """,
    "ruby": """
    (call method: (identifier) @how arguments: (argument_list . (string) @path)
      (#any-of? @how "require" "require_relative"))
    """,
    "rust": "(use_declaration argument: (_) @path)",
    "scala": "(import_declaration) @path",
    "tsx": _SCRIPT,
    "typescript": _SCRIPT,
}


def main(names: list[str]) -> None:
    """Write text, function and line of each import of each file to standard output, as JSON.

    The input is a list of grammars and texts.
    """
    files = json.loads(Path(names[0]).read_text(encoding="utf-8"))
    json.dump([list(_imports(language, text)) for language, text in files], sys.stdout)


def _imports(language: str, text: str) -> Iterator[tuple[str, str, int]]:
    tree = Parser(grammar(language)).parse(text.encode())
    for _, found in QueryCursor(_query(language)).matches(tree.root_node)[:_MOST]:
        path = found["path"][0]
        written = path.text or b""
        statement = found["statement"][0].text or b"" if "statement" in found else b""
        if len(written) > _LONGEST or _is_of_types(statement):
            continue
        how = found["how"][0].text or b"" if "how" in found else b""
        yield written.decode(errors="replace"), how.decode(errors="replace"), path.start_point.row + 1


def _is_of_types(statement: bytes) -> bool:
    """Whether it names types of TypeScript only: these circles are gone before anything runs."""
    return statement.startswith((b"import type ", b"export type "))


@functools.cache
def _query(language: str) -> Query:
    return Query(grammar(language), _QUERIES[language])
