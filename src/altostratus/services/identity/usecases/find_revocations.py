"""GET /v3/OS-REVOKE/events: which tokens have ended, for who validates tokens on its own."""

from datetime import datetime

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import RevocationEvent
from altostratus.services.identity.store.revocations import revoked_after
from altostratus.services.identity.usecases import Identity


def list_revocations(tx: Tx, identity: Identity, actor: Actor, since: datetime | None) -> list[RevocationEvent]:
    """Those recorded after `since`, oldest first."""
    identity.policy.require(actor, "identity:list_revoke_events")
    return revoked_after(tx, since)
