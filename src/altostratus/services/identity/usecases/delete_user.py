"""DELETE /v3/users/{id}: with its grants, memberships, credentials and trusts."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.cleanup import forget_users
from altostratus.services.identity.store.records import users
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.announce_revocation import announce_revocation
from altostratus.services.identity.usecases.find_users import find_user


def delete_user(tx: Tx, identity: Identity, actor: Actor, user_id: str) -> None:
    find_user(tx, identity, actor, "identity:delete_user", user_id)
    forget_users(tx, [user_id])
    users.delete(tx, user_id)
    announce_revocation(tx, identity, user_id=user_id)
    events.record(tx, actor, "identity.user.delete", user_id)
