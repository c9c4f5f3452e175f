"""`alto admin`: what gives an operator back the access that nobody has any more. Not reachable by HTTP."""

from altostratus.kernel import events
from altostratus.kernel.actor import SYSTEM
from altostratus.kernel.errors import NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.login import Reference
from altostratus.services.identity.domain.nouns import User
from altostratus.services.identity.store.records import users
from altostratus.services.identity.store.references import find_user
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.announce_revocation import announce_revocation
from altostratus.services.identity.usecases.bootstrap import ensure_administrator
from altostratus.services.identity.usecases.set_password import put_away, with_password


def reset_password(tx: Tx, identity: Identity, name: str, domain: str, password_hash: str) -> None:
    """The user can log in again with this password, even if it was locked, disabled or its password had expired; all
    of its tokens end."""
    user = find_user(tx, Reference(name=name, domain=Reference(name=domain)))
    if user is None:
        raise NotFound(f"There is no user {name} in the domain {domain}.")
    _reset(tx, identity, user, password_hash)


def restore_administrator(tx: Tx, identity: Identity, name: str, password_hash: str) -> None:
    """A user of the domain Default who is administrator of the cloud, made where there is none."""
    user = users.find(tx, ensure_administrator(tx, name))
    assert user
    _reset(tx, identity, user, password_hash)


def _reset(tx: Tx, identity: Identity, user: User, password_hash: str) -> None:
    """The password is good as if the user had chosen it; but the user may choose another one at once."""
    put_away(tx, identity, user)
    password = with_password(tx, identity, password_hash, user.options, own=True) | {"password_changed_at": None}
    free = {"enabled": True, "failed_auth_count": 0, "failed_auth_at": None, "last_active_at": tx.now}
    users.update(tx, user.id, **password, **free, epoch=user.epoch + 1)
    announce_revocation(tx, identity, user_id=user.id)
    events.record(tx, SYSTEM, "identity.user.reset_password", user.id)
