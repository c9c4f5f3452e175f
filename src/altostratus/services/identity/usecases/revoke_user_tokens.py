"""DELETE /v3/users/{id}/tokens: all of a user's tokens end; for who cannot change the password."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.records import users
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.announce_revocation import end_tokens_of


def revoke_user_tokens(tx: Tx, identity: Identity, actor: Actor, user_id: str) -> None:
    identity.policy.require(actor, "identity:revoke_tokens_for_user", {"user_id": user_id})
    if users.find(tx, user_id) is None:
        raise Missing("user", user_id)
    end_tokens_of(tx, identity, [user_id])
    events.record(tx, actor, "identity.user.revoke_tokens", user_id)
