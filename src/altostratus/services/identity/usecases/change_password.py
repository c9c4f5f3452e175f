"""POST /v3/users/{id}/password: a user changes its own password; who knows the old one needs no token."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.login import Reference
from altostratus.services.identity.domain.nouns import User
from altostratus.services.identity.domain.passwords import hash_password
from altostratus.services.identity.store.records import users
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.prove_identity import prove_by_password


async def change_password(identity: Identity, user_id: str, old: str, new: str) -> None:
    """All of the user's tokens end."""
    user = await prove_by_password(identity, Reference(id=user_id), old)
    if user.options.get("lock_password"):
        raise BadRequest("The password of this user is locked; only an administrator can set it.")
    password_hash = await identity.hash(hash_password, new)
    await identity.change(lambda tx: _change(tx, user, password_hash))


def _change(tx: Tx, proved: User, password_hash: str) -> None:
    user = users.find(tx, proved.id)
    if user is None or user.epoch != proved.epoch:
        raise Unauthorized()
    users.update(tx, user.id, password_hash=password_hash, password_expires_at=None, epoch=user.epoch + 1)
    events.record(tx, Actor(user_id=user.id), "identity.user.change_password", user.id)
