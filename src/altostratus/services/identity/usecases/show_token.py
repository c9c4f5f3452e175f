"""GET /v3/auth/tokens: what another token stands for."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import NotFound
from altostratus.services.identity.domain.session import Session
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.validate_token import session_for


async def show_token(identity: Identity, actor: Actor, token: str) -> Session:
    """The session of `token`, if the actor may validate it."""
    session = await found_session(identity, token)
    target = {"target.token.user_id": session.user.id}
    identity.policy.require(actor, "identity:validate_token", target)
    return session


async def found_session(identity: Identity, token: str) -> Session:
    if not token:
        raise NotFound("No token in the request")
    session = await session_for(identity, token)
    if session is None:
        raise NotFound("Failed to validate token")
    return session
