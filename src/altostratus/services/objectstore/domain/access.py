"""Who may do what in an account, as Swift's keystoneauth has it."""

from altostratus.contracts.objectstore import Container
from altostratus.kernel.actor import Actor
from altostratus.services.objectstore.domain.acl import read_acl

PREFIX = "AUTH_"
OPERATORS = frozenset({"admin", "member"})
"""Roles in a project with which everything in its account may be done."""
READER = "reader"
RESELLER = "reselleradmin"
"""The role with which everything in every account may be done. Swift looks at roles without regard to case."""
READ, WRITE = "read", "write"
NAMES_OF = "domain"
"""The setting of a container that says in which domain its project is; names in its lists are of that one."""
DEFAULT = "default"


def is_reseller(actor: Actor | None) -> bool:
    return actor is not None and RESELLER in _roles(actor)


def owns(actor: Actor | None, account: str) -> bool:
    """Whether the actor may do everything in the account."""
    if actor is None:
        return False
    return (_is_own(actor, account) and not _roles(actor).isdisjoint(OPERATORS)) or is_reseller(actor)


def reads_all(actor: Actor | None, account: str) -> bool:
    """Whether the actor may look at everything in the account."""
    if actor is None:
        return False
    return owns(actor, account) or (_is_own(actor, account) and READER in _roles(actor))


def allows_object(actor: Actor | None, container: Container, right: str, referrer: str | None) -> bool:
    """Whether the container lets the actor (or anybody) read or write its objects."""
    acl = read_acl(container.settings.get(right, ""))
    return (right == READ and acl.allows_referrer(referrer)) or (actor is not None and _allows(actor, container, right))


def allows_listing(actor: Actor | None, container: Container, referrer: str | None) -> bool:
    acl = read_acl(container.settings.get(READ, ""))
    return (acl.lists and acl.allows_referrer(referrer)) or (actor is not None and _allows(actor, container, READ))


def _allows(actor: Actor, container: Container, right: str) -> bool:
    """Whether a list has the actor: anybody by project:user, those of the container's own project by a role too."""
    acl = read_acl(container.settings.get(right, ""))
    if acl.allows(_names_of(actor, container)):
        return True
    return _is_own(actor, container.account) and acl.allows_role(_roles(actor))


def _names_of(actor: Actor, container: Container) -> set[str]:
    """What an actor goes by in a list: project:user, by id; by name only if nobody else may have these names, which is
    so in the default domain."""
    users, projects = ["*", actor.user_id], ["*", actor.project]
    domains = {actor.user_domain_id, actor.project_domain_id or DEFAULT, container.settings.get(NAMES_OF, DEFAULT)}
    if domains == {DEFAULT}:
        users.append(actor.user_name)
        projects.append(actor.project_name or "")
    return {f"{project}:{user}" for project in projects for user in users if project and user}


def _is_own(actor: Actor, account: str) -> bool:
    return bool(actor.project) and account == PREFIX + actor.project


def _roles(actor: Actor) -> set[str]:
    return {role.lower() for role in actor.roles}
