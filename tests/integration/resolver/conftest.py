"""The resolver's use cases on a schema of the test's own."""

from dataclasses import dataclass

import pytest
import structlog
from opentelemetry.metrics import Meter

from chassis.postgres import Database
from services.resolver.browsing import Browsing
from services.resolver.identifying import Identifying
from services.resolver.importing import Importing
from services.resolver.mirror import CatalogueMirror
from services.resolver.outcomes import OutcomeCounter
from services.resolver.resolving import Resolving
from tests.samples import DIMENSIONS


@dataclass(frozen=True)
class Resolver:
    """All use cases, sharing one pool."""

    database: Database
    outcomes: OutcomeCounter
    resolving: Resolving
    identifying: Identifying
    importing: Importing
    browsing: Browsing


@pytest.fixture
def resolver(database: Database, meter: Meter, log: structlog.stdlib.BoundLogger) -> Resolver:
    outcomes = OutcomeCounter(database=database, threshold=0.05, meter=meter, log=log)
    mirror = CatalogueMirror(database=database, log=log)
    return Resolver(
        database=database,
        outcomes=outcomes,
        resolving=Resolving(database=database, outcomes=outcomes),
        identifying=Identifying(database=database, mirror=mirror, dimensions=DIMENSIONS),
        importing=Importing(database=database, dimensions=DIMENSIONS),
        browsing=Browsing(database=database, outcomes=outcomes),
    )
