"""`python -m services.resolver serve | work | run | migrate`."""

import gc
import sys

if __name__ == "__main__":
    gc.disable()  # until run_command: nearly all that loading makes stays, and searching it takes a fifth of the time

from chassis.command import Commands, migrating, run_command
from services.resolver.config import ResolverSettings

migrate_schema = migrating(["jobs", "services.resolver"])


def commands() -> Commands[ResolverSettings]:
    """What runs the service. Whoever migrates has no use for all that this loads."""
    from services.resolver.process import COMMANDS

    return COMMANDS


if __name__ == "__main__":
    run_command(
        sys.argv[1:],
        process="resolver",
        module="services.resolver",
        settings_class=ResolverSettings,
        commands=commands,
        migrate=migrate_schema,
    )
