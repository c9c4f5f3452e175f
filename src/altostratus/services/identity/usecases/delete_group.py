"""DELETE /v3/groups/{id}: with its grants and memberships. If it had grants, its members' tokens end."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.cleanup import forget_groups
from altostratus.services.identity.store.grants import find_assignments, held_by_group
from altostratus.services.identity.store.membership import members_by_group
from altostratus.services.identity.store.records import groups
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.announce_revocation import end_tokens_of
from altostratus.services.identity.usecases.find_groups import find_group


def delete_group(tx: Tx, identity: Identity, actor: Actor, group_id: str) -> None:
    find_group(tx, identity, actor, "identity:delete_group", group_id)
    if find_assignments(tx, held_by_group(group_id)):
        end_tokens_of(tx, identity, members_by_group(tx, [group_id]).get(group_id, []))
    forget_groups(tx, [group_id])
    groups.delete(tx, group_id)
    events.record(tx, actor, "identity.group.delete", group_id)
