"""Who holds a token: from memory when it was seen since identity last changed, else from the database."""

import hashlib

from altostratus.kernel.actor import Actor
from altostratus.services.identity.domain.claims import Claims
from altostratus.services.identity.domain.session import Session, actor_of
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.open_session import open_session


async def actor_for(identity: Identity, token: str) -> Actor | None:
    """The actor, or None when the token is not valid (any more)."""
    digest = _digest(token)
    if digest in identity.actors:
        actor = identity.actors.get(digest, await identity.generation())
        if actor is not None:
            expires = actor.token_expires
            return actor if expires is None or expires > identity.clock.now() else None
    claims = await identity.open_token(token)
    return await _look_up(identity, claims, token) if claims else None


async def _look_up(identity: Identity, claims: Claims, token: str) -> Actor | None:
    """The actor from the database, kept for the generation that it was found in."""
    found = await _open(identity, claims)
    return keep_actor(identity, token, *found) if found else None


async def _open(identity: Identity, claims: Claims) -> tuple[int, Session] | None:
    """The session from the database, with the generation that it was found in."""
    # The generation first: a change that commits in between makes what is kept too old, never too new.
    generation, session = await identity.db.read(lambda tx: (identity.generation_in(tx), open_session(tx, claims)))
    return (generation, session) if session else None


def keep_actor(identity: Identity, token: str, generation: int, session: Session) -> Actor:
    """From now on the token is known, until identity changes."""
    actor = actor_of(session)
    identity.actors.keep(_digest(token), generation, actor)
    return actor


def _digest(token: str) -> bytes:
    """What is kept instead of the token, which whoever reads our memory could use."""
    return hashlib.sha256(token.encode()).digest()


async def session_for(identity: Identity, token: str, generation: int | None = None) -> Session | None:
    """The session of a token as it was in this generation or after it; by default in the one that is now."""
    digest = _digest(token)
    if digest in identity.sessions:
        now = await identity.generation() if generation is None else generation
        session = identity.sessions.get(digest, now)
        if session is not None:
            return session if session.ends_at > identity.clock.now() else None
    claims = await identity.open_token(token)
    found = await _open(identity, claims) if claims else None
    if found is None:
        return None
    identity.sessions.keep(digest, *found)
    return found[1]
