"""DELETE /v3/auth/tokens: end one token before its time."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.revocations import revoke
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.show_token import found_session


async def revoke_token(identity: Identity, actor: Actor, token: str) -> None:
    """`token` is not valid any more from the next request on."""
    session = await found_session(identity, token)
    identity.policy.require(actor, "identity:revoke_token", {"target.token.user_id": session.claims.user_id})

    def end(tx: Tx) -> None:
        revoke(tx, session.claims)
        events.record(tx, actor, "identity.token.revoke", session.user.id)

    await identity.change(end)
