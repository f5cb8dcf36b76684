"""Text normalisation of what a scan reads and what a card prints: names, collector numbers, totals, set names.

Folding removes what never tells two cards apart (case, accents, spacing, dashes); it never corrects a misread.
Every function takes any text, reads at most `MAX_LENGTH` characters of it and never raises.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

Spellings = tuple[str, ...]  # The foldings by which one value may be read; none: it was not read.

MAX_LENGTH = 200  # The longest text a request may carry; the longest name of the English catalogue has 47.

# Glyphs that scanners and keyboards put for the ones that cards print.
_SYMBOLS = str.maketrans("☆✩✪✭⭐*◊♢◆⋄|", "★★★★★★◇◇◇◇l")
_APOSTROPHES = re.compile("['`´‘’‚‛ʹʻʼʽˈ′＇]")
# A lone "!" or "?" names an Unown; elsewhere it is punctuation.
_TOKEN = re.compile(r"[^\W_]+|[♀♂★◇]|(?<!\w)[!?](?!\w)")
_WORDS = (
    (re.compile(r"\bprism (?:star\b|★)"), "◇"),
    (re.compile(r"\b(?:gold )?star\b"), "★"),
    (re.compile(r"\bdelta(?: species)?\b"), "δ"),
    (re.compile(r"\band\b"), ""),  # "&" is dropped as punctuation, so the word goes with it.
)
_DASH = re.compile(r"[:\u2012-\u2015]|\s-\s")  # "HS—Unleashed", "Celebrations: Classic Collection".
# What people put before a set's own name: "Scarlet & Violet 151", "EX Dragon".
_SERIES = re.compile(
    r"^(?:pokemon|ex|dp|hgss|bw|xy|sm|swsh|sv|diamond pearl|heartgold soulsilver|black white|sun moon|sword shield"
    r"|scarlet violet) (?=\S)"
)
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_SEPARATOR = re.compile(r"[/\\\u2044\u2215\u2571]|\s+of\s+", re.IGNORECASE)
_NUMERO = re.compile(r"^\s*(?:n[or]\.|№)", re.IGNORECASE)
_BARE = re.compile(r"[a-z]?[0-9]{1,3}[a-z]?")
_PREFIXED = re.compile(r"([a-z]+)([0-9]{1,9})")

_CONFUSABLES = str.maketrans("oil!sbzgδ", "011158268")


@dataclass(frozen=True, slots=True)
class NumberReading:
    """One way to read a printed collector number: `4/102` is number `4` of total `102`. "" = not read."""

    number: str
    total: str = ""
    lost_separator: bool = False


def fold_name(text: str) -> str:
    """Return the name as one lower-case word: no accents, spaces or dashes; ♀ ♂ δ ★ ◇ α β γ stay characters."""
    words = _words(text)
    for pattern, replacement in _WORDS:
        words = pattern.sub(replacement, words)
    return words.replace(" ", "")


def fold_set(text: str) -> str:
    """Return a set's name, code or id as one lower-case word, without "and" or a closing "Set".

    "Base Set" and "Base" are one set, "Base Set 2" is another.
    """
    return _set_words(text).replace(" ", "")


def fold_number(text: str) -> str:
    """Return a number or total as lower-case letters and digits, with the "!" and "?" that number two Unown."""
    return "".join(character for character in _plain(text) if character.isalnum() or character in "!?")


def name_spellings(text: str) -> Spellings:
    """Return the one folding of a name; none where nothing of it is left."""
    return _distinct((fold_name(text),))


def set_spellings(*texts: str) -> Spellings:
    """Return the foldings by which a set is printed: each text whole, and what comes after a dash in it."""
    tails = (_DASH.split(text[:MAX_LENGTH])[-1] for text in texts)
    return _distinct(fold_set(text) for text in (*texts, *tails))


def read_set(text: str) -> Spellings:
    """Return the foldings by which a reading may mean a set: those of `set_spellings`, and without its series."""
    without_series = _SERIES.sub("", _set_words(text))
    return _distinct((*set_spellings(text), fold_set(without_series)))


def number_spellings(*texts: str) -> Spellings:
    """Return each number as printed and without leading zeros: a misread digit of `008` is one misread of either."""
    folded = [fold_number(text) for text in texts]
    return _distinct((*folded, *(_LEADING_ZEROS.sub("", number) for number in folded)))


def number_prefix(text: str) -> tuple[str, str]:
    """Return the letters that name a subset and the digits after them (`tg` and `01` of `TG01`), "" without."""
    match = _PREFIXED.match(fold_number(text))
    return (match[1], match[2]) if match else ("", "")


def is_bare_number(text: str) -> bool:
    """Whether a number says nothing about its set: three digits at most, and no letters of a subset or promo."""
    return _BARE.fullmatch(fold_number(text)) is not None


def confuse(folded: str) -> str:
    """Return `folded` with the characters that scanners take for one another made equal."""
    return folded.replace("rn", "m").replace("vv", "w").translate(_CONFUSABLES)


def read_number(text: str, totals: Collection[str]) -> tuple[NumberReading, ...]:
    """Return the ways to read a collector number; none where there is nothing to read.

    A separator may itself be lost (`4102`) or misread (`4x102`): where none is seen, every tail among `totals`
    (the folded totals that cards print) gives one more reading.
    """
    number, *rest = _SEPARATOR.split(_NUMERO.sub("", text[:MAX_LENGTH]), maxsplit=1)
    if rest:
        reading = NumberReading(number.strip(), rest[0].strip())
        return (reading,) if fold_number(reading.number) or fold_number(reading.total) else ()
    whole = fold_number(number)
    return (NumberReading(number.strip()), *_split(whole, totals)) if whole else ()


def _split(whole: str, totals: Collection[str]) -> tuple[NumberReading, ...]:
    longest = max(map(len, totals), default=0)
    return tuple(
        NumberReading(whole[:head], whole[-size:], lost_separator=True)
        for size in range(2, min(longest, len(whole) - 1) + 1)
        if whole[-size:] in totals
        for head in (len(whole) - size, len(whole) - size - 1)
        if head > 0
    )


def _set_words(text: str) -> str:
    words = [word for word in _words(text).split() if word != "and"]
    return " ".join(words[:-1] if words[1:] and words[-1] == "set" else words)


def _words(text: str) -> str:
    return " ".join(_TOKEN.findall(_APOSTROPHES.sub("", _plain(text))))


def _plain(text: str) -> str:
    """Lower case, compatibility forms and accents removed (Unicode's NFKD), look-alike symbols unified."""
    decomposed = unicodedata.normalize("NFKD", text[:MAX_LENGTH].translate(_SYMBOLS).casefold())
    plain = "".join(character for character in decomposed if unicodedata.category(character) != "Mn")
    return plain.casefold()[:MAX_LENGTH]


def _distinct(spellings: Iterable[str]) -> Spellings:
    return tuple(dict.fromkeys(spelling for spelling in spellings if spelling))
