"""`python -m gateway serve` as an operator meets it."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any

import grpc
import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from chassis.auth import Role, sign_token
from tests.integration.gateway.rig import SECRET, SERVICE, Child, StandIn, child_process, within

METHOD = f"/{SERVICE}/GetCard"


class GatewayProcess:
    """The process and its log."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.lines: list[dict[str, Any]] = []

    async def logged(self, event: str) -> dict[str, Any]:
        """The next log line with this text."""
        while line := await self.child.line():
            self.lines.append(json.loads(line))
            if self.lines[-1]["event"] == event:
                return self.lines[-1]
        raise AssertionError(self.lines)

    async def ports(self) -> tuple[str, str]:
        """The addresses of the two ports."""
        return (await self.logged("listening"))["address"], (await self.logged("listening for HTTP"))["address"]


@contextlib.asynccontextmanager
async def gateway_process(
    secret_file: Path, resolver_port: int, *, environment: Mapping[str, str] = MappingProxyType({}), **settings: Any
) -> AsyncIterator[GatewayProcess]:
    """The gateway in a process of its own; `settings` by their names, such as `http_port`."""
    others = {f"{service}_address": "" for service in ("generator", "reviewer", "engager")}
    addresses = {"resolver_address": f"127.0.0.1:{resolver_port}", **others}
    told = {"port": 0, "http_port": 0, "metrics_port": 0, **addresses} | settings
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
    own = {f"ATELIER_GATEWAY_{name.upper()}": str(value) for name, value in told.items()}
    whole = inherited | own | {"ATELIER_JWT_SECRET_FILE": str(secret_file), **environment}
    async with child_process("-m", "gateway", "serve", environment=whole, read="stderr") as child:
        yield GatewayProcess(child)


async def call(address: str, data: bytes) -> Any:
    """A call by gRPC, with a token."""
    async with grpc.aio.insecure_channel(address) as channel:
        method: Any = channel.unary_unary(METHOD)
        return await method(data, metadata=(("authorization", f"Bearer {token()}"),))


async def post(address: str, data: bytes) -> httpx.Response:
    """The same by HTTP."""
    headers = {"authorization": f"Bearer {token()}", "content-type": "application/proto"}
    async with httpx.AsyncClient(timeout=20) as http:
        return await http.post(f"http://{address}{METHOD}", content=data, headers=headers)


def token() -> str:
    return sign_token(SECRET, subject="ash", role=Role.USER, lifetime=timedelta(hours=1))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def test_calls_under_way_end_well_on_both_ports_after_sigterm(secret_file: Path, stand_in: StandIn) -> None:
    arrived, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def wait(request: bytes, context: Any) -> bytes:
        arrived.release()
        await go_on.wait()
        return request

    stand_in.unary(METHOD, wait)
    async with gateway_process(secret_file, stand_in.port) as running:
        grpc_address, http_address = await running.ports()
        by_grpc = asyncio.create_task(call(grpc_address, b"x"))
        by_http = asyncio.create_task(post(http_address, b"x"))
        for _ in range(2):
            await within(10, arrived.acquire())

        running.child.send_signal(signal.SIGTERM)
        await running.logged("stopping")
        go_on.set()

        assert await within(10, by_grpc) == b"x"
        assert (await within(10, by_http)).content == b"x"
        await running.logged("stopped")
        assert await running.child.wait() == 0


async def test_a_taken_port_is_one_sentence(secret_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        async with gateway_process(secret_file, 1, http_port=port) as running:
            line = await running.logged("cannot listen")
            code = await running.child.wait()

    assert line["error"] == f"127.0.0.1:{port} is taken; set another port or end what listens there"
    assert code == os.EX_UNAVAILABLE


async def test_several_processes_share_both_ports(secret_file: Path, stand_in: StandIn) -> None:
    async def answer(request: bytes, context: Any) -> bytes:
        return request

    stand_in.unary(METHOD, answer)
    port, http_port = free_port(), free_port()
    async with gateway_process(secret_file, stand_in.port, port=port, http_port=http_port, processes=2) as running:
        for _ in range(3):  # The parent and both children.
            await running.logged("started")
        by_grpc = await call(f"127.0.0.1:{port}", b"x")
        by_http = await post(f"127.0.0.1:{http_port}", b"x")

    assert (by_grpc, by_http.content) == (b"x", b"x")


async def test_calls_on_both_ports_are_measured_alike(secret_file: Path, stand_in: StandIn) -> None:
    async def answer(request: bytes, context: Any) -> bytes:
        return request

    stand_in.unary(METHOD, answer)
    metrics_port = free_port()
    async with gateway_process(secret_file, stand_in.port, metrics_port=metrics_port) as running:
        grpc_address, http_address = await running.ports()
        await call(grpc_address, b"x")
        await post(http_address, b"x")
        async with httpx.AsyncClient() as http:
            metrics = (await http.get(f"http://127.0.0.1:{metrics_port}/metrics")).text

    [count] = [line for line in metrics.splitlines() if line.startswith("rpc_server_duration_seconds_count")]
    assert f'method="{METHOD}"' in count
    assert float(count.split()[-1]) == 2


async def test_the_http_port_speaks_tls_where_the_grpc_port_does(
    secret_file: Path, stand_in: StandIn, tmp_path: Path
) -> None:
    certificate, key = self_signed(tmp_path)
    files = {"ATELIER_TLS_CERTIFICATE_FILE": str(certificate), "ATELIER_TLS_KEY_FILE": str(key)}
    trust = ssl.create_default_context(cafile=str(certificate))

    async with gateway_process(secret_file, stand_in.port, environment=files) as running:
        grpc_address, http_address = await running.ports()
        roots = grpc.ssl_channel_credentials(certificate.read_bytes())
        async with grpc.aio.secure_channel(grpc_address, roots) as channel, httpx.AsyncClient(verify=trust) as http:
            check: Any = channel.unary_unary("/grpc.health.v1.Health/Check")
            by_grpc = await check(b"")
            by_http = await http.get(f"https://{http_address}/healthz")

    assert by_grpc == b"\x08\x01"  # SERVING
    assert by_http.status_code == 200


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files
