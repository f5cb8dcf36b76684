"""`python -m services.reviewer serve | work | run | migrate`."""

import sys

from chassis.loading import begin_loading

if __name__ == "__main__":
    begin_loading()

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
