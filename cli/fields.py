"""Takes the fields of a parsed JSON object or CSV row, each checked for its type and named when it is wrong."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from google.type.date_pb2 import Date

INT32_LIMIT = 2**31


class BadField(Exception):
    """A field can't be used; `field` is empty when the whole is wrong."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"{field}: {what}" if field else what)
        self.field = field
        self.what = what


def parse_object(text: str) -> "Fields":
    """The fields of a JSON object. Raises BadField."""
    return as_object(parse_json(text))


def parse_json(text: str) -> Any:
    """A JSON value as RFC 8259 has it, so without NaN and infinities. Raises BadField."""
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        raise BadField("", f"broken JSON at column {error.colno}: {error.msg}") from None
    except ValueError as error:
        raise BadField("", f"broken JSON: {error}") from None
    except RecursionError:
        raise BadField("", "broken JSON: nested too deeply") from None


def as_object(value: object) -> "Fields":
    """The fields of a parsed value. Raises BadField when it is no object."""
    if not isinstance(value, dict):
        raise BadField("", f"must be a JSON object, not {_kind(value)}")
    return Fields(value)


class Fields:
    """The fields of one object. A field that is absent or null is not given; every method raises BadField.

    Several names for a field mean the same thing; the first that is given counts.
    """

    def __init__(self, values: Mapping[str, object], prefix: str = "") -> None:
        self._values = values
        self._prefix = prefix

    def given(self, *names: str) -> bool:
        """Whether any of these fields is given."""
        return any(self._values.get(name) is not None for name in names)

    def text(self, *names: str) -> str:
        """A text, empty when not given."""
        name, value = self._find(names)
        return "" if value is None else self._text(name, value)

    def required_text(self, *names: str) -> str:
        """A text that must be given and not be empty."""
        return self.text(*names) or self._fail(names[0], "is missing")

    def integer(self, name: str) -> int | None:
        """A whole number of 32 bits, None when not given."""
        value = self._values.get(name)
        return None if value is None else self._integer(name, value)

    def decimal(self, name: str) -> Decimal | None:
        """A number, which may stand as text as in CSV; None when not given or empty."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            self._fail(name, f"must be a number, not {_kind(value)}")
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            self._fail(name, "must be a number")
        return number if number.is_finite() else self._fail(name, "must be a finite number")

    def plain_texts(self, *, but: Collection[str]) -> dict[str, str]:
        """Every given field but those named, as text: what it is, or a number, true or false as JSON writes it."""
        names = [name for name in self._values if name not in but and self._values[name] not in (None, "")]
        return {self._text(name, name): self._plain_text(name, self._values[name]) for name in names}

    def texts(self, name: str) -> list[str]:
        """A list of texts, empty when not given."""
        return [self._text(f"{name}[{index}]", item) for index, item in enumerate(self._list(name))]

    def integers(self, name: str) -> list[int]:
        """A list of whole numbers of 32 bits, empty when not given."""
        return [self._integer(f"{name}[{index}]", item) for index, item in enumerate(self._list(name))]

    def numbers(self, name: str) -> list[float]:
        """A list of numbers that must be given."""
        items = self._list(name)
        if not items:
            self._fail(name, "is missing")
        for index, item in enumerate(items):
            if isinstance(item, bool) or not isinstance(item, int | float):
                self._fail(f"{name}[{index}]", f"must be a number, not {_kind(item)}")
        try:
            return [float(item) for item in items]
        except OverflowError:
            self._fail(name, "holds a number that is too large")

    def date(self, name: str) -> Date | None:
        """A day as `1999/01/09` or `1999-01-09`, None when not given or empty."""
        text = self.text(name)
        if not text:
            return None
        try:
            day = date.fromisoformat(text.replace("/", "-"))
        except ValueError:
            self._fail(name, "must be a date such as 1999-01-09")
        return Date(year=day.year, month=day.month, day=day.day)

    def group(self, name: str) -> "Fields":
        """The fields of an object inside, none when not given."""
        value = self._values.get(name)
        if value is None:
            return Fields({}, f"{self._prefix}{name}.")
        if not isinstance(value, dict):
            self._fail(name, f"must be an object, not {_kind(value)}")
        return Fields(value, f"{self._prefix}{name}.")

    def _find(self, names: tuple[str, ...]) -> tuple[str, object]:
        for name in names:
            value = self._values.get(name)
            if value is not None:
                return name, value
        return names[0], None

    def _text(self, name: str, value: object) -> str:
        if not isinstance(value, str):
            self._fail(name, f"must be text, not {_kind(value)}")
        try:
            value.encode()
        except UnicodeEncodeError:  # Bytes that aren't UTF-8 were read as lone surrogates; JSON may also spell one out.
            self._fail(name, "must be valid UTF-8")
        return value

    def _plain_text(self, name: str, value: object) -> str:
        return json.dumps(value) if isinstance(value, bool | int | float) else self._text(name, value)

    def _integer(self, name: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            self._fail(name, f"must be a whole number, not {_kind(value)}")
        if not -INT32_LIMIT <= value < INT32_LIMIT:
            self._fail(name, "must fit in 32 bits")
        return value

    def _list(self, name: str) -> list[Any]:
        value = self._values.get(name)
        if value is None:
            return []
        return value if isinstance(value, list) else self._fail(name, f"must be a list, not {_kind(value)}")

    def _fail(self, name: str, what: str) -> NoReturn:
        raise BadField(f"{self._prefix}{name}", what)


def _kind(value: object) -> str:
    """What JSON calls the type of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


decoder = json.JSONDecoder(parse_constant=_refuse_constant)
