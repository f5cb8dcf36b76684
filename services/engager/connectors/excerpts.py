"""What is kept of an answer: its beginning, in one line, without what steers a terminal and without secrets.

An answer is somebody else's word: it may quote what was sent to it, signature and all, or tell a secret of its own.
"""

import re

MOST_CHARACTERS = 500
MOST_OF_ID = 200
_MARK = "<secret>"

_LOOKED_AT = 4096
_MAY_BE_CUT = 64

_NAMES = (
    r"pass(?:word|wd|phrase)?|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|authorization|signature|cookie"
)
_NAMED = re.compile(
    rf"""((?:{_NAMES})[\w-]{{0,40}}\\?["']?\s*[:=]\s*)"""
    r"""(?:\\?"(?:[^"\\]|\\[^"])*"?|'[^']*'?|[^\s,;&"'}<]+)""",
    re.IGNORECASE,
)
_SCHEMES = re.compile(r"\b(bearer|basic|digest)(\s+)[\w.~+/=-]{6,}", re.IGNORECASE)
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|\beyJ[\w-]{5,}(?:\.[\w-]*){1,4}"  # a JWT, RFC 7519
    r"|\b(?:sk|pk|rk|gh[opusr]|github_pat|glpat|xox[abeoprs]|AKIA|ASIA|AIza|whsec)[_-]?[A-Za-z0-9_-]{16,}"
    r"|(?<![\w+])(?=[A-Za-z+_]*\d)[A-Za-z0-9+_]{32,}={0,2}",  # so long, and no word; a UUID has hyphens
    re.DOTALL,
)


def make_excerpt(body: bytes, known: str = "") -> str:
    """The beginning of an answer, at most 500 characters. `known` is a secret that may stand in it."""
    text = body.decode(errors="replace")
    text = text.replace(known, _MARK) if known else text
    hidden = _hide(text[:_LOOKED_AT])
    if len(text) > _LOOKED_AT:
        # What is left of a secret that was cut in two isn't known for one.
        hidden = hidden[:-_MAY_BE_CUT]
    line = one_line(hidden)
    return line if len(line) <= MOST_CHARACTERS else f"{line[: MOST_CHARACTERS - 1]}…"


def make_id(told: object, known: str = "") -> str:
    """What a connector calls an action: its word for it, of at most 200 characters; empty for what can't be one."""
    if isinstance(told, bool) or not isinstance(told, str | int):
        return ""
    return one_line(str(told).replace(known, _MARK) if known else str(told))[:MOST_OF_ID]


def one_line(text: str) -> str:
    """A text in one line, without control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _hide(text: str) -> str:
    text = _SCHEMES.sub(rf"\1\2{_MARK}", text)
    text = _NAMED.sub(rf"\1{_MARK}", text)
    return _SECRETS.sub(_MARK, text)
