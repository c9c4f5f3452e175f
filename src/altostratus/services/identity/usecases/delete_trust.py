"""DELETE /v3/OS-TRUST/trusts/{id}."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.records import trusts
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_trusts import find_trust


def delete_trust(tx: Tx, identity: Identity, actor: Actor, trust_id: str) -> None:
    find_trust(tx, identity, actor, "identity:delete_trust", trust_id)
    trusts.delete(tx, trust_id)
    events.record(tx, actor, "identity.trust.delete", trust_id)
