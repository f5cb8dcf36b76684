"""`python -m gateway serve`."""

import gc
import os
import sys

if __name__ == "__main__":
    gc.disable()  # until run_command: nearly all that loading makes stays, and searching it takes a fifth of the time
    # gRPC's older sockets forward a tenth more; it reads this when it is loaded (docs/decisions/0021).
    os.environ.setdefault("GRPC_EXPERIMENTS", "-event_engine_client,-event_engine_listener")

from chassis.command import Commands, run_command
from gateway.config import GatewaySettings


def commands() -> Commands[GatewaySettings]:
    """What runs the gateway."""
    from gateway.process import COMMANDS

    return COMMANDS


if __name__ == "__main__":
    run_command(sys.argv[1:], process="gateway", module="gateway", settings_class=GatewaySettings, commands=commands)
