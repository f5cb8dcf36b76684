"""`python -m services.engager serve | work | run | migrate`."""

import gc
import sys

if __name__ == "__main__":
    gc.disable()  # until run_command: nearly all that loading makes stays, and searching it takes a fifth of the time

from chassis.command import Commands, migrating, run_command
from services.engager.config import EngagerSettings

migrate_schema = migrating(["jobs", "services.engager"])


def commands() -> Commands[EngagerSettings]:
    """What runs the service. Whoever migrates has no use for all that this loads."""
    from services.engager.process import COMMANDS

    return COMMANDS


if __name__ == "__main__":
    run_command(
        sys.argv[1:],
        process="engager",
        module="services.engager",
        settings_class=EngagerSettings,
        commands=commands,
        migrate=migrate_schema,
    )
