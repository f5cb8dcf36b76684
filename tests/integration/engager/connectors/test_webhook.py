"""Webhooks over a real socket, with every way in which they fail."""

import asyncio
import gc
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jobs.job import ErrorClass
from services.engager.connectors.addresses import Addresses, Network
from services.engager.connectors.client import MOST_BYTES, Client
from services.engager.connectors.connector import Action, Failure, Happened, NotHappened, Uncertain
from services.engager.connectors.secrets_folder import SecretsFolder
from services.engager.connectors.webhook import Webhook
from services.engager.words import Kind
from tests.integration.engager.receiver import (
    LOOPBACK,
    SECRET,
    SECRET_NAME,
    STATUS,
    Behaviour,
    open_receiver,
    refusing,
)

ACTION = Action(
    key="0198c0de-0000-7000-8000-000000000001",
    kind=Kind.COMMENT,
    post="https://posts.example/1",
    comment="Schön!",
    account="0198c0de-0000-7000-8000-00000000000a",
    pod="0198c0de-0000-7000-8000-00000000000b",
    due_time=datetime(2030, 1, 1, 12, 0, tzinfo=UTC),
)
HERE = (ip_network("127.0.0.0/8"),)
Opened = Callable[..., Webhook]


@pytest.fixture
def secrets(tmp_path: Path) -> SecretsFolder:
    """The receiver's secret, as the settings know it."""
    (tmp_path / SECRET_NAME).write_bytes(SECRET + b"\n")
    return SecretsFolder(tmp_path)


@asynccontextmanager
async def calling(
    secrets: SecretsFolder,
    *,
    seconds: float = 10.0,
    allowed: Sequence[Network] = HERE,
    certificates: ssl.SSLContext | None = None,
) -> AsyncIterator[Opened]:
    """Opens webhooks of one process by their addresses."""
    addresses = Addresses(allow_http=True, allowed=allowed)
    client = Client(addresses, seconds=seconds, certificates=certificates)
    yield lambda url, status_url="", secret=SECRET_NAME: Webhook(url, secret, status_url, client, secrets)
    await client.close()


async def test_a_call_tells_what_is_to_be_done_and_is_signed(secrets: SecretsFolder) -> None:
    async with open_receiver() as receiver, calling(secrets) as webhook:
        end = await webhook(receiver.url("/hook")).call(ACTION)

    assert isinstance(end, Happened)
    assert (end.answer.status, end.answer.external_id, end.answer.excerpt) == (200, "act-1", '{"id": "act-1"}')
    assert end.answer.latency_seconds > 0
    assert receiver.forged == []
    assert receiver.calls[0].headers["idempotency-key"] == ACTION.key
    assert receiver.calls[0].headers["host"] == f"{LOOPBACK}:{receiver.port}"
    assert receiver.calls[0].json() == {
        "key": ACTION.key,
        "kind": "COMMENT",
        "post": "https://posts.example/1",
        "comment": "Schön!",
        "account": ACTION.account,
        "pod": ACTION.pod,
        "due_time": "2030-01-01T12:00:00Z",
    }


async def test_attempts_carry_the_same_key_and_the_same_body(secrets: SecretsFolder) -> None:
    async with open_receiver() as receiver, calling(secrets) as webhook:
        hook = webhook(receiver.url("/hook", Behaviour.FAULT))
        first, second = await hook.call(ACTION), await hook.call(ACTION)

    assert isinstance(first, Failure)
    assert isinstance(second, Happened)
    assert {(call.key, call.body) for call in receiver.calls} == {(ACTION.key, receiver.calls[0].body)}


async def test_calls_one_after_the_other_use_one_connection(secrets: SecretsFolder) -> None:
    async with open_receiver() as receiver, calling(secrets) as webhook:
        for path in ("/a", "/b", "/a"):
            await webhook(receiver.url(path)).call(ACTION)

        assert receiver.connections == 1


@pytest.mark.parametrize(
    ("behaviour", "error_class", "after"),
    [
        (Behaviour.UNAUTHORIZED, ErrorClass.AUTH, None),
        (Behaviour.PAYMENT, ErrorClass.QUOTA, None),
        (Behaviour.FORBIDDEN, ErrorClass.AUTH, None),
        (Behaviour.MISSING, ErrorClass.NOT_FOUND, None),
        (Behaviour.GONE, ErrorClass.NOT_FOUND, None),
        (Behaviour.UNPROCESSABLE, ErrorClass.INVALID, None),
        (Behaviour.BUSY, ErrorClass.RATE_LIMITED, 1.0),
        (Behaviour.BUSY_UNTIL, ErrorClass.RATE_LIMITED, 1.0),
        (Behaviour.FAULT, ErrorClass.NETWORK, None),
        (Behaviour.AWAY, ErrorClass.NETWORK, None),
        (Behaviour.FAULT_WITHOUT_END, ErrorClass.NETWORK, None),
        (Behaviour.REDIRECT, ErrorClass.INVALID, None),
    ],
)
async def test_a_refusal_is_a_failure_by_its_status(
    secrets: SecretsFolder, behaviour: Behaviour, error_class: ErrorClass, after: float | None
) -> None:
    async with open_receiver() as receiver, calling(secrets) as webhook:
        end = await webhook(receiver.url("/hook", behaviour), receiver.status_url).call(ACTION)

    assert isinstance(end, Failure)
    assert (end.error_class, end.after_seconds) == (error_class, after)
    assert end.message == f"The connector answered with status {end.answer.status}."
    assert len(end.answer.excerpt) <= 500


@pytest.mark.parametrize(
    ("behaviour", "error_class", "happened"),
    [
        (Behaviour.CUT_BEFORE, ErrorClass.NETWORK, False),
        (Behaviour.CUT_AFTER, ErrorClass.NETWORK, True),
        (Behaviour.RESET, ErrorClass.NETWORK, False),
        (Behaviour.HALF, ErrorClass.NETWORK, True),
        (Behaviour.GARBAGE, ErrorClass.NETWORK, False),
        (Behaviour.ENDLESS, ErrorClass.UNKNOWN, True),
        (Behaviour.HANG, ErrorClass.TIMEOUT, False),
        (Behaviour.HANG_AFTER, ErrorClass.TIMEOUT, True),
        (Behaviour.DRIP, ErrorClass.TIMEOUT, True),
    ],
)
async def test_a_lost_answer_is_uncertain_and_settled_by_asking_for_the_key(
    secrets: SecretsFolder, behaviour: Behaviour, error_class: ErrorClass, happened: bool
) -> None:
    seconds = 1.0 if error_class is ErrorClass.TIMEOUT else 10.0
    async with open_receiver() as receiver, calling(secrets, seconds=seconds) as webhook, calling(secrets) as asking:
        url, status_url = receiver.url("/hook", behaviour), receiver.status_url
        lost = await webhook(url, status_url).call(ACTION)
        settled = await asking(url, status_url).look_up(ACTION.key)

    assert isinstance(lost, Uncertain)
    assert (lost.error_class, lost.ask_again) == (error_class, True)
    assert receiver.forged == []
    if happened:
        assert isinstance(settled, Happened)
        assert settled.answer.external_id == "act-1"
    else:
        assert settled == NotHappened()


async def test_a_webhook_that_cannot_tell_leaves_it_uncertain(secrets: SecretsFolder) -> None:
    async with open_receiver() as receiver, calling(secrets) as webhook:
        hook = webhook(receiver.url("/hook", Behaviour.CUT_AFTER))
        lost, settled = await hook.call(ACTION), await hook.look_up(ACTION.key)

    assert isinstance(lost, Uncertain)
    assert isinstance(settled, Uncertain)
    assert not lost.ask_again
    assert not settled.ask_again


@pytest.mark.parametrize(
    ("behaviour", "error_class", "again"),
    [
        (Behaviour.FAULT, ErrorClass.NETWORK, True),
        (Behaviour.BUSY, ErrorClass.RATE_LIMITED, True),
        (Behaviour.CUT_BEFORE, ErrorClass.NETWORK, True),
        (Behaviour.FORBIDDEN, ErrorClass.AUTH, False),
        (Behaviour.UNPROCESSABLE, ErrorClass.INVALID, False),
    ],
)
async def test_a_question_that_fails_is_asked_again_where_that_may_help(
    secrets: SecretsFolder, behaviour: Behaviour, error_class: ErrorClass, again: bool
) -> None:
    async with open_receiver() as receiver, calling(secrets) as webhook:
        settled = await webhook(receiver.url("/hook"), receiver.url(STATUS, behaviour)).look_up(ACTION.key)

    assert isinstance(settled, Uncertain)
    assert (settled.error_class, settled.ask_again) == (error_class, again)


async def test_a_refused_connection_is_a_plain_failure(secrets: SecretsFolder) -> None:
    async with refusing() as url, calling(secrets) as webhook:
        end = await webhook(url, "http://127.0.0.1/status").call(ACTION)

    assert isinstance(end, Failure)
    assert (end.error_class, end.answer.status) == (ErrorClass.NETWORK, 0)


async def test_a_name_that_nobody_knows_is_a_plain_failure(secrets: SecretsFolder) -> None:
    async with calling(secrets) as webhook:
        end = await webhook(f"http://{'x' * 64}.invalid/hook").call(ACTION)

    assert isinstance(end, Failure)
    assert end.error_class is ErrorClass.NETWORK


async def test_an_address_that_may_not_be_called_is_not_called(secrets: SecretsFolder) -> None:
    async with open_receiver() as receiver, calling(secrets, allowed=()) as webhook:
        end = await webhook(receiver.url("/hook")).call(ACTION)

    assert isinstance(end, Failure)
    assert end.error_class is ErrorClass.INVALID
    assert receiver.connections == 0


async def test_a_secret_that_is_gone_holds_the_account_and_sends_nothing(secrets: SecretsFolder) -> None:
    async with open_receiver() as receiver, calling(secrets) as webhook:
        end = await webhook(receiver.url("/hook"), secret="other").call(ACTION)

    assert isinstance(end, Failure)
    assert end.error_class is ErrorClass.AUTH
    assert receiver.connections == 0


async def test_cancelling_a_call_closes_its_connection(secrets: SecretsFolder) -> None:
    async with open_receiver() as receiver, calling(secrets) as webhook:
        call = asyncio.create_task(webhook(receiver.url("/hook", Behaviour.HANG)).call(ACTION))
        await receiver.until(lambda receiver: len(receiver.calls) == 1)

        call.cancel()

        with pytest.raises(asyncio.CancelledError):
            await call
        await receiver.until(lambda receiver: receiver.left == 1)


async def test_a_call_that_takes_too_long_closes_its_connection(secrets: SecretsFolder) -> None:
    async with open_receiver() as receiver, calling(secrets, seconds=1.0) as webhook:
        await webhook(receiver.url("/hook", Behaviour.HANG)).call(ACTION)

        await receiver.until(lambda receiver: receiver.left == 1)


async def test_an_answer_without_end_is_left_at_the_bound(secrets: SecretsFolder) -> None:
    async with open_receiver() as receiver, calling(secrets) as webhook:
        end = await webhook(receiver.url("/hook", Behaviour.ENDLESS)).call(ACTION)

        await receiver.until(lambda receiver: receiver.left == 1)

    assert isinstance(end, Uncertain)
    assert (end.answer.status, end.message) == (200, f"The connector answered with more than {MOST_BYTES} bytes.")


async def test_a_name_leads_where_it_was_checked_to_lead(
    secrets: SecretsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = answer_names(monkeypatch, [["127.0.0.1"], ["169.254.169.254"]])
    async with open_receiver(host="rebinding.example") as receiver, calling(secrets) as webhook:
        first = await webhook(receiver.url("/hook", Behaviour.CUT_AFTER)).call(ACTION)
        second = await webhook(receiver.url("/hook")).call(ACTION)

    assert isinstance(first, Uncertain)
    assert isinstance(second, Failure)
    assert second.error_class is ErrorClass.INVALID
    assert looked_up == ["rebinding.example", "rebinding.example"]
    assert len(receiver.calls) == 1


async def test_a_name_with_one_wrong_address_is_not_called(
    secrets: SecretsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_names(monkeypatch, [["127.0.0.1", "10.0.0.1"]])
    async with open_receiver(host="mixed.example") as receiver, calling(secrets) as webhook:
        end = await webhook(receiver.url("/hook")).call(ACTION)

    assert isinstance(end, Failure)
    assert receiver.connections == 0


async def test_the_next_address_of_a_name_is_tried_where_one_refuses(
    secrets: SecretsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_names(monkeypatch, [["127.0.0.9", "127.0.0.1"]])
    async with open_receiver(host="two.example") as receiver, calling(secrets) as webhook:
        end = await webhook(receiver.url("/hook")).call(ACTION)

    assert isinstance(end, Happened)


async def test_tls_is_of_the_name_and_not_of_the_address(
    secrets: SecretsFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer_names(monkeypatch, [["127.0.0.1"]] * 2)
    server, certificates = certified("hooks.example", tmp_path)
    async with open_receiver(server) as receiver, calling(secrets, certificates=certificates) as webhook:
        right = await webhook(f"https://hooks.example:{receiver.port}/hook").call(ACTION)
        wrong = await webhook(f"https://others.example:{receiver.port}/hook").call(ACTION)

    assert isinstance(right, Happened)
    assert isinstance(wrong, Failure)
    assert wrong.error_class is ErrorClass.NETWORK
    assert receiver.calls[0].headers["host"] == f"hooks.example:{receiver.port}"
    assert len(receiver.calls) == 1


async def test_giving_up_in_the_midst_of_tls_leaves_no_connection_behind(secrets: SecretsFolder) -> None:
    left = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            pass
        left.set()
        writer.close()

    server = await asyncio.start_server(say_nothing, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    async with server, calling(secrets, seconds=1.0) as webhook:
        end = await webhook(f"https://{LOOPBACK}:{port}/hook", f"https://{LOOPBACK}:{port}/status").call(ACTION)

        assert isinstance(end, Failure)
        assert end.error_class is ErrorClass.TIMEOUT
        await asyncio.wait_for(left.wait(), 10)
    gc.collect()


ODD = [
    b"",
    b"\x00" * 1_000,
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\nanything",
    b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
    b"HTTP/1.1 204 None\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b",
    b"HTTP/1.1 429 No\r\nRetry-After: Tue, 01 Jan 99999999999999999999 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 429 No\r\nRetry-After: " + b"9" * 400 + b"\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"\xff" * 100 + b"\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.0 200 OK\r\n\r\n" + b"[" * 60_000,
    b'HTTP/1.0 200 OK\r\n\r\n{"id": ' + b"9" * 5_000 + b"}",
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
async def test_whatever_is_answered_ends_as_one_of_the_three(secrets: SecretsFolder, odd: bytes) -> None:
    async with answering(odd) as url, calling(secrets, seconds=5) as webhook:
        hook = webhook(f"{url}/hook", f"{url}/status")
        called, settled = await hook.call(ACTION), await hook.look_up(ACTION.key)

    assert isinstance(called, Happened | Failure | Uncertain)
    assert isinstance(settled, NotHappened | Uncertain)


async def test_a_connection_that_the_webhook_has_closed_is_not_used_again(secrets: SecretsFolder) -> None:
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as url, calling(secrets) as webhook:
        ends = [await webhook(f"{url}/hook").call(ACTION) for _ in range(3)]

    assert all(isinstance(end, Happened) for end in ends)


async def test_a_proxy_of_the_environment_is_not_asked(secrets: SecretsFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_receiver() as receiver, refusing() as proxy, calling(secrets) as webhook:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
        end = await webhook(receiver.url("/hook")).call(ACTION)

    assert isinstance(end, Happened)


@asynccontextmanager
async def answering(data: bytes) -> AsyncIterator[str]:
    """Answers each connection's first request by these bytes, and closes it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, LOOPBACK, 0)
    async with server:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"


def answer_names(monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]) -> list[str]:
    """Names stand for these addresses, one answer after the other. Returns what is looked up."""
    looked_up = list[str]()

    def look_up(host: bytes, *_: object, **__: object) -> list[tuple[object, ...]]:
        looked_up.append(host.decode())
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in answers.pop(0)]

    monkeypatch.setattr("services.engager.connectors.addresses.socket.getaddrinfo", look_up)
    return looked_up


def certified(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS of a server of that name, and of a client that believes it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    both = folder / "both.pem"
    both.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(both)
    return server, ssl.create_default_context(cadata=certificate.public_bytes(pem).decode())
