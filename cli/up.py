"""`atelier up`: the whole system on this machine until Ctrl-C."""

import asyncio
import shlex
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from cli.config import read_port
from cli.errors import CliError
from cli.exits import ExitCode
from cli.output import flush, say, write_json, write_line
from cli.root import JsonOption, StateDirOption, settings_of
from cli.stack.layout import DEFAULT_ROOT, Layout
from cli.stack.ports import Ports
from cli.stack.problems import StackError

if TYPE_CHECKING:
    from cli.stack.stack import Stack

FIRST_CALL = """
Atelier runs; Ctrl-C stops it.
  gRPC    {grpc}
  HTTP    {http}
  console {http}/
  token   {token}
  log     {log}

A first call, in another terminal:
  {atelier} import cards examples/catalogue
  {atelier} resolve pokemontcg base1-4
  curl {http}/atelier.resolver.v1.ResolverService/ResolveCards \\
    -H "authorization: Bearer $(cat {token})" -H "content-type: application/json" \\
    -d '{{"items": [{{"source": "pokemontcg", "externalId": "base1-4"}}]}}'
"""


def up(
    context: typer.Context,
    state_dir: StateDirOption = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The gateway's gRPC port; 0 takes free ones.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Start PostgreSQL, Redis, the services and the gateway; stop them with Ctrl-C."""
    # It brings clients of PostgreSQL and Redis with it, which every other command can do without, and completion too.
    from cli.stack.stack import Stack

    settings = settings_of(context, state_dir=state_dir)
    stack = Stack(settings.state_dir, ports=chosen_ports(port), output=sys.stderr)
    try:
        asyncio.run(stack.run_until_signal(lambda: _ready(stack, as_json)))
    except StackError as error:
        raise stack_problem(error) from None


def chosen_ports(gateway: int | None) -> Ports:
    """The ports by their `ATELIER_<NAME>_PORT` settings, the gateway's by the option. Raises CliError."""
    if gateway == 0:
        return Ports.free()
    usual = asdict(Ports())
    ports = Ports(**{name: read_port(Ports.setting(name), port) for name, port in usual.items()})
    return ports if gateway is None else replace(ports, gateway=gateway)


def stack_problem(error: StackError) -> CliError:
    """The error of a stack, with the last lines of the process that failed before it."""
    for line in error.details:
        say(f"    {line}")
    return CliError(error.sentence, ExitCode.CANNOT_CREATE)


def _ready(stack: "Stack", as_json: bool) -> None:
    layout = stack.layout
    if as_json:
        paths = {"state_dir": layout.root, "token_file": layout.token, "log_file": layout.log}
        addresses = {"address": stack.gateway_address, "http_url": stack.http_url, "console_url": f"{stack.http_url}/"}
        write_json(addresses | {name: str(path) for name, path in paths.items()})
    else:
        text = FIRST_CALL.format(
            grpc=stack.gateway_address,
            http=stack.http_url,
            token=shlex.quote(str(layout.token)),
            log=layout.log,
            atelier=_command(stack),
        )
        for line in text.splitlines():
            write_line(line)
    flush()


def _command(stack: "Stack") -> str:
    """How to call the command line so that it finds this stack."""
    options = []
    if stack.ports.gateway != Ports().gateway:
        options.append(f" --address {stack.gateway_address}")
    if stack.layout != Layout.of(DEFAULT_ROOT):
        options.append(f" --state-dir {shlex.quote(str(stack.layout.root))}")
    return f"atelier{''.join(options)}"
