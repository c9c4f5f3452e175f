"""POST /v3/users/{id}/password: a user changes its own password; who knows the old one, expired or not, needs no
token."""

from datetime import datetime

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.compliance import days_to_keep
from altostratus.services.identity.domain.login import Reference
from altostratus.services.identity.domain.nouns import User
from altostratus.services.identity.errors import PasswordLocked, PasswordReused, PasswordTooYoung
from altostratus.services.identity.store.password_history import former_passwords
from altostratus.services.identity.store.records import users
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.announce_revocation import announce_revocation
from altostratus.services.identity.usecases.prove_by_password import Checked, prove_by_password, settle
from altostratus.services.identity.usecases.set_password import former_count, put_away, strong_hash, with_password


async def change_password(identity: Identity, user_id: str, old: str, new: str, client: str) -> None:
    """All of the user's tokens end."""
    checked = await prove_by_password(identity, Reference(id=user_id), old, client, may_be_expired=True)
    former = await identity.db.write(lambda tx: _former(tx, identity, checked))
    now = identity.clock.now()
    password_hash = await identity.hash(_chosen, identity, checked.user, former, new, now)
    await identity.change(lambda tx: _change(tx, identity, checked.user, password_hash))


def _former(tx: Tx, identity: Identity, checked: Checked) -> list[str]:
    if not settle(tx, identity, checked):
        raise Unauthorized()
    return former_passwords(tx, checked.user.id, former_count(identity))


def _chosen(identity: Identity, user: User, former: list[str], new: str, now: datetime) -> str | None:
    """The hash of the new password, if the user may choose it. Slow: runs in the lane."""
    config = identity.config
    password_hash = strong_hash(identity, new)
    if user.options.get("lock_password"):
        raise PasswordLocked()
    left = days_to_keep(config, user, now)
    if left is not None:
        raise PasswordTooYoung(days=config.minimum_password_age, left=left)
    most = config.unique_last_password_count
    if most and identity.hasher.matches_any([user.password_hash or "", *former], new):
        raise PasswordReused(count=most)
    return password_hash


def _change(tx: Tx, identity: Identity, proved: User, password_hash: str | None) -> None:
    user = users.find(tx, proved.id)
    if user is None or user.epoch != proved.epoch or user.options.get("lock_password"):
        raise Unauthorized()
    put_away(tx, identity, user)
    changes = with_password(tx, identity, password_hash, user.options, own=True)
    users.update(tx, user.id, **changes, epoch=user.epoch + 1)
    announce_revocation(tx, identity, user_id=user.id)
    events.record(tx, Actor(user_id=user.id), "identity.user.change_password", user.id)
