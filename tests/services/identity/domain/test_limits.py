"""The two-level model."""

import pytest

from altostratus.services.identity.domain.limits import Family, Limited, first_misfit, holder_id
from altostratus.services.identity.domain.nouns import Limit, RegisteredLimit

CORES = RegisteredLimit("cores", "nova", None, "cores", 10, None)
RAM = RegisteredLimit("ram", "nova", None, "ram", 0, None)


def of_project(value: int, project: str = "p", base: RegisteredLimit = CORES) -> Limited:
    return Limited(Limit(f"{project}-{base.id}", base.id, project, None, value, None), base)


def of_domain(value: int, domain: str = "d", base: RegisteredLimit = CORES) -> Limited:
    return Limited(Limit(f"{domain}-{base.id}", base.id, None, domain, value, None), base)


def family(domain: int | None = None, project: int | None = None) -> Family:
    """Project p in domain d, with these limits on cores: the domain's, and the greatest of its projects'."""
    return Family(
        {"p": "d"},
        {} if domain is None else {("cores", "d"): domain},
        {} if project is None else {("cores", "d"): project},
    )


@pytest.mark.parametrize(
    ("value", "domain", "fits"),
    [
        (10, None, True),
        (11, None, False),  # the default holds where the domain has no limit
        (11, 12, True),
        (13, 12, False),
        (-1, 12, True),
        (5, -1, False),  # numbers are compared as they are
        (99, 0, True),  # nothing is compared with 0
    ],
)
def test_a_project_stays_below_its_domain(value: int, domain: int | None, fits: bool) -> None:
    wanted = of_project(value)
    assert first_misfit([wanted], family(domain=domain)) is (None if fits else wanted)


@pytest.mark.parametrize(
    ("value", "project", "fits"), [(5, None, True), (5, 5, True), (4, 5, False), (-1, 5, False), (-1, 0, True)]
)
def test_a_domain_stays_above_its_projects(value: int, project: int | None, fits: bool) -> None:
    wanted = of_domain(value)
    assert first_misfit([wanted], family(project=project)) is (None if fits else wanted)


def test_a_default_of_nothing_binds_no_project() -> None:
    assert first_misfit([of_project(99, base=RAM)], family()) is None


def test_a_domain_limit_in_the_same_list_counts_instead_of_the_one_that_is_there() -> None:
    both = [of_project(8), of_domain(8)]
    assert first_misfit(both, family(domain=5)) is None
    too_much = of_project(9)
    assert first_misfit([of_domain(8), too_much], family(domain=50)) is too_much
    assert first_misfit([of_domain(0), too_much], family()) is too_much
    assert first_misfit([of_domain(8, base=RAM), too_much], family(domain=50)) is None


def test_the_first_misfit_is_named() -> None:
    fine, wrong, worse = of_domain(50), of_project(60), of_project(70)
    assert first_misfit([fine, wrong, worse], family()) is wrong


def test_a_project_below_a_project_is_compared_with_the_default() -> None:
    deep = Family({"p": "another-project"}, {("cores", "d"): 3}, {})
    assert first_misfit([of_project(10)], deep) is None
    wrong = of_project(11)
    assert first_misfit([wrong], deep) is wrong


def test_who_a_limit_is_for() -> None:
    assert (holder_id(of_project(1).limit), holder_id(of_domain(1).limit)) == ("p", "d")
