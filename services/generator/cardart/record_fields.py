"""Takes the fields of one parsed record, each checked and named when it is wrong. Records come from strangers.

A value may stand as JSON has it, or as text, as in CSV; an empty text is a value that isn't given.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NoReturn

LARGEST_COUNT = 99_999  # the most at bats of a career are 14,053
LONGEST_RATE = 24  # characters; no float is written with more, and a million digits would take long to read

_COUNT = re.compile(r"[0-9]{1,5}")
_INNINGS = re.compile(r"([0-9]{1,5})(?:\.([012]))?")


class BadField(Exception):
    """A field can't be used; `field` is its path, or empty where the whole record is wrong."""

    def __init__(self, field: str, reason: str, description: str) -> None:
        super().__init__(f"{field}: {description}" if field else description)
        self.field = field
        self.reason = reason
        self.description = description


class Fields:
    """The fields of one object. A field that is absent, null or empty is not given; every method raises BadField."""

    def __init__(self, values: Mapping[str, object], prefix: str = "") -> None:
        self._values = values
        self._prefix = prefix

    def text(self, name: str, *, longest: int) -> str:
        """A text, empty when not given."""
        value = self._values.get(name)
        return "" if value is None else self._text(name, value, longest)

    def required_text(self, name: str, *, longest: int) -> str:
        """A text of which something can be seen."""
        text = self.text(name, longest=longest)
        return text if text.strip() else self.fail(name, "MISSING", "is missing")

    def texts(self, name: str, *, most: int, longest: int) -> tuple[str, ...]:
        """A list of texts, or one text with a semicolon between its parts."""
        value = self._values.get(name)
        parts = value.split(";") if isinstance(value, str) else value
        if parts is None:
            return ()
        if not isinstance(parts, list):
            self.fail(name, "WRONG_TYPE", "must be a list of texts")
        if len(parts) > most:
            self.fail(name, "TOO_MANY", f"may hold {most} at most, not {len(parts)}")
        texts = (self._text(f"{name}[{index}]", part, longest) for index, part in enumerate(parts))
        return tuple(text.strip() for text in texts if text.strip())

    def count(self, name: str) -> int | None:
        """A whole number from 0, None when not given."""
        value = self._values.get(name)
        if isinstance(value, str):
            value = value.strip()
            if _COUNT.fullmatch(value):
                return int(value)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(name, "WRONG_TYPE", "must be a whole number")
        return (
            value if 0 <= value <= LARGEST_COUNT else self.fail(name, "OUT_OF_RANGE", f"must be 0 to {LARGEST_COUNT}")
        )

    def rate(self, name: str, *, largest: int) -> Decimal | None:
        """A number from 0, None when not given."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            self.fail(name, "WRONG_TYPE", "must be a number")
        # An integer of JSON may have more digits than str() converts, so it is compared first.
        if isinstance(value, int) and not 0 <= value <= largest:
            self.fail(name, "OUT_OF_RANGE", f"must be 0 to {largest}")
        return self._rate(name, str(value).strip(), largest)

    def outs(self, name: str) -> int | None:
        """Innings as `1234.1`, where the digit after the point counts outs, as outs; None when not given."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            self.fail(name, "WRONG_TYPE", "must be innings such as 1234.1")
        if isinstance(value, int) and not 0 <= value <= LARGEST_COUNT:
            self.fail(name, "OUT_OF_RANGE", f"must be 0 to {LARGEST_COUNT}")
        match = _INNINGS.fullmatch(str(value).strip())
        if match is None:
            self.fail(name, "NOT_INNINGS", "must be innings such as 1234.1: .1 and .2 are thirds")
        return int(match[1]) * 3 + int(match[2] or 0)

    def group(self, name: str) -> "Fields | None":
        """The fields of an object inside; None when not given."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fail(name, "WRONG_TYPE", "must be an object")
        return Fields(value, f"{self._prefix}{name}.")

    def value(self, name: str) -> object:
        """What stands there, unchecked; None when not given."""
        return self._values.get(name)

    def fail(self, name: str, reason: str, description: str) -> NoReturn:
        """Raise BadField for one of these fields."""
        raise BadField(f"{self._prefix}{name}", reason, description)

    def _text(self, name: str, value: object, longest: int) -> str:
        if not isinstance(value, str):
            self.fail(name, "WRONG_TYPE", "must be text")
        if len(value) > longest:
            self.fail(name, "TOO_LONG", f"may have {longest} characters at most, not {len(value)}")
        # JSON may spell out a lone surrogate, which is no character; PostgreSQL keeps no NUL.
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            self.fail(name, "NOT_TEXT", "must be text without NUL and lone surrogates")
        return value

    def _rate(self, name: str, text: str, largest: int) -> Decimal:
        try:
            number = Decimal(text if len(text) <= LONGEST_RATE else "")
        except InvalidOperation:
            self.fail(name, "NOT_A_NUMBER", "must be a number")
        if not number.is_finite():
            self.fail(name, "NOT_FINITE", "must be finite; leave out what is undefined")
        if not 0 <= number <= largest:
            self.fail(name, "OUT_OF_RANGE", f"must be 0 to {largest}")
        return round(number, 4)
