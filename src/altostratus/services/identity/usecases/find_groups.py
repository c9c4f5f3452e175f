"""Groups by id and in lists, and who is in them."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.filters import ALL, Listing
from altostratus.services.identity.domain.nouns import Group, User
from altostratus.services.identity.domain.targets import group_target
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.membership import groups_of, members_of
from altostratus.services.identity.store.records import groups, users
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_users import as_of, find_user


def find_group(tx: Tx, identity: Identity, actor: Actor, rule: str, group_id: str) -> Group:
    """The group, if the actor may do `rule` to it."""
    group = groups.find(tx, group_id)
    identity.policy.require(actor, rule, group_target(group))
    if group is None:
        raise Missing("group", group_id)
    return group


def list_groups(tx: Tx, identity: Identity, actor: Actor, listing: Listing) -> list[Group]:
    """A domain's reader sees that domain's."""
    identity.policy.require(actor, "identity:list_groups", {"target.group.domain_id": actor.domain_id})
    return groups.listed(tx, listing.having(domain_id=actor.domain_id) if actor.domain_id else listing)


def list_members(tx: Tx, identity: Identity, actor: Actor, group_id: str, listing: Listing) -> list[User]:
    find_group(tx, identity, actor, "identity:list_users_in_group", group_id)
    return [as_of(identity, user, tx.now) for user in users.listed(tx, listing, members_of(group_id))]


def list_groups_of(tx: Tx, identity: Identity, actor: Actor, user_id: str, listing: Listing = ALL) -> list[Group]:
    find_user(tx, identity, actor, "identity:list_groups_for_user", user_id)
    return groups.listed(tx, listing, groups_of(user_id))
