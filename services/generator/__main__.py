"""`python -m services.generator serve | work | run | migrate`."""

import gc
import sys

if __name__ == "__main__":
    gc.disable()  # until run_command: nearly all that loading makes stays, and searching it takes a fifth of the time

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
