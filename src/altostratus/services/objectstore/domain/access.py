"""Who may do what in an account, as Swift's keystoneauth has it."""

from altostratus.contracts.objectstore import Container
from altostratus.kernel.actor import Actor
from altostratus.services.objectstore.domain.acl import read_acl

PREFIX = "AUTH_"
OPERATORS = frozenset({"admin", "member"})
"""Roles in a project with which everything in its account may be done."""
READER = "reader"
RESELLER = "ResellerAdmin"
"""The role with which everything in every account may be done."""
READ, WRITE = "read", "write"


def is_reseller(actor: Actor | None) -> bool:
    return actor is not None and RESELLER in actor.roles


def owns(actor: Actor | None, account: str) -> bool:
    """Whether the actor may do everything in the account."""
    if actor is None:
        return False
    return is_reseller(actor) or (account == PREFIX + actor.project and not actor.roles.isdisjoint(OPERATORS))


def reads_all(actor: Actor | None, account: str) -> bool:
    """Whether the actor may look at everything in the account."""
    if owns(actor, account):
        return True
    return actor is not None and account == PREFIX + actor.project and READER in actor.roles


def allows_object(actor: Actor | None, container: Container, right: str, referrer: str | None) -> bool:
    """Whether the container lets the actor (or anybody) read or write its objects."""
    acl = read_acl(container.settings.get(right, ""))
    if right == READ and acl.allows_referrer(referrer):
        return True
    return actor is not None and acl.allows(names_of(actor))


def allows_listing(actor: Actor | None, container: Container, referrer: str | None) -> bool:
    acl = read_acl(container.settings.get(READ, ""))
    if acl.lists and acl.allows_referrer(referrer):
        return True
    return actor is not None and acl.allows(names_of(actor))


def names_of(actor: Actor) -> set[str]:
    """What an actor goes by in lists: roles, and project:user by id. Names are for those of the default domain alone:
    elsewhere they are not the only ones of their name."""
    users, projects = ["*", actor.user_id], ["*", actor.project]
    if actor.user_domain_id == "default":
        users.append(actor.user_name)
    if actor.project_domain_id == "default" and actor.project_name:
        projects.append(actor.project_name)
    return {f"{project}:{user}" for project in projects for user in users if project and user} | set(actor.roles)
