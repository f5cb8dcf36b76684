"""The elements of a JSON array with the line each begins at; a broken one doesn't hide those after it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cli.fields import decoder

SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Element:
    """One element and its line, from 1. `problem` says why there is no value."""

    line: int
    value: object = None
    problem: str = ""


def elements(text: str) -> Iterator[Element]:
    """Every element of the array that `text` is.

    After a broken one it goes on at the next line that opens an object at the same indentation as the broken one's.
    """
    position = _skip_space(text, 0)
    if text[position : position + 1] != "[":
        yield Element(_line(text, position), problem="must be a JSON list")
        return
    line, counted = 1, 0
    position = _skip_space(text, position + 1)
    while text[position : position + 1] != "]":
        line += text.count("\n", counted, position)
        counted = position
        if position == len(text):
            yield Element(line, problem="broken JSON: the list isn't closed")
            return
        element, following = _element(text, position, line)
        yield element
        if following is None:
            return
        position = following


def _element(text: str, start: int, line: int) -> tuple[Element, int | None]:
    """The element at `start` and where the next one or the list's end stands; None: nowhere."""
    try:
        value, end = decoder.raw_decode(text, start)
        end = _skip_space(text, end)
        match text[end : end + 1]:
            case "]" | "":
                return Element(line, value), end
            case ",":
                return Element(line, value), _skip_space(text, end + 1)
        problem = Element(line, problem="broken JSON: no comma follows this element")
    except json.JSONDecodeError as error:
        problem = Element(line, problem=f"broken JSON at line {error.lineno}, column {error.colno}: {error.msg}")
    except ValueError as error:
        problem = Element(line, problem=f"broken JSON: {error}")
    except RecursionError:
        problem = Element(line, problem="broken JSON: nested too deeply")
    return problem, _next_sibling(text, start)


def _next_sibling(text: str, start: int) -> int | None:
    line_start = text.rfind("\n", 0, start) + 1
    indentation = text[line_start:start]
    if indentation.strip():
        return None
    found = re.compile(rf"^{re.escape(indentation)}\{{", re.MULTILINE).search(text, start + 1)
    return found.end() - 1 if found else None


def _skip_space(text: str, position: int) -> int:
    found = SPACE.match(text, position)
    return found.end() if found else position


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
