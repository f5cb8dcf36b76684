"""`python -m services.reviewer serve | work | run | migrate`."""

import gc
import sys

if __name__ == "__main__":
    gc.disable()  # until run_command: nearly all that loading makes stays, and searching it takes a fifth of the time

from chassis.command import Commands, migrating, run_command
from services.reviewer.config import ReviewerSettings

migrate_schema = migrating(["jobs", "ledger", "services.reviewer"])


def commands() -> Commands[ReviewerSettings]:
    """What runs the service. Whoever migrates has no use for all that this loads."""
    from services.reviewer.process import COMMANDS

    return COMMANDS


if __name__ == "__main__":
    run_command(
        sys.argv[1:],
        process="reviewer",
        module="services.reviewer",
        settings_class=ReviewerSettings,
        commands=commands,
        migrate=migrate_schema,
    )
