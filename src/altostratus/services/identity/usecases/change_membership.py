"""/v3/groups/{id}/users/{id}: who is in a group."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.targets import group_target, user_target
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.membership import add_member, is_member, remove_member
from altostratus.services.identity.store.records import groups, users
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.announce_revocation import end_tokens_of


def check_member(tx: Tx, identity: Identity, actor: Actor, group_id: str, user_id: str) -> None:
    """NotFound unless the user is in the group."""
    _require(tx, identity, actor, "identity:check_user_in_group", group_id, user_id)
    if not is_member(tx, group_id, user_id):
        raise NotFound(f"User '{user_id}' not found in group '{group_id}'")


def join_group(tx: Tx, identity: Identity, actor: Actor, group_id: str, user_id: str) -> None:
    _require(tx, identity, actor, "identity:add_user_to_group", group_id, user_id)
    add_member(tx, group_id, user_id)
    events.record(tx, actor, "identity.group.add_user", group_id, user=user_id)


def leave_group(tx: Tx, identity: Identity, actor: Actor, group_id: str, user_id: str) -> None:
    _require(tx, identity, actor, "identity:remove_user_from_group", group_id, user_id)
    if not remove_member(tx, group_id, user_id):
        raise NotFound(f"User '{user_id}' not found in group '{group_id}'")
    end_tokens_of(tx, identity, [user_id])
    events.record(tx, actor, "identity.group.remove_user", group_id, user=user_id)


def _require(tx: Tx, identity: Identity, actor: Actor, rule: str, group_id: str, user_id: str) -> None:
    group, user = groups.find(tx, group_id), users.find(tx, user_id)
    identity.policy.require(actor, rule, {**group_target(group), **user_target(user)})
    if group is None:
        raise Missing("group", group_id)
    if user is None:
        raise Missing("user", user_id)
