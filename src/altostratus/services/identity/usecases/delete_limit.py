"""DELETE /v3/limits/{id}."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.records import limits
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_limits import find_limit_to


def delete_limit(tx: Tx, identity: Identity, actor: Actor, limit_id: str) -> None:
    found = find_limit_to(tx, identity, actor, "delete", limit_id)
    limits.delete(tx, limit_id)
    events.record(tx, actor, "identity.limit.delete", limit_id, found.limit.project_id)
