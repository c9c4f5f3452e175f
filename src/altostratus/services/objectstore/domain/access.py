"""Whom the lists of a container let in, as Swift's keystoneauth has it."""

from altostratus.contracts.accounts import is_own, roles_of
from altostratus.contracts.objectstore import Container
from altostratus.kernel.actor import Actor
from altostratus.services.objectstore.domain.acl import read_acl

READ, WRITE = "read", "write"
NAMES_OF = "domain"
"""The setting of a container that says in which domain its project is; names in its lists are of that one."""
DEFAULT = "default"


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
    return is_own(actor, container.account) and acl.allows_role(roles_of(actor))


def _names_of(actor: Actor, container: Container) -> set[str]:
    """What an actor goes by in a list: project:user, by id; by name only if nobody else may have these names, which is
    so in the default domain."""
    users, projects = ["*", actor.user_id], ["*", actor.project]
    domains = {actor.user_domain_id, actor.project_domain_id or DEFAULT, container.settings.get(NAMES_OF, DEFAULT)}
    if domains == {DEFAULT}:
        users.append(actor.user_name)
        projects.append(actor.project_name or "")
    return {f"{project}:{user}" for project in projects for user in users if project and user}
