"""`python -m services.generator serve | work | run | migrate`."""

import sys

from chassis.loading import begin_loading

if __name__ == "__main__":
    begin_loading()

from chassis.command import Commands, migrating, run_command
from services.generator.config import GeneratorSettings

migrate_schema = migrating(["jobs", "ledger", "services.generator"])


def commands() -> Commands[GeneratorSettings]:
    """What runs the service. Whoever migrates has no use for all that this loads."""
    from services.generator.process import COMMANDS

    return COMMANDS


if __name__ == "__main__":
    run_command(
        sys.argv[1:],
        process="generator",
        module="services.generator",
        settings_class=GeneratorSettings,
        commands=commands,
        migrate=migrate_schema,
    )
