"""DELETE /v3/OS-EP-FILTER/endpoint_groups/{id}, with its associations."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.records import endpoint_groups
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_endpoint_groups import find_group


def delete_endpoint_group(tx: Tx, identity: Identity, actor: Actor, group_id: str) -> None:
    find_group(tx, identity, actor, "identity:delete_endpoint_group", group_id)
    endpoint_groups.delete(tx, group_id)
    events.record(tx, actor, "identity.endpoint_group.delete", group_id)
