"""Limits as clients see them, and what Keystone's two-level model asks of them. Limits are kept and shown here; each
service enforces its own.

In that model a domain's limit binds its projects: none of theirs may be above it. Where the domain has none, the
registered limit's default takes its place. Numbers are compared as they are (-1, too), but nothing is compared with 0.
https://docs.openstack.org/keystone/latest/admin/unified-limits.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from altostratus.services.identity.domain.nouns import Limit, RegisteredLimit

FLAT = "Limit enforcement and validation does not take project hierarchy into consideration."
STRICT_TWO_LEVEL = "This model requires project hierarchy never exceeds a depth of two"
MODELS = {"flat": FLAT, "strict_two_level": STRICT_TWO_LEVEL}
"""What each model is, in Keystone's words."""

DEEPEST = {"strict_two_level": 2}
"""How many levels of projects a model allows below a domain."""

Key = tuple[str, str | None]
"""A registered limit's id, and that of a domain."""


@dataclass(frozen=True, slots=True)
class Limited:
    """A limit with what it overrides."""

    limit: Limit
    registered: RegisteredLimit


def holder_id(limit: Limit) -> str:
    """The project or domain that it is for."""
    return limit.project_id or limit.domain_id or ""


@dataclass(frozen=True, slots=True)
class Family:
    """What limits are compared with: the parents of projects by id, the limits of domains, and the greatest limit
    that any project of a domain has."""

    parents: Mapping[str, str | None]
    of_domains: Mapping[Key, int]
    of_projects: Mapping[Key, int]


def first_misfit(wanted: Sequence[Limited], family: Family) -> Limited | None:
    """The first that breaks the two-level model, if one does. Projects are compared with the domain's limit in the
    same list, where there is one."""
    beside = dict(_of_domains(wanted))
    return next((one for one in wanted if not _fits(one, beside, family)), None)


def _of_domains(wanted: Iterable[Limited]) -> Iterable[tuple[Key, int]]:
    for one in wanted:
        if one.limit.domain_id:
            yield (one.registered.id, one.limit.domain_id), one.limit.resource_limit


def _fits(one: Limited, beside: Mapping[Key, int], family: Family) -> bool:
    value = one.limit.resource_limit
    if one.limit.project_id is None:
        below = family.of_projects.get((one.registered.id, one.limit.domain_id))
        return not below or value >= below
    parent = (one.registered.id, family.parents.get(one.limit.project_id))
    if parent in beside:
        return value <= beside[parent]
    above = family.of_domains.get(parent, one.registered.default_limit)
    return not above or value <= above
