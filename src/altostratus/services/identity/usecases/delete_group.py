"""DELETE /v3/groups/{id}: with its grants and memberships."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.cleanup import forget_groups
from altostratus.services.identity.store.records import groups
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_groups import find_group


def delete_group(tx: Tx, identity: Identity, actor: Actor, group_id: str) -> None:
    find_group(tx, identity, actor, "identity:delete_group", group_id)
    forget_groups(tx, [group_id])
    groups.delete(tx, group_id)
    events.record(tx, actor, "identity.group.delete", group_id)
