"""Whether a value can be a secret, or is a placeholder, a reference, a word, a label or a path."""

import math
import re
from collections import Counter
from itertools import pairwise

_FILLER = (
    r"(?:your|my|our|some|insert|enter|replace|put|add|use|set|change|fill|provide)(?:[-_ ]?(?:your|my|the|a|an|this|it"
    r"|me|in|here|own|secure|strong|new|real|actual|super|password|passwd|passphrase|secret|token|api|access|auth|key|id"
    r"|value|app|client|before|deploy|deployment|production|with|later|now|please))+"
)
_STAND_IN = (
    r"(?:an?[-_ ])?(?:example|sample|dummy|fake|mock|test|testing|demo|placeholder|redacted|removed|hidden|masked|todo"
    r"|fixme|tbd|none|null|nil|undefined|true|false|yes|no|empty|default|optional|required|str|string|text|bytes|any"
    r"|object|password|passwd|pass|pwd|passphrase|secret|token|key|value|api[-_]?key|user|username|foo|bar|baz|foobar"
    r"|bearer|basic)(?:[-_ ]?(?:password|passwd|secret|token|key|value|string|here|api|only))*"
)
_BRACKETED = r"(.)\1*|<.*>|\[.*\]|\(.*\)|\{.*\}|%.*%|__.*__|\.{3,}.*|.*(?:\.{3}|…)"
_PLACEHOLDER = re.compile(f"{_BRACKETED}|{_FILLER}|{_STAND_IN}", re.IGNORECASE)
# ${X}, $X, {{ x }}, %(x)s, #{x}, @x@, <%= x %>: filled in elsewhere.
_TEMPLATE = re.compile(r"\$?\{\{?[^{}]*\}?\}|\$\([^()]*\)|\$\w+|#\{[^{}]*\}|%\(\w+\)[sd]|%[sdvr]|<%.*?%>|@\w+@")
_ENVIRONMENT_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_DOTTED_NAME = re.compile(r"[A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)+(?:\(\))?")
_PATH = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|\.{0,2}/|~/|[A-Za-z]:\\)[^@]*|[\w.-]+(?:/[\w.-]+)+|[\w/-]+\.[a-z]{2,5}", re.IGNORECASE
)
_SENTENCE = re.compile(
    r"\b(?:password|passwort|passwd|secret|token|enter|your|must|invalid|required|wrong|incorrect|forgot\w*|reset|is|the|new|confirm|repeat|of|for|and|or|not)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Z]?[a-z]{4,}")
_REGEX = re.compile(r"\\[wdsWDSb.]|\[\^?\w-\w|\(\?[:=!<P]|[\])\w]\{\d+,?\d*\}")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def is_filled_in(value: str) -> bool:
    """Whether it stands for another value: a placeholder of documentation, a template, the name of a variable."""
    left = _TEMPLATE.sub("", value)
    return (
        len(left) < 4
        or _PLACEHOLDER.fullmatch(value) is not None
        or _ENVIRONMENT_NAME.fullmatch(value) is not None
        or (_DOTTED_NAME.fullmatch(value) is not None and not any(character.isdigit() for character in value))
    )


def is_password(value: str) -> bool:
    """Whether somebody may have chosen it as a password: anything that is no placeholder, path or label."""
    if len(value) < 4 or is_filled_in(value) or value.startswith(("http://", "https://", "/", "./", "../", "~/")):
        return False
    return not (" " in value.strip() and (_SENTENCE.search(value) or value.rstrip()[-1] in ".!?:"))


def is_key(value: str) -> bool:
    """Whether a machine may have made it, as a token or a key: 8 characters or more that are no word, path or name."""
    if len(value) < 8 or any(character.isspace() for character in value) or is_filled_in(value):
        return False
    if is_sequence(value) or _REGEX.search(value):
        return False
    if _PATH.fullmatch(value) and not is_random(value):
        return False
    letters = any(character.isalpha() for character in value)
    digits = any(character.isdigit() for character in value)
    special = any(character in "!@#$%^&*+=" for character in value)
    return (letters and (digits or special)) or is_random(value)


def is_phrase(value: str) -> bool:
    """Whether it is one long word without a separator, as people make up secrets: `supersecretvalue`."""
    return (
        len(value) >= 12 and value.isalpha() and value.isascii() and value == value.lower() and not is_filled_in(value)
    )


def is_random(value: str) -> bool:
    """Whether it is at least 16 characters without much of a language's words in them."""
    return len(value) >= 16 and entropy(value) > 3.3 and word_share(value) < 0.6


def is_uuid(value: str) -> bool:
    """Whether it is a UUID, which names things more often than it opens them."""
    return _UUID.fullmatch(value) is not None


def is_sequence(value: str) -> bool:
    """Whether most characters follow their neighbour, as in an alphabet: `abcdef…`, `0123456789`."""
    steps = sum(ord(after) - ord(before) == 1 for before, after in pairwise(value))
    return steps * 2 > len(value)


def word_share(value: str) -> float:
    """Return which part of the value consists of runs that look like words, from 0 to 1."""
    words = [word for word in _WORD.findall(value) if re.search("[aeiouy]", word, re.IGNORECASE)]
    return sum(map(len, words)) / max(len(value), 1)


def entropy(value: str) -> float:
    """Return Shannon's entropy in bits a character."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())
