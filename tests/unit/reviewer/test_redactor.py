"""The redactor: no secret passes it, however it is written, and what does pass keeps its lines and its columns."""

import base64
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reviewer.finding import Category, Finding, Place, Severity
from services.reviewer.secrets.redactor import Redactor
from tests.invented_secrets import in_code, invented_secrets

SECRETS = invented_secrets()
KINDS = sorted(SECRETS)


def percent(secret: str) -> str:
    return "".join(f"%{byte:02X}" for byte in secret.encode())


def partly_percent(secret: str) -> str:
    return "".join(percent(letter) if number % 3 == 0 else letter for number, letter in enumerate(secret))


def base64_amid(secret: str) -> str:
    return base64.b64encode(f"user:{secret}:x".encode()).decode()


def split(secret: str) -> str:
    middle = len(secret) // 2
    return f'{secret[:middle]}" +\n        "{secret[middle:]}'


ENCODINGS: list[Callable[[str], str]] = [
    str,
    percent,
    partly_percent,
    lambda secret: quote(secret, safe=""),
    lambda secret: base64.b64encode(secret.encode()).decode(),
    lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
    base64_amid,
    lambda secret: secret.encode().hex(),
    lambda secret: "".join(f"\\x{byte:02x}" for byte in secret.encode()),
    lambda secret: "".join(f"\\u{ord(letter):04x}" for letter in secret),
    lambda secret: "".join(f"&#{ord(letter)};" for letter in secret),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_of_every_kind_leaves_as_its_typed_mark(kind: str) -> None:
    code = in_code(kind, SECRETS[kind])

    left = Redactor().redact(code, "python").text

    assert f"<{kind}-1>" in left
    assert not any(line in left for line in SECRETS[kind].split("\n"))
    assert left.count("\n") == code.count("\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_known_secret_leaves_as_the_same_mark_wherever_and_however_it_is_written(kind: str) -> None:
    redactor = Redactor()
    redactor.learn(in_code(kind, SECRETS[kind]), "python")
    code = "\n".join(f'before = "{encode(SECRETS[kind])}"\nafter = 1' for encode in ENCODINGS)

    left = redactor.redact(code, "python").text

    assert re.sub(rf"(?:<{kind}-1>\n*)+", "<>", left) == "\n".join(['before = "<>"\nafter = 1'] * len(ENCODINGS))


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"private-key"}))
def test_a_known_secret_is_marked_over_lines_and_literals(kind: str) -> None:
    redactor = Redactor()
    redactor.learn(in_code(kind, SECRETS[kind]), "python")

    left = redactor.redact(f'x = ("{split(SECRETS[kind])}")', "python").text

    assert left == f'x = ("<{kind}-1>" +\n        "<{kind}-1>")'


def test_what_is_learned_later_is_gone_from_what_stands_before() -> None:
    redactor = Redactor()
    code, error = "connect(address)", "ConnectionError: postgresql://app:correct-horse7@db/shop"
    redactor.learn(code, "python")
    redactor.learn(error)

    left = redactor.redact("dumps/correct-horse7.sql")

    assert left.text == "dumps/<url-password-1>.sql"


def test_secrets_are_numbered_by_kind_in_the_order_in_which_they_are_learned() -> None:
    redactor = Redactor()

    left = redactor.redact('password = "correct-horse7"\npassword = "battery-staple8"\nx("correct-horse7")', "python")

    assert left.text == 'password = "<password-1>"\npassword = "<password-2>"\nx("<password-1>")'


def test_the_same_texts_leave_as_the_same_texts() -> None:
    code = "\n".join(in_code(kind, secret) for kind, secret in SECRETS.items())

    assert Redactor().redact(code, "python").text == Redactor().redact(code, "python").text


def test_a_secret_that_holds_another_is_known_wholly() -> None:
    redactor = Redactor()
    redactor.learn('password = "correct-horse7"\ntoken = "9f-correct-horse7-e41"', "python")

    assert redactor.redact("x 9f-correct-horse7-e41, correct-horse7").text == "x <token-1>, <password-1>"


def test_half_a_character_is_no_trouble() -> None:
    assert Redactor().redact(r'password = "\ud83dcorrect-horse7"', "python").text == 'password = "<password-1>"'


def test_a_short_secret_is_marked_as_a_word_of_its_own_alone() -> None:
    redactor = Redactor()
    redactor.learn('password = "rooty"', "python")

    left = redactor.redact("rooty, rooty-2, rootyish")

    assert left.text == "<password-1>, <password-1>-2, rootyish"


def test_a_place_leads_back_to_the_columns_of_the_original() -> None:
    code = 'connect("app", password="correct-horse7", host="db")'
    left = Redactor().redact(code, "python")
    mark, after = left.text.index("<password-1>") + 1, left.text.index("host") + 1

    of_mark = left.place(Place(1, mark, 1, mark + len("<password-1>")))
    in_mark = left.place(Place(1, mark + 3, 1, mark + 5))
    of_host = left.place(Place(1, after, 1, after + 4))

    assert of_mark == in_mark == Place(1, 26, 1, 40)
    assert code[of_host.start_column - 1 : of_host.end_column - 1] == "host"


def test_a_place_without_columns_stays_as_it_is() -> None:
    left = Redactor().redact('password = "correct-horse7"', "python")

    assert left.place(Place(1)) == Place(1)


def test_a_finding_leaves_without_secrets_and_without_a_patch_that_tells_one() -> None:
    redactor = Redactor()
    redactor.learn('password = "correct-horse7"', "python")
    finding = Finding(
        rule="tool/rule",
        severity=Severity.LOW,
        category=Category.BUG,
        message="Is 'correct-horse7' meant?",
        patch='--- a/x\n+++ b/x\n@@ -1 +1 @@\n-password = "correct-horse7"\n+password = read()\n',
        tools=("tool",),
    )

    clean = redactor.clean(finding)

    assert (clean.message, clean.patch) == ("Is '<password-1>' meant?", "")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_told_of_a_secret_passes_unchanged(kind: str) -> None:
    redactor = Redactor()
    [secret] = redactor.learn(in_code(kind, SECRETS[kind]), "python")

    assert redactor.clean(secret.tell()) == secret.tell()


def test_neither_the_redactor_nor_a_redacted_text_tells_a_secret_of_itself() -> None:
    redactor = Redactor()
    left = redactor.redact('password = "correct-horse7"', "python")

    assert "horse" not in f"{redactor!r} {redactor} {left!r}"


@given(st.lists(st.sampled_from([*KINDS, "", "plain = 1", "# ünïcode ☆"]), max_size=8), st.data())
def test_no_secret_of_any_file_passes_and_every_character_beside_them_is_found_again(
    lines: list[str], data: st.DataObject
) -> None:
    code = "\n".join(in_code(line, SECRETS[line]) if line in SECRETS else line for line in lines)

    left = Redactor().redact(code, "python")

    assert not any(secret in left.text for secret in SECRETS.values())
    originals, texts = code.split("\n"), left.text.split("\n")
    assert len(originals) == len(texts)
    number = data.draw(st.integers(1, len(texts)))
    column = data.draw(st.integers(1, len(texts[number - 1]) + 1))
    place = left.place(Place(number, column, number, column + 1))
    assert 1 <= place.start_column <= place.end_column <= len(originals[number - 1]) + 2


@given(st.text(max_size=200))
def test_any_text_keeps_its_lines(text: str) -> None:
    assert Redactor().redact(text).text.count("\n") == text.count("\n")
