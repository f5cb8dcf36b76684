"""The scan: a secret of every kind is found, wholly, and what only looks like one isn't."""

import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reviewer.finding import Category, Place
from services.reviewer.secrets import plugins
from services.reviewer.secrets.scan import scan
from services.reviewer.secrets.shapes import SHAPES
from tests.invented_secrets import in_code, invented_secrets, letters

KINDS = sorted(invented_secrets())


def told(text: str, language: str = "python") -> list[str]:
    return [secret.kind for secret in scan(text, language)]


def test_a_secret_is_invented_of_every_kind_that_the_scan_knows() -> None:
    by_name = {"key", "password", "random-string", "secret", "token"}

    assert {*(rule.kind for rule in SHAPES), *plugins.KINDS.values(), *by_name} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_of_every_kind_is_found_wholly(kind: str) -> None:
    value = invented_secrets()[kind]
    code = in_code(kind, value)

    [secret] = scan(f"import os\n\n{code}\n", "python")

    assert (secret.kind, secret.value, secret.place.start_line) == (kind, value, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_about_a_secret_tells_it(kind: str) -> None:
    value = invented_secrets()[kind]
    [secret] = scan(in_code(kind, value), "python")

    finding = secret.tell()

    assert value not in f"{secret!r} {secret} {finding!r}"
    assert (finding.rule, finding.category, finding.place) == (f"secret/{kind}", Category.SECRET, secret.place)


def test_a_place_has_the_columns_of_the_secret_alone() -> None:
    [secret] = scan('\n  password = "correct-horse7"\n', "python")

    assert secret.place == Place(2, 15, 2, 29)


def test_a_private_key_has_all_its_lines() -> None:
    key = invented_secrets()["private-key"]

    [secret] = scan(f'KEY = """\n{key}\n"""', "python")

    assert (secret.place.start_line, secret.place.end_line, len(secret.spans)) == (2, 10, 9)


@pytest.mark.parametrize(
    "code",
    [
        'password = os.environ["DB_PASSWORD"]',
        'password = os.getenv("DB_PASSWORD", "")',
        'password = ""',
        'password: str = "<your password>"',
        'API_KEY = "your-api-key-here"',
        'token = "xxxxxxxxxxxxxxxx"',
        'token = "${GITHUB_TOKEN}"',
        'secret = "{{ vault_secret }}"',
        'password_field = "input[name=login7]"',
        'TOKEN_URL = "https://example.com/oauth2/token"',
        'token_type = "bearer"',
        'PASSWORD_RESET_PATH = "/reset/v2/password"',
        'label = "Password: enter 8 characters or more"',
        'password = "Please enter your password."',
        'cache_key = "user:42:profile:v7"',
        'primary_key = "order_id_2024"',
        'secret_name = "prod/db/credentials1"',
        "password = get_password(user1)",
        "def connect(password: str = DEFAULT1) -> None: ...",
        'url = "postgresql://app:${PASSWORD}@db/shop"',
        'url = "https://example.com:8080/a@b"',
        'url = f"redis://:{password}@cache:6379"',
        f'sha256 = "{letters("digest", 64, "0123456789abcdef")}"',
        f'integrity = "sha512-{letters("integrity", 86)}=="',
        'commit = "3f786850e387550fdab836ed7e6dc881de23001b"',
        'request_id = "6f1c2f6e-4f4e-4a7d-9f7a-3c1b0a9d8e7f"',
        'ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"',
        'module = "services/reviewer/secrets/plausibility_of_things"',
        'path = "com.example.shop.orders.internal.OrderRepositoryFactory"',
        'if line.startswith("-----BEGIN RSA PRIVATE KEY-----"): pass',
        'headers = {"Authorization": f"Bearer {token}"}',
        'token = "access_token"',
        r'TOKEN = re.compile(r"[A-Za-z0-9]{20,40}")',
    ],
)
def test_what_only_looks_like_a_secret_is_none(code: str) -> None:
    assert told(code) == []


@pytest.mark.parametrize(
    ("language", "code", "kind"),
    [
        ("shell", "export DB_PASSWORD=correct-horse7", "password"),
        ("shell", "mysql --password=correct-horse7 -e 'select 1'", "password"),
        ("shell", "curl -u deploy:correct-horse7 https://example.com", "password"),
        ("yaml", "db:\n  password: correct-horse7\n", "password"),
        ("ini", "secret_key = a8f5f167f44f4964e6c998dee827110c", "key"),
        ("dotenv", "API_TOKEN=a8f5f167f44f4964", "token"),
        ("dockerfile", "ENV ADMIN_PASSWORD=correct-horse7", "password"),
        ("json", '{"clientSecret": "a8f5f167f44f4964"}', "secret"),
        ("xml", "<password>correct-horse7</password>", "password"),
        ("sql", "CREATE USER app WITH PASSWORD 'correct-horse7';", "password"),
        ("javascript", "const config = { password: 'correct-horse7' };", "password"),
        ("javascript", "client.setPassword(`correct-horse7`)", "password"),
        ("go", 'dbPassword := "correct-horse7"', "password"),
        ("go", 'const apiKey string = "a8f5f167f44f4964"', "key"),
        ("rust", 'const API_TOKEN: &str = "a8f5f167f44f4964";', "token"),
        ("java", 'private static final String DB_PASSWORD = "correct-horse7";', "password"),
        ("java", 'properties.put("api_token", "a8f5f167f44f4964");', "token"),
        ("php", "define('DB_PASSWORD', 'correct-horse7');", "password"),
        ("python", 'if password == "correct-horse7":', "password"),
        ("python", 'connect(host="db", password="correct-horse7")', "password"),
        ("python", 'dsn = "host=db user=app password=correct-horse7"', "password"),
        ("python", "# login with password=correct-horse7", "password"),
        ("python", 'os.environ.get("API_TOKEN", "a8f5f167f44f4964")', "token"),
        ("", "FATAL: no such user (password=correct-horse7)", "password"),
    ],
)
def test_a_name_tells_a_secret_in_any_language(language: str, code: str, kind: str) -> None:
    [secret] = scan(code, language)

    assert secret.kind == kind
    assert secret.value in {"correct-horse7", "a8f5f167f44f4964", "a8f5f167f44f4964e6c998dee827110c"}


@pytest.mark.parametrize(
    "template",
    [
        'x = "{0}" + "{1}"',
        'x = ("{0}"\n     "{1}")',
        "x = '{0}' +\n    '{1}';",
        'x = "{0}\\\n{1}"',
        'x = "{0}" . "{1}"',
    ],
)
def test_a_secret_is_found_over_literals_and_lines(template: str) -> None:
    token = invented_secrets()["github-token"]

    [secret] = scan(template.format(token[:11], token[11:]), "python")

    assert (secret.kind, secret.value, len(secret.spans)) == ("github-token", token, 2)


def test_nothing_is_asked_over_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)

    found = told("\n".join(in_code(kind, secret) for kind, secret in invented_secrets().items()))

    assert set(found) == set(KINDS)


@pytest.mark.parametrize(
    "unit", ["//", "://", "\\", "sig=", "password:", '"a" + ', "-----BEGIN RSA PRIVATE KEY-----\n"]
)
def test_a_text_made_to_hold_the_scan_up_does_not(unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    began = time.process_time()

    scan(text)

    # A tenth of a second or so; several seconds where time grows by the square.
    assert time.process_time() - began < 1.5


@given(st.text(max_size=300))
def test_any_text_can_be_scanned(text: str) -> None:
    lines = text.split("\n")

    for secret in scan(text):
        assert 1 <= secret.place.start_line <= secret.place.end_line <= len(lines)
        assert all("\n" not in text[span.start : span.end] for span in secret.spans)
