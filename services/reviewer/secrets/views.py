"""A text as whoever runs it reads it: literals joined, escapes, percent-encoding, Base64 and hex undone.

A secret is looked for in every view, and each character of a view knows where it comes from in the text.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from services.reviewer.secrets.secret import Span

# What continues on the next line or in the next literal: "AKIA" + "…", "AKIA"\n"…", AKIA\<newline>….
_JOINT = (
    r"""(?<=[^\s"'`,(\[{])(?P<joint>(?P<quote>["'`])[ \t]*(?:\\|\+|\.{1,2}|&|<<)?[ \t]*(?:\n[ \t]*(?:[+.&][ \t]*)?)?"""
    + (r"""[bBrRuUfF]?(?P=quote)|\\\n[ \t]*)(?=[^\s\"'`,)\]};])""")
)
_ESCAPED = re.compile(
    _JOINT + r"|(?P<percent>(?:%[0-9A-Fa-f]{2})+)|\\x(?P<byte>[0-9A-Fa-f]{2})|\\u(?P<unit>[0-9A-Fa-f]{4})"
    r"|&#x(?P<hex>[0-9A-Fa-f]{2,4});|&#(?P<decimal>[0-9]{2,5});|(?P<amp>&amp;)|\\(?P<itself>[/\"'$])"
)
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")
# A decoding is worth a look when nearly all of it can be read; the wrong one of four alignments can't.
_LEGIBLE = 0.9


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """`text`, made of `original`: character i of it stands for the original's from `starts[i]` to `ends[i]`."""

    original: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the parts of the original, each within a line, that tell the view's characters from start to end."""
        runs: list[Span] = []
        for i in range(start, end):
            if runs and self.starts[i] <= runs[-1].end:
                runs[-1] = Span(runs[-1].start, max(runs[-1].end, self.ends[i]))
            else:
                runs.append(Span(self.starts[i], self.ends[i]))
        return tuple(part for run in runs for part in by_line(self.original, run))


def by_line(text: str, run: Span) -> Iterator[Span]:
    """Return the parts of a run that stand on each line, without the white space around them."""
    for line in re.finditer(r"[^\n]+", text[run.start : run.end]):
        words = line[0].strip()
        if words:
            start = run.start + line.start() + line[0].index(words)
            yield Span(start, start + len(words))


def views(text: str) -> Iterator[View]:
    """Return the text as it is, then as it reads with escapes undone, then what is encoded in it: where it is."""
    plain = View(text, text, range(len(text)), range(1, len(text) + 1))
    yield plain
    unescaped = _unescape(plain)
    if unescaped is not plain:
        yield unescaped
    decoded = _decode(unescaped)
    if decoded.text:
        yield decoded


def _unescape(plain: View) -> View:
    parts, starts, ends, last = [], [], [], 0
    for match in _ESCAPED.finditer(plain.text):
        meant = _meaning(match)
        parts += [plain.text[last : match.start()], meant]
        starts += [*range(last, match.start()), *[match.start()] * len(meant)]
        ends += [*range(last + 1, match.start() + 1), *[match.end()] * len(meant)]
        last = match.end()
    if not last:
        return plain
    size = len(plain.text)
    return View(
        plain.text,
        "".join((*parts, plain.text[last:])),
        [*starts, *range(last, size)],
        [*ends, *range(last + 1, size + 1)],
    )


def _meaning(match: re.Match[str]) -> str:
    if match["joint"]:
        return ""
    if match["percent"]:
        return unquote(match["percent"], errors="replace")
    if match["decimal"]:
        return chr(int(match["decimal"]))
    code = match["byte"] or match["unit"] or match["hex"]
    return chr(int(code, 16)) if code else match["itself"] or "&"


def _decode(view: View) -> View:
    """Return what Base64 and hex in the view tell, one a line; each character stands for the whole run it came from."""
    parts, starts, ends = [], [], []
    for match, decoded in _decodings(view.text):
        start, end = view.starts[match.start()], view.ends[match.end() - 1]
        parts.append(decoded + "\n")
        starts += [start] * (len(decoded) + 1)
        ends += [end] * (len(decoded) + 1)
    return View(view.original, "".join(parts), starts, ends)


def _decodings(text: str) -> Iterator[tuple[re.Match[str], str]]:
    for match in _ENCODED.finditer(text):
        run = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        # Something may be glued to its front, so that it is read in the wrong groups of four.
        for skipped in range(4):
            yield from _legible(match, _from_base64, run[skipped:])
    for match in _HEX.finditer(text):
        yield from _legible(match, bytes.fromhex, match[0])


def _legible(match: re.Match[str], decode: Callable[[str], bytes], run: str) -> Iterator[tuple[re.Match[str], str]]:
    decoded = decode(run).decode("latin-1")
    readable = sum(character.isascii() and (character.isprintable() or character.isspace()) for character in decoded)
    if len(decoded) >= 6 and readable >= len(decoded) * _LEGIBLE:
        yield match, decoded


def _from_base64(run: str) -> bytes:
    whole = run[: len(run) - len(run) % 4] if len(run) % 4 == 1 else run + "=" * (-len(run) % 4)
    try:
        return base64.b64decode(whole)
    except binascii.Error:
        return b""
