"""Typed settings, read once per process from the environment; nothing else reads it.

Reports all that is wrong at once, refuses names it doesn't know, and has no default for a secret.
"""

import os
import ssl
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import jwt
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.keys import Jwks, KeySource, SharedSecret
from chassis.media import MediaSigner

PREFIX = "ATELIER_"
# Names that belong to another process of the system, or to a caller of it; a process ignores its neighbours' settings.
PROCESSES = ("RESOLVER", "GENERATOR", "REVIEWER", "ENGAGER", "GATEWAY", "CLI", "STACK")
NEIGHBOURS = (*PROCESSES, "ADDRESS", "TOKEN", "TEST", "SHARED")


def _checked_url(url: str) -> str:
    try:
        read = urlsplit(url)
        port = read.port
    except ValueError:
        raise ValueError("must be an address") from None
    wrong = read.scheme not in {"http", "https"} or not read.hostname or port == 0
    if wrong or "@" in read.netloc or read.query or read.fragment:
        raise ValueError("must be an http or https address without a user, a query or a fragment")
    return url.rstrip("/")


def _checked_key_file(path: Path | None) -> Path | None:
    try:
        key = "-" if path is None else path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{path} can't be read") from None
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError(f"{path} must hold a key and nothing else")
    return path


Port = Annotated[int, Field(ge=0, le=65535)]
# An address of somebody else's API, without a slash at its end; and a file with the key to it, fit for a header.
Url = Annotated[str, AfterValidator(_checked_url)]
KeyFile = Annotated[Path | None, AfterValidator(_checked_key_file)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(lambda level: str(level).upper())]
SettingsT = TypeVar("SettingsT", bound="ProcessSettings")


def shared(name: str, default: Any = None, description: str = "") -> Any:
    """A field that every process reads from the same variable, `ATELIER_<name>`."""
    return Field(default=default, validation_alias=PREFIX + name, description=description)


class ProcessSettings(BaseSettings):
    """What every process is told. Subclasses set `env_prefix` to `ATELIER_<PROCESS>_` and add their own."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    host: str = Field("127.0.0.1", description="Address to listen on; loopback unless told otherwise.")
    port: Port = Field(0, description="gRPC port; 0 lets the system choose.")
    metrics_port: Port = Field(0, description="Prometheus port, always on loopback; 0 turns it off.")
    replica: int = Field(0, ge=0, description="Which of several processes on one port this is; set by the parent.")
    processes: int = Field(1, ge=1, le=64, description="How many processes serve on the one port.")
    grace_seconds: float = Field(10.0, ge=0, description="How long calls under way may take to end on SIGTERM.")
    max_message_bytes: int = Field(16 * 2**20, ge=2**10, description="Largest message taken or sent.")
    default_deadline_seconds: float = Field(60.0, gt=0, description="Bound on a unary call that has no deadline.")
    log_level: LogLevel = shared("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR.")
    jwt_secret_file: Path | None = shared("JWT_SECRET_FILE", None, "File with the HS256 secret.")
    jwks_url: str | None = shared("JWKS_URL", None, "Where an identity provider publishes its keys.")
    redis_url: SecretStr | None = shared("REDIS_URL", None, "Redis; all it holds may be lost.")
    blobs_url: str | None = shared("BLOBS_URL", None, "Object store: file://, s3://, gs:// or az://.")
    media_secret_file: Path | None = shared(
        "MEDIA_SECRET_FILE", None, "File with the secret that signs pictures' URLs."
    )
    otlp_endpoint: str | None = shared("OTLP_ENDPOINT", None, "OTLP collector, gRPC; unset: no traces.")
    tls_certificate_file: Path | None = shared("TLS_CERTIFICATE_FILE", None, "PEM chain; with the key turns TLS on.")
    tls_key_file: Path | None = shared("TLS_KEY_FILE", None, "PEM private key.")
    tls_ca_file: Path | None = shared("TLS_CA_FILE", None, "PEM roots; a server then demands client certificates.")

    @field_validator("jwt_secret_file", "media_secret_file", "tls_certificate_file", "tls_key_file", "tls_ca_file")
    @classmethod
    def _can_be_read(cls, path: Path | None) -> Path | None:
        try:
            if path is not None:
                path.read_bytes()
        except OSError as error:
            raise ValueError(f"{path} can't be read: {error.strerror}") from None
        return path

    @field_validator("jwt_secret_file")
    @classmethod
    def _is_a_secret(cls, path: Path | None) -> Path | None:
        if path is not None:
            SharedSecret(path.read_text().strip())
        return path

    @field_validator("media_secret_file")
    @classmethod
    def _can_sign(cls, path: Path | None) -> Path | None:
        if path is not None:
            MediaSigner(path.read_text().strip())
        return path

    @field_validator("processes")
    @classmethod
    def _share_a_port(cls, count: int, told: ValidationInfo) -> int:
        if count > 1 and told.data.get("port") == 0:
            raise ValueError("several processes need a port to share; set one")
        return count

    # A field that is wrong itself isn't in `told.data`, and was reported already.
    @field_validator("jwks_url")
    @classmethod
    def _one_source_of_keys(cls, url: str | None, told: ValidationInfo) -> str | None:
        if "jwt_secret_file" in told.data and (url is None) == (told.data["jwt_secret_file"] is None):
            raise ValueError("set exactly one of ATELIER_JWT_SECRET_FILE and ATELIER_JWKS_URL")
        try:
            if url is not None:
                Jwks(url)
        except jwt.PyJWTError as error:
            raise ValueError(str(error)) from None
        return url

    @field_validator("tls_key_file")
    @classmethod
    def _both_of_a_pair(cls, path: Path | None, told: ValidationInfo) -> Path | None:
        if "tls_certificate_file" in told.data and (path is None) != (told.data["tls_certificate_file"] is None):
            raise ValueError("set both ATELIER_TLS_CERTIFICATE_FILE and ATELIER_TLS_KEY_FILE, or neither")
        certificate = told.data.get("tls_certificate_file")
        if path is not None and certificate is not None:
            try:
                # gRPC would only say that it can't listen. An encrypted key must not make it ask for a password.
                ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, path, password="")
            except (ssl.SSLError, ValueError):
                raise ValueError(f"{path} is not the PEM private key of the PEM certificate {certificate}") from None
        return path

    @field_validator("tls_ca_file")
    @classmethod
    def _are_certificates(cls, path: Path | None) -> Path | None:
        try:
            if path is not None:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
        except ssl.SSLError:
            raise ValueError(f"{path} holds no PEM certificates") from None
        return path

    @property
    def own_metrics_port(self) -> int:
        """Where this process shows its metrics: replicas after the first each stand 100 ports further."""
        return self.metrics_port and self.metrics_port + 100 * max(0, self.replica - 1)

    def key_source(self) -> KeySource:
        """Where token keys come from."""
        if self.jwks_url is not None:
            return Jwks(self.jwks_url)
        assert self.jwt_secret_file is not None  # noqa: S101 - the fields' validators have told
        return SharedSecret(self.jwt_secret_file.read_text().strip())

    def media_signer(self) -> MediaSigner:
        """What signs the addresses of pictures; for processes whose settings demand the secret."""
        assert self.media_secret_file is not None  # noqa: S101 - the process's own validator has told
        return MediaSigner(self.media_secret_file.read_text().strip())


class DatabaseSettings(ProcessSettings):
    """What a process with a schema of its own is told beside. Subclasses give `schema_name` its default."""

    database_url: SecretStr = Field(description="PostgreSQL, as the role that owns the schema.")
    schema_name: str = Field(pattern="^[a-z_]+$", description="The schema all tables stand in.")
    pool_size: int = Field(10, ge=1, le=200, description="Connections a process holds at most.")
    statement_timeout_seconds: float = Field(60.0, gt=0, description="Bound on one SQL statement.")

    @field_validator("database_url")
    @classmethod
    def _is_an_address(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value


def load_settings(kind: type[SettingsT]) -> SettingsT:
    """The process's settings. On any mistake prints every one of them and exits with 78 (EX_CONFIG, sysexits.h)."""
    problems = [f"{name} is not a setting of this process" for name in unknown_names(kind)]
    try:
        settings = kind()
    except ValidationError as error:
        problems += [
            f"{_variable(kind, item['loc'])}: {item['msg'].removeprefix('Value error, ')}" for item in error.errors()
        ]
    if problems:
        sys.stderr.write("".join(f"settings: {problem}\n" for problem in problems))
        sys.exit(78)
    return settings


def unknown_names(kind: type[ProcessSettings]) -> list[str]:
    """Variables that carry our prefix and mean nothing to this process or any neighbour."""
    own = str(kind.model_config["env_prefix"])
    known = {_variable(kind, (name,)) for name in kind.model_fields}
    neighbours = tuple(f"{PREFIX}{name}_" for name in NEIGHBOURS if f"{PREFIX}{name}_" != own)
    names = sorted(name for name in os.environ if name.startswith(PREFIX))
    return [name for name in names if name not in known and not f"{name}_".startswith(neighbours)]


def _variable(kind: type[ProcessSettings], location: tuple[int | str, ...]) -> str:
    name = str(location[0]) if location else ""
    field = kind.model_fields.get(name)
    if field is None:
        return name
    if field.validation_alias is not None:
        return str(field.validation_alias)
    return f"{kind.model_config['env_prefix']}{name}".upper()
