"""`python -m services.engager serve | work | run | migrate`."""

import sys

from chassis.loading import begin_loading

if __name__ == "__main__":
    begin_loading()

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
