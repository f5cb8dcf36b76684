"""What the command line is told by its environment and its global options; the only reader of both."""

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cli.errors import CliError
from cli.exits import ExitCode

PREFIX = "ATELIER_CLI_"
TERMINAL_VARIABLES = ("TERM", "TERM_PROGRAM", "LC_TERMINAL")


class CliSettings(BaseSettings):
    """Where the gateway is, and who calls it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    address: str = Field("127.0.0.1:7400", description="The gateway's gRPC port, `host:port`.")
    token: SecretStr | None = Field(None, description="A JSON Web Token; else the one in the state folder is used.")
    state_dir: Path = Field(Path(".atelier"), description="The folder of `atelier up`.")
    tls_ca_file: Path | None = Field(None, description="PEM roots that vouch for the gateway; unset: no TLS.")
    tls_certificate_file: Path | None = Field(None, description="Our own PEM chain, where the gateway demands one.")
    tls_key_file: Path | None = Field(None, description="Our own PEM private key.")
    preview: Literal["auto", "kitty", "iterm2", "off"] = Field(
        "auto", description="How the terminal shows pictures; auto goes by its name."
    )
    traceback: bool = Field(False, description="Show where a bug of the command line is, instead of one sentence.")

    @field_validator("address")
    @classmethod
    def _has_port(cls, address: str) -> str:
        if ":" not in address or any(character.isspace() for character in address):
            raise ValueError("must read host:port, such as 127.0.0.1:7400")
        return address

    @property
    def token_file(self) -> Path:
        """Where `atelier up` leaves a token."""
        return self.state_dir / "token"

    @property
    def jwt_secret_file(self) -> Path:
        """Where `atelier up` keeps the secret that signs tokens."""
        return self.state_dir / "secrets" / "jwt"

    def credential(self) -> str | None:
        """The token to call with: the one given, else that of the state folder, else None. Raises CliError."""
        if self.token is not None:
            return checked_token(self.token.get_secret_value(), "by --token or ATELIER_CLI_TOKEN")
        try:
            return checked_token(self.token_file.read_text(), f"in {self.token_file}")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise CliError(
                f"The token in {self.token_file} can't be read ({_why(error)}); give one by --token.",
                ExitCode.NO_PERMISSION,
            ) from None


def load_cli_settings(**options: Any) -> CliSettings:
    """The settings; `options` that aren't None outrank the environment. Raises CliError naming all that is wrong."""
    given = {name: value for name, value in options.items() if value is not None}
    known = {f"{PREFIX}{name}".upper() for name in CliSettings.model_fields}
    problems = [
        f"{name} is no setting of the command line"
        for name in sorted(os.environ)
        if name.startswith(PREFIX) and name not in known
    ]
    try:
        settings = CliSettings(**given)
    except ValidationError as error:
        problems += [f"{_name(item['loc'], given)} {_message(item['msg'])}" for item in error.errors()]
    if problems:
        raise CliError(f"{'; '.join(problems)}.", ExitCode.SETTINGS)
    return settings


def wants_traceback() -> bool:
    """Whether a bug is to be shown with its traceback; never raises."""
    try:
        return load_cli_settings().traceback
    except CliError:
        return False


def terminal_names() -> dict[str, str]:
    """The variables that terminals name themselves by."""
    return {name: os.environ[name] for name in TERMINAL_VARIABLES if name in os.environ}


def environment_of_git() -> dict[str, str]:
    """What git is started with: nothing of what a hook that started us was told, as that is about another call."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def read_port(variable: str, default: int) -> int:
    """A port by its environment variable. Raises CliError when it is none."""
    text = os.environ.get(variable, "").strip() or str(default)
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise CliError(f"{variable} must be a port, 1 to 65535, not {text}.", ExitCode.SETTINGS)
    return int(text)


def checked_token(token: str, place: str) -> str:
    """The token without surrounding space. Raises CliError when it can't be one, as a header can't hold everything."""
    stripped = token.strip()
    if not stripped or not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise CliError(f"What stands {place} can't be a token; make one with `atelier token`.", ExitCode.NO_PERMISSION)
    return stripped


def _name(location: tuple[int | str, ...], given: dict[str, Any]) -> str:
    name = str(location[0]) if location else ""
    return f"--{name.replace('_', '-')}" if name in given else f"{PREFIX}{name}".upper()


def _message(message: str) -> str:
    return message.removeprefix("Value error, ")


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "not text"
