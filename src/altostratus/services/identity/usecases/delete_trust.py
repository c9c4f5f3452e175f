"""DELETE /v3/OS-TRUST/trusts/{id}: with all trusts that were passed on from it, and every token of theirs."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.tables import trust
from altostratus.services.identity.store.trusts import end_trusts
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.announce_revocation import announce_revocations
from altostratus.services.identity.usecases.find_trusts import find_trust


def delete_trust(tx: Tx, identity: Identity, actor: Actor, trust_id: str) -> None:
    found = find_trust(tx, identity, actor, "identity:delete_trust", trust_id)
    ended = end_trusts(tx, trust.c.id == trust_id)
    announce_revocations(tx, identity, [{"trust_id": one} for one in ended])
    for one in ended:
        events.record(tx, actor, "identity.trust.delete", one, found.project_id)
