"""DELETE /v3/registered_limits/{id}: while no limit stands on it."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.records import registered_limits
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_registered_limits import find_registered_limit
from altostratus.services.identity.usecases.update_registered_limit import check_free


def delete_registered_limit(tx: Tx, identity: Identity, actor: Actor, limit_id: str) -> None:
    check_free(tx, find_registered_limit(tx, identity, actor, "delete", limit_id))
    registered_limits.delete(tx, limit_id)
    events.record(tx, actor, "identity.registered_limit.delete", limit_id)
