"""What the gateway is told by its environment."""

from pathlib import Path

import pytest

from gateway.config import GatewaySettings


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The one thing that has no default."""
    path = tmp_path / "secret"
    path.write_text("s" * 32)
    monkeypatch.setenv("ATELIER_JWT_SECRET_FILE", str(path))


def test_defaults_are_the_ports_of_one_machine() -> None:
    settings = GatewaySettings()

    assert (settings.port, settings.http_port, settings.metrics_port) == (7400, 7401, 7409)
    assert settings.addresses == {"resolver": "127.0.0.1:7410"}


def test_an_address_is_set_by_the_services_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_GATEWAY_RESOLVER_ADDRESS", "dns:///resolver:7410")

    assert GatewaySettings().addresses["resolver"] == "dns:///resolver:7410"


def test_every_field_that_ends_in_address_is_a_service() -> None:
    class Tomorrow(GatewaySettings):
        generator_address: str = "127.0.0.1:7420"

    assert Tomorrow().addresses == {"resolver": "127.0.0.1:7410", "generator": "127.0.0.1:7420"}
