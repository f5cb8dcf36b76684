"""What the gateway is told by its environment."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway.config import GatewaySettings
from gateway.limits.limit import Limit
from gateway.limits.methods import MethodClass


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The one thing that has no default."""
    path = tmp_path / "secret"
    path.write_text("s" * 32)
    monkeypatch.setenv("ATELIER_JWT_SECRET_FILE", str(path))


def test_defaults_are_the_ports_of_one_machine() -> None:
    settings = GatewaySettings()

    assert (settings.port, settings.http_port, settings.metrics_port) == (7400, 7401, 7409)
    assert settings.addresses == {
        "resolver": "127.0.0.1:7410",
        "generator": "127.0.0.1:7420",
        "reviewer": "127.0.0.1:7430",
        "engager": "127.0.0.1:7440",
    }


def test_an_address_is_set_by_the_services_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_GATEWAY_RESOLVER_ADDRESS", "dns:///resolver:7410")

    assert GatewaySettings().addresses["resolver"] == "dns:///resolver:7410"


def test_every_field_that_ends_in_address_is_a_service() -> None:
    class Tomorrow(GatewaySettings):
        planner_address: str = "127.0.0.1:7450"

    assert list(Tomorrow().addresses) == ["resolver", "generator", "reviewer", "engager", "planner"]


def test_a_service_without_an_address_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_GATEWAY_GENERATOR_ADDRESS", "")

    assert list(GatewaySettings().addresses) == ["resolver", "reviewer", "engager"]


@pytest.mark.parametrize("only", ["ATELIER_BLOBS_URL", "ATELIER_MEDIA_SECRET_FILE"])
def test_a_store_and_the_secret_of_its_addresses_go_together(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, only: str
) -> None:
    monkeypatch.setenv(only, "file:///blobs" if only == "ATELIER_BLOBS_URL" else str(tmp_path / "secret"))

    with pytest.raises(ValidationError, match="set both ATELIER_BLOBS_URL and ATELIER_MEDIA_SECRET_FILE"):
        GatewaySettings()


@pytest.mark.parametrize(
    "told", ["https://a.example", " http://localhost:5173 , https://b.example", "*", "http://[::1]:1", ""]
)
def test_origins_are_told_by_commas(told: str) -> None:
    settings = GatewaySettings(cors_origins=told)

    assert settings.origins == [word.strip() for word in told.split(",") if word.strip()]


@pytest.mark.parametrize("told", ["a.example", "https://a.example/", "https://A.example", "null", "ftp://a.example"])
def test_what_no_browser_would_send_is_no_origin(told: str) -> None:
    with pytest.raises(ValidationError, match="is no origin"):
        GatewaySettings(cors_origins=told)


def test_limits_are_told_by_class_and_an_empty_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_GATEWAY_LIMIT_READ", "600/minute")
    monkeypatch.setenv("ATELIER_GATEWAY_LIMIT_WORK", "")

    limits = GatewaySettings().limits

    assert limits[MethodClass.READ] == Limit(600, 60)
    assert set(MethodClass) - set(limits) == {MethodClass.WORK}


def test_what_is_no_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_GATEWAY_LIMIT_BULK", "a lot")

    with pytest.raises(ValidationError, match="must be one limit, such as 600/minute"):
        GatewaySettings()
