"""`python -m services.resolver serve | work | run | migrate`."""

import sys

from chassis.loading import begin_loading

if __name__ == "__main__":
    begin_loading()

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
