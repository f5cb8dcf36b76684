"""`atelier token`: signs a token with the secret of the local stack."""

import enum
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import Fields
from cli.output import write_json
from cli.root import JsonOption, StateDirOption, settings_of


class TokenRole(enum.StrEnum):
    """The roles that people have."""

    USER = "user"
    OPERATOR = "operator"


def token(
    context: typer.Context,
    sub: Annotated[str, typer.Option(help="Who the token is for.")],
    role: Annotated[TokenRole, typer.Option(help="operator may import; user may not.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is valid.")] = 30,
    state_dir: StateDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a token that the local stack accepts."""
    from chassis.auth import Role, sign_token

    subject = Fields({"--sub": sub.strip()}).required_text("--sub")
    lifetime = timedelta(days=days)
    secret = read_secret(settings_of(context, state_dir=state_dir).jwt_secret_file)
    signed = sign_token(secret, subject=subject, role=Role(role.value), lifetime=lifetime)
    if as_json:
        end = (datetime.now(UTC) + lifetime).isoformat(timespec="seconds")
        write_json({"token": signed, "sub": subject, "role": role.value, "expire_time": end})
    else:
        typer.echo(signed)


def read_secret(path: Path) -> str:
    """The secret that signs tokens. Raises CliError when there is none."""
    try:
        secret = path.read_text().strip()
    except FileNotFoundError:
        raise CliError(f"There is no secret at {path}; `atelier up` makes one.", ExitCode.NO_INPUT) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not text"
        raise CliError(f"The secret at {path} can't be read ({why}).", ExitCode.NO_INPUT) from None
    if not secret:
        raise CliError(
            f"The secret at {path} is empty; delete the file and start `atelier up` again.", ExitCode.NO_INPUT
        )
    return secret
