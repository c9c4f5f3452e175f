"""Who holds a token: from memory when it was seen since identity last changed, else from the database."""

import hashlib

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.session import Session, actor_of
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.open_session import open_session


async def actor_for(identity: Identity, token: str) -> Actor | None:
    """The actor, or None when the token is not valid (any more)."""
    digest = hashlib.sha256(token.encode()).digest()
    generation = await identity.generation()
    actor = identity.actors.get(digest, generation)
    if actor is not None:
        expires = actor.token_expires
        return actor if expires is None or expires > identity.clock.now() else None
    session = await session_for(identity, token)
    if session is None:
        return None
    actor = actor_of(session)
    identity.actors.keep(digest, generation, actor)
    return actor


async def session_for(identity: Identity, token: str) -> Session | None:
    """The session of a token, from the database."""
    if identity.keys.open(token, identity.clock.now()) is None:
        return None
    return await identity.db.read(lambda tx: read_session(identity, tx, token))


def read_session(identity: Identity, tx: Tx, token: str) -> Session | None:
    """The same within a transaction."""
    claims = identity.keys.open(token, tx.now)
    return open_session(tx, claims) if claims else None
