"""What each program is told."""

from pathlib import Path

import pytest

from cli.stack.ports import Ports
from cli.stack.programs import PROGRAMS, REPOSITORY, Program, Surroundings

AROUND = Surroundings(
    ports=Ports(),
    redis_url="unix:///run/redis.sock",
    blobs_url="file:///blobs",
    jwt_secret_file=Path("/secrets/jwt"),
    media_secret_file=Path("/secrets/media"),
    webhook_secrets=Path("/webhooks"),
    database_url=lambda service: f"postgresql://{service}@/atelier",
)
GATEWAY = next(program for program in PROGRAMS if program.name == "gateway")
RESOLVER = next(program for program in PROGRAMS if program.name == "resolver")
GENERATOR = next(program for program in PROGRAMS if program.name == "generator")


def told(program: Program) -> dict[str, str]:
    return {name: value for name, value in program.run_spec(AROUND).env.items() if name.startswith("ATELIER_")}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the developer's own settings."""
    for name in ("ATELIER_OTLP_ENDPOINT", "ATELIER_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)


def test_gateway_knows_no_database() -> None:
    assert told(GATEWAY) == {
        "ATELIER_GATEWAY_PORT": "7400",
        "ATELIER_GATEWAY_HTTP_PORT": "7401",
        "ATELIER_GATEWAY_METRICS_PORT": "7409",
        "ATELIER_GATEWAY_RESOLVER_ADDRESS": "127.0.0.1:7410",
        "ATELIER_GATEWAY_GENERATOR_ADDRESS": "127.0.0.1:7420",
        "ATELIER_GATEWAY_REVIEWER_ADDRESS": "127.0.0.1:7430",
        "ATELIER_GATEWAY_ENGAGER_ADDRESS": "127.0.0.1:7440",
        "ATELIER_REDIS_URL": "unix:///run/redis.sock",
        "ATELIER_BLOBS_URL": "file:///blobs",
        "ATELIER_JWT_SECRET_FILE": "/secrets/jwt",
        "ATELIER_MEDIA_SECRET_FILE": "/secrets/media",
    }


def test_service_knows_its_own_database_and_no_neighbour() -> None:
    assert told(RESOLVER) == {
        "ATELIER_RESOLVER_DATABASE_URL": "postgresql://resolver@/atelier",
        "ATELIER_RESOLVER_PORT": "7410",
        "ATELIER_RESOLVER_METRICS_PORT": "7419",
        "ATELIER_REDIS_URL": "unix:///run/redis.sock",
        "ATELIER_BLOBS_URL": "file:///blobs",
        "ATELIER_JWT_SECRET_FILE": "/secrets/jwt",
    }


def test_only_who_signs_and_who_shows_pictures_is_told_their_secret() -> None:
    assert told(GENERATOR) == {
        "ATELIER_GENERATOR_DATABASE_URL": "postgresql://generator@/atelier",
        "ATELIER_GENERATOR_PORT": "7420",
        "ATELIER_GENERATOR_METRICS_PORT": "7429",
        "ATELIER_REDIS_URL": "unix:///run/redis.sock",
        "ATELIER_BLOBS_URL": "file:///blobs",
        "ATELIER_JWT_SECRET_FILE": "/secrets/jwt",
        "ATELIER_MEDIA_SECRET_FILE": "/secrets/media",
    }
    assert [one.name for one in PROGRAMS if "ATELIER_MEDIA_SECRET_FILE" in told(one)] == ["generator", "gateway"]


def test_migration_is_told_what_its_service_is() -> None:
    migration = RESOLVER.migrate_spec(AROUND)

    assert migration is not None
    assert migration.env == RESOLVER.run_spec(AROUND).env
    assert migration.cwd == REPOSITORY


def test_environment_is_inherited_by_name_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "ATELIER_GENERATOR_DATABASE_URL"):
        monkeypatch.setenv(name, "secret")
    for name in ("OTEL_SERVICE_NAMESPACE", "ATELIER_OTLP_ENDPOINT", "ATELIER_RESOLVER_PROCESSES", "PYTHONPATH"):
        monkeypatch.setenv(name, "wanted")

    inherited = RESOLVER.run_spec(AROUND).env

    assert "secret" not in inherited.values()
    assert list(inherited.values()).count("wanted") == 4


def test_only_the_gateway_is_waited_for_and_it_stops_first() -> None:
    assert GATEWAY.run_spec(AROUND).ready is not None
    assert GATEWAY.stage > RESOLVER.stage > 0
