"""Tree-sitter as it runs in the sandbox, for `syntax.py`: its grammars are C, and what they read is hostile."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tree_sitter import Node, Parser, TreeCursor

from services.reviewer.grammars import grammar

_MOST = 20  # What follows an error is mostly of its making.
_LONGEST = 200  # Bytes; a node in error can go on to the end of the file, of which only the beginning means something.


def main(names: list[str]) -> None:
    """Write the errors of a file, named as its language, to standard output, as JSON."""
    (language,) = names
    try:
        parser = Parser(grammar(language))
    except ImportError as error:
        json.dump({"missing": (error.name or language).replace("_", "-"), "errors": []}, sys.stdout)
        return
    tree = parser.parse(Path(language).read_bytes())
    errors = []
    for node in _errors(tree.walk()):
        errors.append(_told(node))
        if len(errors) == _MOST:
            break
    json.dump({"missing": "", "errors": errors}, sys.stdout)


def _errors(cursor: TreeCursor) -> Iterator[Node]:
    """The outermost nodes in error, in order. By a cursor: recursion would end on a deep tree."""
    while True:
        node = cursor.node
        wrong = node is not None and (node.is_error or node.is_missing)
        if node is not None and wrong:
            yield node
        if not wrong and node is not None and node.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _told(node: Node) -> dict[str, object]:
    kind = "missing" if node.is_missing else "unexpected"
    end = min(node.end_byte, node.start_byte + _LONGEST)
    return {"kind": kind, "what": node.type, "named": node.is_named, "start": node.start_byte, "end": end}
