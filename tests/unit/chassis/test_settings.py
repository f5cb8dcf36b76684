"""What a process does with its environment before it does anything else."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import ProcessSettings, load_settings, unknown_names

SECRET = "s" * 64
PASSWORD = "SENTINEL-password"


class ReviewerSettings(ProcessSettings):
    """A process with one secret of its own."""

    model_config = SettingsConfigDict(
        env_prefix="ATELIER_REVIEWER_", frozen=True, extra="forbid", populate_by_name=True
    )

    database_url: SecretStr
    depth: int = 3


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment in which nothing is wrong."""
    for name in [name for name in os.environ if name.upper().startswith("ATELIER_")]:
        monkeypatch.delenv(name)
    secret_file = tmp_path / "jwt"
    secret_file.write_text(f"{SECRET}\n")
    monkeypatch.setenv("ATELIER_JWT_SECRET_FILE", str(secret_file))
    monkeypatch.setenv("ATELIER_REVIEWER_DATABASE_URL", f"postgresql://reviewer:{PASSWORD}@db/atelier")
    return monkeypatch


def complaints(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What loading prints before it exits with EX_CONFIG."""
    with pytest.raises(SystemExit) as ended:
        load_settings(ReviewerSettings)
    assert ended.value.code == 78
    return capsys.readouterr().err.splitlines()


def test_settings_come_from_own_and_shared_variables(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ATELIER_REVIEWER_DEPTH", "7")
    environment.setenv("ATELIER_LOG_LEVEL", "debug")

    settings = load_settings(ReviewerSettings)

    assert (settings.depth, settings.log_level, settings.host) == (7, "DEBUG", "127.0.0.1")


def test_every_mistake_is_reported_at_once_under_the_name_of_its_variable(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.delenv("ATELIER_REVIEWER_DATABASE_URL")
    environment.setenv("ATELIER_REVIEWER_PORT", "65536")
    environment.setenv("ATELIER_REVIEWER_DEPTH", "deep")
    environment.setenv("ATELIER_REVIEWER_DEPHT", "3")
    environment.setenv("ATELIER_LOG_LEVLE", "INFO")
    environment.setenv("ATELIER_LOG_LEVEL", "LOUD")
    environment.setenv("ATELIER_JWT_SECRET_FILE", "/nonexistent/jwt")

    lines = complaints(capsys)

    assert all(line.startswith("settings: ATELIER_") for line in lines)
    assert {line.removeprefix("settings: ").split(":")[0].split(" ")[0] for line in lines} == {
        "ATELIER_REVIEWER_DATABASE_URL",
        "ATELIER_REVIEWER_PORT",
        "ATELIER_REVIEWER_DEPTH",
        "ATELIER_REVIEWER_DEPHT",
        "ATELIER_LOG_LEVLE",
        "ATELIER_LOG_LEVEL",
        "ATELIER_JWT_SECRET_FILE",
    }
    assert len(lines) == 7


@pytest.mark.parametrize("name", ["ATELIER_REVIEWER_PROT", "ATELIER_REVIEWER", "ATELIER_RESOLVERS_PORT", "ATELIER_X"])
def test_a_name_that_means_nothing_to_anyone_is_an_error(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.setenv(name, "1")

    assert unknown_names(ReviewerSettings) == [name]


@pytest.mark.parametrize(
    "name", ["ATELIER_RESOLVER_PORT", "ATELIER_GATEWAY_HTTP_PORT", "ATELIER_ADDRESS", "ATELIER_TOKEN", "OTHER_PORT"]
)
def test_a_neighbours_settings_are_ignored(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.setenv(name, "not even a number")

    assert unknown_names(ReviewerSettings) == []
    assert load_settings(ReviewerSettings).port == 0


def test_a_secret_has_no_default(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    environment.delenv("ATELIER_REVIEWER_DATABASE_URL")
    environment.delenv("ATELIER_JWT_SECRET_FILE")

    lines = complaints(capsys)

    assert sorted(lines) == [
        "settings: ATELIER_JWKS_URL: set exactly one of ATELIER_JWT_SECRET_FILE and ATELIER_JWKS_URL",
        "settings: ATELIER_REVIEWER_DATABASE_URL: Field required",
    ]


def test_two_sources_of_keys_are_one_too_many(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("ATELIER_JWKS_URL", "https://id.example/jwks")

    lines = complaints(capsys)

    assert len(lines) == 1
    assert "exactly one of ATELIER_JWT_SECRET_FILE and ATELIER_JWKS_URL" in lines[0]


def test_a_secret_shorter_than_its_hash_is_refused_and_not_repeated(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    short = tmp_path / "short"
    short.write_text("x1y2z3" * 5 + "\n")
    environment.setenv("ATELIER_JWT_SECRET_FILE", str(short))

    lines = complaints(capsys)

    assert len(lines) == 1
    assert lines[0].startswith("settings: ATELIER_JWT_SECRET_FILE: ")
    assert "32 bytes" in lines[0]
    assert "x1y2z3" not in lines[0]


def test_secrets_are_never_printed(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    environment.setenv("ATELIER_REDIS_URL", "redis://:SENTINEL-redis@cache")

    shown = repr(load_settings(ReviewerSettings))
    environment.setenv("ATELIER_REVIEWER_PORT", "-1")
    lines = complaints(capsys)

    assert "SENTINEL" not in shown + "".join(lines)
    assert "**********" in shown


def test_settings_never_change_after_they_are_read() -> None:
    settings = load_settings(ReviewerSettings)

    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


def test_an_address_of_keys_that_is_no_web_address_is_refused(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.delenv("ATELIER_JWT_SECRET_FILE")
    environment.setenv("ATELIER_JWKS_URL", "file:///etc/passwd")

    lines = complaints(capsys)

    assert len(lines) == 1
    assert lines[0].startswith("settings: ATELIER_JWKS_URL: ")


@pytest.mark.parametrize("name", ["CERTIFICATE", "KEY"])
def test_half_a_pair_of_tls_files_is_an_error_and_not_plain_text(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    (tmp_path / "half.pem").write_text("pem")
    environment.setenv(f"ATELIER_TLS_{name}_FILE", str(tmp_path / "half.pem"))

    lines = complaints(capsys)

    assert len(lines) == 1
    assert "ATELIER_TLS_CERTIFICATE_FILE and ATELIER_TLS_KEY_FILE" in lines[0]


def test_tls_files_that_cannot_be_read_are_named(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("CERTIFICATE", "KEY", "CA"):
        environment.setenv(f"ATELIER_TLS_{name}_FILE", f"/nonexistent/{name}.pem")

    lines = complaints(capsys)

    assert [line.split(":")[1].strip() for line in lines] == [
        "ATELIER_TLS_CERTIFICATE_FILE",
        "ATELIER_TLS_KEY_FILE",
        "ATELIER_TLS_CA_FILE",
    ]


@pytest.mark.parametrize(("replica", "port"), [(0, 9000), (1, 9000), (2, 9100), (5, 9400)])
def test_each_replica_shows_its_metrics_on_a_port_of_its_own(
    environment: pytest.MonkeyPatch, replica: int, port: int
) -> None:
    environment.setenv("ATELIER_REVIEWER_METRICS_PORT", "9000")
    environment.setenv("ATELIER_REVIEWER_REPLICA", str(replica))

    assert load_settings(ReviewerSettings).own_metrics_port == port


def test_metrics_that_are_off_stay_off_in_every_replica(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ATELIER_REVIEWER_REPLICA", "4")

    assert load_settings(ReviewerSettings).own_metrics_port == 0
