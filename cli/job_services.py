"""Which services have jobs, as the gateway's health tells it, and which a job's or queue's name belongs to."""

import re
from collections.abc import Iterable

from cli.connection import Gateway
from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import BadField, Fields
from cli.system import read_health

JOBS_SERVICE = "/atelier.jobs.v1.JobsService"
SERVICE = re.compile("[a-z]{1,32}")


async def services_asked(gateway: Gateway, service: str | None) -> list[str]:
    """The one service given, else every service that has jobs. Raises CliError when none has."""
    if service is not None:
        return [checked_service(service)]
    states = await read_health(gateway)
    found = [name.removesuffix(JOBS_SERVICE) for name in states if name.endswith(JOBS_SERVICE)]
    if not found:
        raise CliError("The gateway knows no service that has jobs; check its version.", ExitCode.PROTOCOL)
    return found


def checked_service(name: str) -> str:
    """The name of a service. Raises BadField."""
    if not SERVICE.fullmatch(name):
        raise BadField("SERVICE", "must be a service's name, such as resolver")
    return name


def checked_names(names: Iterable[str]) -> list[str]:
    """Names on the command line, each once. Raises BadField for one that isn't UTF-8."""
    return list(dict.fromkeys(Fields({"NAME": name}).required_text("NAME") for name in names))


def service_of(name: str) -> str:
    """`resolver` of `resolver/jobs/<uuid>`."""
    return name.partition("/")[0]
