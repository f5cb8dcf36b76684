"""TLS and mutual TLS, with certificates made here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from grpc.aio import AioRpcError

from chassis.tls import channel_credentials
from tests.integration.chassis.conftest import ServeToy, Toy, ToySettings, calling, code_of

REQUEST = pb.GetCardRequest(catalog_id="base1-4")


@dataclass(frozen=True)
class Files:
    """A certificate and its key, on disk."""

    certificate: Path
    key: Path


class Authority:
    """Issues certificates for 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, folder.name)])
        self._certificate = self._sign(self._name, self._key.public_key(), authority=True)
        self.file = folder / "ca.pem"
        self.file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str) -> Files:
        """A certificate for `name`."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._sign(subject, key.public_key(), authority=False)
        files = Files(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        files.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return files

    def _sign(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, authority: bool) -> x509.Certificate:
        now = datetime.now(UTC)
        place = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(place, critical=False)
            .sign(self._key, hashes.SHA256())
        )


@pytest.fixture
def make_authority(tmp_path: Path) -> Callable[[str], Authority]:
    """Makes authorities by name."""
    return lambda name: Authority(tmp_path / name)


@pytest.fixture
def ours(make_authority: Callable[[str], Authority]) -> Authority:
    """The authority that the server's certificate is from."""
    return make_authority("ours")


@pytest.fixture
def server_files(ours: Authority) -> Files:
    """The server's certificate."""
    return ours.issue("server")


async def outcome(toy: Toy, *, ca: Path | None = None, own: Files | None = None, keys: Path) -> str:
    """How a call ends for a client that trusts `ca` and shows its own certificate."""
    settings = ToySettings(
        jwt_secret_file=keys,
        tls_ca_file=ca,
        tls_certificate_file=own.certificate if own else None,
        tls_key_file=own.key if own else None,
    )
    try:
        async with calling(toy.address, credentials=channel_credentials(settings)) as stub:
            return str((await stub.GetCard(REQUEST, timeout=5)).card.catalog_id)
    except AioRpcError as error:
        return code_of(error)


async def test_tls_is_for_those_who_trust_the_servers_authority(
    serve_toy: ServeToy,
    ours: Authority,
    server_files: Files,
    make_authority: Callable[[str], Authority],
    jwt_secret_file: Path,
) -> None:
    toy = await serve_toy(tls_certificate_file=server_files.certificate, tls_key_file=server_files.key)

    assert await outcome(toy, ca=ours.file, keys=jwt_secret_file) == "base1-4"
    assert await outcome(toy, ca=make_authority("theirs").file, keys=jwt_secret_file) == "UNAVAILABLE"
    assert await outcome(toy, keys=jwt_secret_file) == "UNAVAILABLE"
    assert next(one["tls"] for one in toy.entries if one["event"] == "listening")


async def test_mutual_tls_is_for_those_whom_the_server_trusts_as_well(
    serve_toy: ServeToy,
    ours: Authority,
    server_files: Files,
    make_authority: Callable[[str], Authority],
    jwt_secret_file: Path,
) -> None:
    toy = await serve_toy(
        tls_certificate_file=server_files.certificate, tls_key_file=server_files.key, tls_ca_file=ours.file
    )
    stranger = make_authority("theirs").issue("client")

    assert await outcome(toy, ca=ours.file, own=ours.issue("client"), keys=jwt_secret_file) == "base1-4"
    assert await outcome(toy, ca=ours.file, own=stranger, keys=jwt_secret_file) == "UNAVAILABLE"
    assert await outcome(toy, ca=ours.file, keys=jwt_secret_file) == "UNAVAILABLE"


def test_files_that_do_not_belong_together_are_refused_when_the_settings_are_read(
    ours: Authority, server_files: Files, tmp_path: Path, jwt_secret_file: Path
) -> None:
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("rubbish")
    good: dict[str, Any] = {
        "tls_certificate_file": server_files.certificate,
        "tls_key_file": server_files.key,
        "tls_ca_file": ours.file,
    }

    ToySettings(jwt_secret_file=jwt_secret_file, **good)

    for wrong in (
        {"tls_certificate_file": rubbish},
        {"tls_key_file": rubbish},
        {"tls_key_file": ours.issue("other").key},
        {"tls_ca_file": rubbish},
    ):
        with pytest.raises(ValueError, match="PEM"):
            ToySettings(jwt_secret_file=jwt_secret_file, **(good | wrong))
