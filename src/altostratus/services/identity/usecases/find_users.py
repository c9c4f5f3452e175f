"""Users by id and in lists."""

from dataclasses import replace
from datetime import datetime

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.compliance import is_inactive
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.nouns import User
from altostratus.services.identity.domain.targets import user_target
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.access import reachable
from altostratus.services.identity.store.records import users
from altostratus.services.identity.store.tags import Tagged, with_tags
from altostratus.services.identity.usecases import Identity


def find_user(tx: Tx, identity: Identity, actor: Actor, rule: str, user_id: str) -> User:
    """The user, if the actor may do `rule` to it; who may not learns nothing about whether there is one."""
    user = get_user(tx, identity, user_id)
    identity.policy.require(actor, rule, user_target(user))
    if user is None:
        raise Missing("user", user_id)
    return user


def get_user(tx: Tx, identity: Identity, user_id: str) -> User | None:
    """The user as it is now."""
    user = users.find(tx, user_id)
    return user and as_of(identity, user, tx.now)


def as_of(identity: Identity, user: User, now: datetime) -> User:
    """Disabled, if it has been inactive for too long. (Lists are filtered as if it were not, as in Keystone.)"""
    return replace(user, enabled=False) if is_inactive(identity.config, user, now) else user


def list_users(tx: Tx, identity: Identity, actor: Actor, listing: Listing) -> list[User]:
    """A domain's reader sees that domain's."""
    identity.policy.require(actor, "identity:list_users", {"target.domain_id": actor.domain_id})
    found = users.listed(tx, listing.having(domain_id=actor.domain_id) if actor.domain_id else listing)
    return [as_of(identity, user, tx.now) for user in found]


def list_user_projects(tx: Tx, identity: Identity, actor: Actor, user_id: str, listing: Listing) -> list[Tagged]:
    """The projects that the user has a role on."""
    find_user(tx, identity, actor, "identity:list_user_projects", user_id)
    return with_tags(tx, reachable(tx, user_id, "project", listing))
