"""Which programs make up the system, and what each is told: data for the stack, which knows none of them."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.stack import health
from cli.stack.ports import LOOPBACK, Ports
from cli.stack.process import ProcessSpec

REPOSITORY = Path(__file__).resolve().parents[2]

INHERITED = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "ATELIER_OTLP_ENDPOINT", "ATELIER_LOG_LEVEL")
INHERITED_PREFIXES = ("LC_", "PYTHON", "OTEL_")


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a program may need of the stack."""

    ports: Ports
    redis_url: str
    blobs_url: str
    jwt_secret_file: Path
    media_secret_file: Path
    webhook_secrets: Path
    database_url: Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program by its Python arguments. `settings` gives its environment names and values.

    `migrate` are the arguments that bring its schema up to date: a program that has them gets a role and a schema of
    its name before it starts. `health_port`: where its gRPC health says that it is ready; None: nobody waits for it.
    """

    name: str
    arguments: tuple[str, ...]
    settings: Callable[[Surroundings], Mapping[str, str]]
    migrate: tuple[str, ...] | None = None
    health_port: Callable[[Ports], int] | None = None
    stage: int = 1

    def run_spec(self, surroundings: Surroundings) -> ProcessSpec:
        """How to run it."""
        port = self.health_port(surroundings.ports) if self.health_port else None
        return ProcessSpec(
            name=self.name,
            argv=[sys.executable, *self.arguments],
            env=self._environment(surroundings),
            cwd=REPOSITORY,
            ready=None if port is None else (lambda: health.serves(port)),
            stage=self.stage,
        )

    def migrate_spec(self, surroundings: Surroundings) -> ProcessSpec | None:
        """How to migrate its schema; None when it has none."""
        if self.migrate is None:
            return None
        return ProcessSpec(
            name=self.name,
            argv=[sys.executable, *self.migrate],
            env=self._environment(surroundings),
            cwd=REPOSITORY,
        )

    def _environment(self, surroundings: Surroundings) -> dict[str, str]:
        own = f"ATELIER_{self.name.upper()}_"
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name in INHERITED or name.startswith((*INHERITED_PREFIXES, own))
        }
        # Unbuffered, so that the log shows a line when it is written.
        return {**inherited, "PYTHONUNBUFFERED": "1", **self.settings(surroundings)}


def _shared_settings(around: Surroundings) -> dict[str, str]:
    return {
        "ATELIER_REDIS_URL": around.redis_url,
        "ATELIER_BLOBS_URL": around.blobs_url,
        "ATELIER_JWT_SECRET_FILE": str(around.jwt_secret_file),
    }


def _service_settings(name: str, around: Surroundings) -> dict[str, str]:
    ports = {Ports.setting(port): str(getattr(around.ports, port)) for port in (name, f"{name}_metrics")}
    return {
        **_shared_settings(around),
        f"ATELIER_{name.upper()}_DATABASE_URL": around.database_url(name),
        **ports,
    }


def _resolver_settings(around: Surroundings) -> dict[str, str]:
    return _service_settings("resolver", around)


def _generator_settings(around: Surroundings) -> dict[str, str]:
    return _service_settings("generator", around) | _media_settings(around)


def _reviewer_settings(around: Surroundings) -> dict[str, str]:
    return _service_settings("reviewer", around)


def _engager_settings(around: Surroundings) -> dict[str, str]:
    return _service_settings("engager", around) | {"ATELIER_ENGAGER_SECRETS_FOLDER": str(around.webhook_secrets)}


def _media_settings(around: Surroundings) -> dict[str, str]:
    return {"ATELIER_MEDIA_SECRET_FILE": str(around.media_secret_file)}


def _gateway_settings(around: Surroundings) -> dict[str, str]:
    return {
        **_shared_settings(around),
        **_media_settings(around),
        "ATELIER_GATEWAY_PORT": str(around.ports.gateway),
        "ATELIER_GATEWAY_HTTP_PORT": str(around.ports.gateway_http),
        "ATELIER_GATEWAY_METRICS_PORT": str(around.ports.gateway_metrics),
        "ATELIER_GATEWAY_RESOLVER_ADDRESS": f"{LOOPBACK}:{around.ports.resolver}",
        "ATELIER_GATEWAY_GENERATOR_ADDRESS": f"{LOOPBACK}:{around.ports.generator}",
        "ATELIER_GATEWAY_REVIEWER_ADDRESS": f"{LOOPBACK}:{around.ports.reviewer}",
        "ATELIER_GATEWAY_ENGAGER_ADDRESS": f"{LOOPBACK}:{around.ports.engager}",
    }


def _service(name: str, settings: Callable[[Surroundings], Mapping[str, str]]) -> Program:
    """A package under services/, which answers calls and works in one process."""
    return Program(
        name=name,
        arguments=("-m", f"services.{name}", "run"),
        migrate=("-m", f"services.{name}", "migrate"),
        settings=settings,
    )


PROGRAMS = (
    _service("resolver", _resolver_settings),
    _service("generator", _generator_settings),
    _service("reviewer", _reviewer_settings),
    _service("engager", _engager_settings),
    Program(
        name="gateway",
        arguments=("-m", "gateway", "serve"),
        settings=_gateway_settings,
        health_port=lambda ports: ports.gateway,
        stage=2,
    ),
)
