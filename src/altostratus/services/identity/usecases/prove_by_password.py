"""By password: who it is, and for whom the right one is not enough.

Whatever is wrong answers the same 401 after the same work, so that nobody learns which users there are; that a password
is right learns only who may log in with it, or has to change it first.
"""

from dataclasses import dataclass

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.compliance import active_on, after_failure, is_expired, is_inactive, is_locked
from altostratus.services.identity.domain.login import Reference
from altostratus.services.identity.domain.nouns import User
from altostratus.services.identity.errors import PasswordExpired, TooManyFailures
from altostratus.services.identity.store.records import projects, users
from altostratus.services.identity.store.references import find_user, hash_of_another
from altostratus.services.identity.usecases import Identity

NOBODY = Actor(user_id="")


@dataclass(frozen=True, slots=True)
class Checked:
    """A user whose password was right, as it was before that; `new_hash` is to replace one of other parameters."""

    user: User
    new_hash: str | None = None


async def prove_by_password(
    identity: Identity, who: Reference, password: str, client: str, *, may_be_expired: bool = False
) -> Checked:
    """Unauthorized after one hash, whatever is wrong. Whoever goes on from here calls `settle` in its transaction."""
    if seconds := identity.logins.wait(repr(who), client, identity.clock.now()):
        raise TooManyFailures(seconds)
    like, user, refusal = await identity.db.read(lambda tx: (hash_of_another(tx, who), *_find_login(tx, identity, who)))
    matches = await identity.hash(identity.hasher.matches, user.password_hash if user else None, password, like)
    if user is None or refusal or not matches:
        identity.logins.fail(repr(who), client, identity.clock.now())
        await identity.db.write(lambda tx: _fail(tx, identity, user, refusal or "wrong password"))
        raise Unauthorized()
    if is_expired(user, identity.clock.now()) and not may_be_expired:
        await identity.db.write(lambda tx: record_failure(tx, user, "password expired"))
        raise PasswordExpired(user.id)
    return Checked(user, await _hashed_anew(identity, user, password))


def _find_login(tx: Tx, identity: Identity, who: Reference) -> tuple[User | None, str]:
    """The user and why it may not log in, if so; the same work where there is no such user."""
    user = find_user(tx, who)
    domain = projects.find(tx, user.domain_id if user else "")
    if user is None:
        return None, "no such user"
    return user, _refusal(tx, identity, user, domain is not None and domain.enabled)


def _refusal(tx: Tx, identity: Identity, user: User, in_open_domain: bool) -> str:
    if not in_open_domain:
        return "domain disabled"
    if not user.enabled:
        return "user disabled"
    if is_inactive(identity.config, user, tx.now):
        return "user inactive"
    return "user locked" if is_locked(identity.config, user, tx.now) else ""


async def _hashed_anew(identity: Identity, user: User, password: str) -> str | None:
    if user.password_hash is None or not identity.hasher.is_outdated(user.password_hash):
        return None
    return await identity.hash(identity.hasher.hash, password)


def _fail(tx: Tx, identity: Identity, proved: User | None, reason: str) -> None:
    if identity.config.lockout_failure_attempts:
        id = proved.id if proved else ""  # noqa: A001
        user = users.find(tx, id)
        none = {"failed_auth_count": 0, "failed_auth_at": None}
        users.update(tx, id, **(after_failure(identity.config, user, tx.now) if user else none))
    record_failure(tx, proved, reason)


def record_failure(tx: Tx, user: User | None, reason: str) -> None:
    """Somebody could not prove to be this user."""
    # What was typed as a name is not kept: it may be a password.
    id = user.id if user else ""  # noqa: A001
    events.record(tx, NOBODY, "identity.authenticate", id, outcome="failure", reason=reason)


def settle(tx: Tx, identity: Identity, checked: Checked) -> bool:
    """A right password ends the count of wrong ones, and is hashed anew if need be; False, and nothing changes, when
    enough wrong ones have come in meanwhile. No token ends by it."""
    proved, config = checked.user, identity.config
    changes = active_on(config, proved, tx.now)
    if not (changes or checked.new_hash or config.lockout_failure_attempts):
        return True
    user = users.find(tx, proved.id)
    if user is None or is_locked(config, user, tx.now):
        return False
    if user.failed_auth_count:
        changes |= {"failed_auth_count": 0, "failed_auth_at": None}
    if checked.new_hash and user.password_hash == proved.password_hash:
        changes["password_hash"] = checked.new_hash
    if changes:
        users.update(tx, user.id, **changes)
    return True
