"""Accounts of the object store: whose they are, and with which roles one may what in a whole one, by whichever door.

Each is a project's. Roles are looked at without regard to case, as Swift does.
https://docs.openstack.org/swift/latest/overview_auth.html#keystone-auth
"""

from altostratus.kernel.actor import Actor

PREFIX = "AUTH_"
OPERATORS = frozenset({"admin", "member"})
"""Roles in a project with which everything in its account may be done."""
READER = "reader"
"""The role in a project with which everything in its account may be looked at."""
RESELLER = "reselleradmin"
"""The role with which everything in every account may be done."""


def account_of(project: str) -> str:
    return PREFIX + project


def project_of(account: str) -> str:
    return account.removeprefix(PREFIX)


def is_own(actor: Actor, account: str) -> bool:
    """Whether it is that of the actor's project, whatever may be done there."""
    return bool(actor.project) and account == account_of(actor.project)


def is_reseller(actor: Actor | None) -> bool:
    return actor is not None and RESELLER in roles_of(actor)


def owns(actor: Actor | None, account: str) -> bool:
    """Whether the actor may do everything in the account."""
    if actor is None:
        return False
    return (is_own(actor, account) and not roles_of(actor).isdisjoint(OPERATORS)) or is_reseller(actor)


def reads_all(actor: Actor | None, account: str) -> bool:
    """Whether the actor may look at everything in the account."""
    if actor is None:
        return False
    return owns(actor, account) or (is_own(actor, account) and READER in roles_of(actor))


def roles_of(actor: Actor) -> set[str]:
    """In lower case."""
    return {role.lower() for role in actor.roles}
