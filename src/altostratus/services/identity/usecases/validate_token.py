"""Who holds a token: from memory when it was seen since identity last changed, else from the database."""

import hashlib

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import ON_ITS_OWN, Claims
from altostratus.services.identity.domain.session import Session
from altostratus.services.identity.usecases import Identity, Known
from altostratus.services.identity.usecases.open_session import open_session


async def actor_for(identity: Identity, token: str) -> Actor | None:
    """The actor, or None when the token is not valid (any more)."""
    known = await _known(identity, token)
    return known.actor if known else None


async def session_for(identity: Identity, token: str, generation: int | None = None) -> Session | None:
    """The session of a token as it was in this generation or after it; by default in the one that is now."""
    known = await _known(identity, token, generation)
    return known.session if known else None


async def _known(identity: Identity, token: str, generation: int | None = None) -> Known | None:
    digest = _digest(token)
    if digest in identity.memory.tokens:
        now = await identity.generation() if generation is None else generation
        known = identity.memory.tokens.get(digest, now)
        if known is not None:
            return known if known.session.ends_at > identity.clock.now() else None
    claims = await identity.open_token(token)
    found = await _open(identity, claims) if claims else None
    return remember(identity, token, *found) if found else None


async def _open(identity: Identity, claims: Claims) -> tuple[int, Session] | None:
    """The session from the database, with the generation that it was found in."""

    def look(tx: Tx) -> tuple[int, Session | None]:
        # The generation first: a change that commits in between makes what is kept too old, never too new.
        generation = identity.generation_in(tx)
        return generation, open_session(tx, identity, generation, claims)

    generation, session = await identity.db.read(look)
    return (generation, session) if session else None


def remember(identity: Identity, token: str, generation: int, session: Session) -> Known:
    """From now on the token is known, until identity changes; so is what else its user does in this scope."""
    known = Known(session)
    identity.memory.tokens.keep(_digest(token), generation, known)
    if session.claims.delegation == ON_ITS_OWN:
        identity.memory.sessions.keep((session.user.id, session.claims.scope), generation, session)
    return known


def _digest(token: str) -> bytes:
    """What is kept instead of the token, which whoever reads our memory could use."""
    return hashlib.sha256(token.encode()).digest()
