"""The secret of an EC2 credential and who acts by it, for a service of this cloud that checks signatures itself."""

from altostratus.contracts.identity import AccessKey
from altostratus.kernel.errors import BadRequest, Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.ec2 import KIND, ec2_id, read_blob
from altostratus.services.identity.domain.session import actor_of
from altostratus.services.identity.errors import Missing, Refused
from altostratus.services.identity.store.records import credentials, users
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.authenticate import session_of
from altostratus.services.identity.usecases.find_credentials import opened
from altostratus.services.identity.usecases.prove_by_signature import proof_of
from altostratus.services.identity.usecases.prove_identity import Proof


async def find_access_key(identity: Identity, access: str) -> AccessKey | None:
    """None when there is none, or when its user may not be in its project. It is kept as long as a token would hold:
    until identity changes, or what it stands on ends."""
    known = identity.memory.access_keys.get(access, await identity.generation())
    if known and known.actor.token_expires and known.actor.token_expires > identity.clock.now():
        return known
    generation, found = await identity.db.read(lambda tx: _look(tx, identity, access))
    if found is None:
        return None
    secret, proof = found
    try:
        _, session = await session_of(identity, proof, None)
    except (Missing, Refused):
        return None
    if session is None or session.ends_at <= identity.clock.now():
        return None
    key = AccessKey(secret, actor_of(session))
    identity.memory.access_keys.keep(access, generation, key)
    return key


def _look(tx: Tx, identity: Identity, access: str) -> tuple[int, tuple[str, Proof] | None]:
    """The generation first: a change that commits in between makes what is kept too old, never too new."""
    generation = identity.generation_in(tx)
    try:
        return generation, _find(tx, identity, access)
    except (BadRequest, Missing, Unauthorized):
        return generation, None


def _find(tx: Tx, identity: Identity, access: str) -> tuple[str, Proof] | None:
    found = credentials.find(tx, ec2_id(access))
    user = users.find(tx, found.user_id) if found and found.type == KIND else None
    if found is None or user is None:
        return None
    blob = read_blob(opened(identity, found).blob)
    secret = blob.get("secret")
    if not isinstance(secret, str) or not secret:
        return None
    return secret, proof_of(tx, user, found.project_id or "", blob)
