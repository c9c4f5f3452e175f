"""GET /v3/auth/tokens: what another token stands for."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import NotFound
from altostratus.services.identity.domain.session import Session
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.validate_token import session_for


async def show_token(
    identity: Identity, actor: Actor, token: str, generation: int, heeds_access_rules: bool
) -> Session:
    """The session of `token` as of this generation or later, if the actor may validate it. Who does not heed access
    rules is not told of a token that they bind: it would take it for one that may do anything."""
    session = await found_session(identity, token, generation)
    if session.access_rules and not heeds_access_rules:
        raise NotFound("Failed to validate token")
    target = {"target.token.user_id": session.claims.user_id}
    identity.policy.require(actor, "identity:validate_token", target)
    return session


async def found_session(identity: Identity, token: str, generation: int | None = None) -> Session:
    if not token:
        raise NotFound("No token in the request")
    session = await session_for(identity, token, generation)
    if session is None:
        raise NotFound("Failed to validate token")
    return session
