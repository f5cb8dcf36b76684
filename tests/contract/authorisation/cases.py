"""The cases of every method, by what answers it."""

from collections.abc import Sequence

from gateway.routing import is_shared
from tests.contract.authorisation import engager_cases, gateway_cases, generator_cases, resolver_cases, reviewer_cases
from tests.contract.authorisation.case import Case
from tests.contract.authorisation.jobs_cases import cases_of as job_cases_of
from tests.contract.authorisation.methods import Target

OWN = {
    "resolver": resolver_cases.CASES,
    "generator": generator_cases.CASES,
    "reviewer": reviewer_cases.CASES,
    "engager": engager_cases.CASES,
    "gateway": gateway_cases.CASES,
}


def cases_of(target: Target) -> Sequence[Case]:
    """The cases of a method; none where nobody has written any."""
    known = job_cases_of(target.service) if is_shared(target.path) else OWN.get(target.service, {})
    return known.get(target.method.name, [])
