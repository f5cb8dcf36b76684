"""The choice of lines as it runs in the sandbox, for `trimming.py`.

Of what the file defines, at the top and in classes that hold a change: a function that holds a change is kept whole;
what it touches by name is kept, whole where it is short, else the lines before its body. A class around a change keeps
its head. Nothing is followed further than that.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tree_sitter import Node, Parser

from services.reviewer.grammars import grammar

_SHORT = 40  # Lines.
_DEEPEST = 20  # Classes in classes.
_GAP = 2  # To say that so few lines are left out takes as much as they do.
_FUNCTIONS = ("function", "method", "constructor", "closure", "lambda", "arrow")
_WRAPPED = ("definition", "declaration", "value")
_NAMED = ("name", "declarator", "type")
_WORDS = frozenset({"constant", "name", "variable_name", "word", "property_identifier"})

Rows = tuple[int, int]


@dataclass
class _Choice:
    """What is kept so far, in rows from 0, the names that kept code touches, and the rest."""

    changed: Sequence[Rows]
    kept: list[Rows] = field(default_factory=list)
    names: set[bytes] = field(default_factory=set)
    others: list[Node] = field(default_factory=list)

    def look(self, parent: Node, depth: int = 0) -> None:
        """Choose among a parent's parts."""
        for part in parent.named_children:
            if not self._is_changed(part):
                self.others.append(part)
                continue
            body = _body(part)
            if body is None or depth == _DEEPEST or not _holds_functions(part, body):
                self.kept.append(_rows(part))
                self.names.update(_names(part))
                continue
            self.kept += [_head(part, body), *_closing(body)]
            self.look(body, depth + 1)

    def add_touched(self) -> None:
        """Choose what is touched of the rest."""
        for part in self.others:
            body = _body(part)
            if body is None:
                if not self.names.isdisjoint(_names(part)):
                    self.kept.append(_short(_rows(part), _rows(part)[0]))
            elif _name(part) in self.names:
                self.kept.append(_short(_rows(part), _head(part, body)[1]))

    def _is_changed(self, part: Node) -> bool:
        first, last = _rows(part)
        return any(start <= last and first <= end for start, end in self.changed)


def main(names: list[str]) -> None:
    """Write the lines to show of a file, named as its grammar, from 1, to standard output, as JSON; none: all."""
    language, changes = names
    changed = [(first - 1, last - 1) for first, last in json.loads(Path(changes).read_text())]
    try:
        parser = Parser(grammar(language))
    except ImportError:
        json.dump([], sys.stdout)
        return
    choice = _Choice(changed)
    choice.look(parser.parse(Path(language).read_bytes()).root_node)
    choice.add_touched()
    json.dump([(first + 1, last + 1) for first, last in _united([*choice.kept, *changed])], sys.stdout)


def _rows(node: Node) -> Rows:
    return (node.start_point.row, node.end_point.row)


def _head(part: Node, body: Node) -> Rows:
    """The lines of a definition before what its body holds."""
    first, inside = part.start_point.row, body.named_children
    begin = inside[0].start_point.row if inside else body.end_point.row
    return (first, max(first, begin - 1))


def _closing(body: Node) -> list[Rows]:
    """The line that ends a definition, where a brace or a word does."""
    ends = [node.children[-1] for node in (body, body.parent) if node is not None and node.children]
    return [_rows(end) for end in ends if not end.is_named][:1]


def _short(rows: Rows, last: int) -> Rows:
    first, end = rows
    return (first, end if end - first < _SHORT else min(last, first + _SHORT))


def _inner(part: Node) -> Node:
    """What a decorator, an export or a declaration of one variable is about."""
    for name in _WRAPPED:
        inside = part.child_by_field_name(name)
        if inside is not None:
            return inside
    declared = [child for child in part.named_children if child.child_by_field_name("value") is not None]
    return declared[0] if len(declared) == 1 else part


def _body(part: Node) -> Node | None:
    for _ in range(4):
        body = part.child_by_field_name("body")
        if body is not None:
            return body
        inside = _inner(part)
        if inside == part:
            return None
        part = inside
    return None


def _holds_functions(part: Node, body: Node) -> bool:
    owner = body.parent or part
    if any(word in owner.type for word in _FUNCTIONS):
        return False
    return any(_body(child) is not None for child in body.named_children)


def _name(part: Node) -> bytes | None:
    """What a definition defines: the first word of its name."""
    for _ in range(4):
        for name in _NAMED:
            named = part.child_by_field_name(name)
            if named is not None:
                return next(_names(named), None)
        inside = _inner(part)
        if inside == part:
            break
        part = inside
    return next(_names(part), None)


def _names(node: Node) -> Iterator[bytes]:
    """All words in a part that name something. By a cursor: recursion would end on a deep tree."""
    cursor, depth = node.walk(), 0
    while True:
        here = cursor.node
        if here is not None and here.child_count == 0 and (here.type.endswith("identifier") or here.type in _WORDS):
            yield here.text or b""
        if cursor.goto_first_child():
            depth += 1
            continue
        while depth == 0 or not cursor.goto_next_sibling():
            if depth == 0:
                return
            cursor.goto_parent()
            depth -= 1


def _united(parts: Sequence[Rows]) -> list[Rows]:
    united = list[Rows]()
    for first, last in sorted(parts):
        if united and first <= united[-1][1] + _GAP + 1:
            united[-1] = (united[-1][0], max(united[-1][1], last))
        else:
            united.append((first, last))
    return united
