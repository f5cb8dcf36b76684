"""Secrets that are known by the name they are given: `db_password = "…"`, `API_TOKEN: …`, `setSecret("…")`."""

import re
from collections.abc import Iterator

from services.reviewer.finding import Severity
from services.reviewer.secrets.names import judge_of, kind_of
from services.reviewer.secrets.plausibility import is_key, is_password
from services.reviewer.secrets.rule import Candidate

# In these a bare word is a name, and never a value.
_QUOTING = frozenset(
    {"c", "cpp", "csharp", "go", "groovy", "java", "javascript", "kotlin", "lua", "php", "python", "ruby", "rust"}
    | {"scala", "swift", "typescript"}
)
_NAME = r"(?<![\w$.-])(?P<name>[\w$.-]{2,100})"
_QUOTED = r"(?P<quote>\"\"\"|'''|[\"'`])(?P<value>(?:(?!(?P=quote))[^\\\n]|\\.){1,1000}?)(?P=quote)"
_TYPE = r"(?::[ \t]*[&\w.\[\]<>|'? ]{1,60}?(?==)|(?:string|String|str|\*string)[ \t]*(?==))?"
_MAKER = r"(?:(?:SecretStr|Secret|String::from|String|bytes|str|Buffer\.from|new String|Bytes)\()?"
_ASSIGNED = re.compile(
    rf"{_NAME}(?P<closed>[\"'`\]]{{0,3}})[ \t]*{_TYPE}(?P<operator>:=|=>|={{1,3}}|!={{1,2}}|\?\?=?|\|\||:|,)[ \t]*"
    rf"{_MAKER}(?:[bBrRuUfF@$]{{1,2}})?{_QUOTED}"
)
_SET = re.compile(
    rf"(?<![a-zA-Z0-9])(?:set|with|\.)_?(?P<name>\w{{2,60}})(?P<operator>\()[ \t]*{_QUOTED}", re.IGNORECASE
)
_COMPARED = re.compile(rf"{_QUOTED}[ \t]*[!=]={{1,2}}[ \t]*(?P<name>[\w$.-]{{2,100}})")
_BARE = re.compile(
    rf"{_NAME}(?P<operator>[ \t]*[:=][ \t]*)"
    r"(?P<value>[^\s\"'`,;()\[\]{}<>=:][^\s\"'`,;]{2,500}[^\s\"'`,;:.()\]}>])(?=$|[\s,;\"')\]}])",
    re.MULTILINE,
)
_FLAG = re.compile(r"(?<!\S)--?(?P<name>[a-z][\w-]{1,60})(?P<operator>[= ])[\"']?(?P<value>[^\s\"'$-][^\s\"'$]{3,200})")
_TAG = re.compile(r"<(?P<name>[\w.-]{2,100})(?P<operator>)(?:\s[^<>]*)?>(?P<value>[^<>\n]{4,200})</(?P=name)>")
_PARAMETER = re.compile(
    r"(?<=[?&;\"' ])(?P<name>[\w.-]{2,60})(?P<operator>=)(?P<value>[^\s&;\"'`(){}\[\]$<>,#]{4,500})(?=[&;\"'# ])"
)
_COMMENT = re.compile(r"^[ \t]*(?:#|//|\*|/\*|--)[^\n]*", re.MULTILINE)
_SPOKEN = re.compile(
    r"(?i)(?P<name>\b(?:identified[ \t]+by|(?:user|role|login)\b[^;\n']{0,100}\bpassword))"
    r"[ \t]+'(?P<value>[^'\n]{4,200})'"
    r"|\blogin[ \t]+\S{1,100}[ \t]+(?P<machine>password)[ \t]+(?P<word>\S{4,200})"
    r"|\bcurl\b[^\n]{0,200}?[ \t](?:-u|--user)[ \t=]*[\"']?[\w.@-]{1,100}:(?P<user>[^\s\"'$]{3,200})"
)


def find(text: str, language: str) -> Iterator[Candidate]:
    """Return what is named as a secret and may be one; `language` tells whether values need quotes, "" is any text."""
    yield from _judge(_ASSIGNED, text)
    yield from _judge(_SET, text)
    yield from _judge(_COMPARED, text)
    yield from _judge(_TAG, text)
    yield from _judge(_PARAMETER, text)
    yield from _spoken(text)
    if language not in _QUOTING:
        yield from _judge(_BARE, text)
        yield from _judge(_FLAG, text)
        return
    for comment in _COMMENT.finditer(text):
        yield from _judge(_BARE, text, comment.start(), comment.end())


def _judge(pattern: re.Pattern[str], text: str, start: int = 0, end: int | None = None) -> Iterator[Candidate]:
    for match in pattern.finditer(text, start, len(text) if end is None else end):
        judge = judge_of(match["name"])
        if judge and judge(match["value"]) and _means_it(match):
            yield Candidate(kind_of(match["name"]), match.start("value"), match.end("value"), Severity.HIGH, 0.8)


def _spoken(text: str) -> Iterator[Candidate]:
    for match in _SPOKEN.finditer(text):
        group = next(name for name in ("value", "word", "user") if match[name])
        if is_password(match[group]):
            yield Candidate("password", match.start(group), match.end(group), Severity.HIGH, 0.8)


def _means_it(match: re.Match[str]) -> bool:
    """Whether the name is given that value: a label isn't given its own name, and what is called is asked for one."""
    name, value, operator = match["name"], match["value"], match.groupdict().get("operator")
    if _letters(value) in _letters(name):
        return False
    if operator == ",":
        return bool(match["closed"]) and any(character.isdigit() for character in value) and is_key(value)
    return operator != "(" or is_key(value)


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())
