"""`python -m gateway serve`."""

import sys

from chassis.loading import begin_loading

if __name__ == "__main__":
    begin_loading()

from chassis.command import Commands, run_command
from gateway.config import GatewaySettings


def commands() -> Commands[GatewaySettings]:
    """What runs the gateway."""
    from gateway.process import COMMANDS

    return COMMANDS


if __name__ == "__main__":
    run_command(sys.argv[1:], process="gateway", module="gateway", settings_class=GatewaySettings, commands=commands)
