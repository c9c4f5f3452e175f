"""By password: who it is, and for whom the right one is not enough.

Whatever is wrong answers the same 401 after the same work, so that nobody learns which users there are; that a password
is right learns only who may log in with it, or has to change it first.
"""

from dataclasses import dataclass

from altostratus.kernel.errors import Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.compliance import active_on, after_failure, is_expired, is_inactive, is_locked
from altostratus.services.identity.domain.login import Reference
from altostratus.services.identity.domain.nouns import User
from altostratus.services.identity.errors import PasswordExpired, TooManyFailures
from altostratus.services.identity.store.records import users
from altostratus.services.identity.store.references import find_user_at_home, hash_of_another
from altostratus.services.identity.usecases import Identity

NOBODY = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A user whose password was right, as it was before that; `new_hash` is to replace one of other parameters."""

    user: User
    new_hash: str | None = None


async def prove_by_password(
    identity: Identity, who: Reference, password: str, client: str, *, may_be_expired: bool = False
) -> Checked:
    """Unauthorized after one hash, whatever is wrong. Whoever goes on from here calls `settle` in its transaction."""
    check_limits(identity, repr(who), client)
    like, user, refusal = await identity.db.read(lambda tx: (hash_of_another(tx, who), *_find_login(tx, identity, who)))
    matches = await identity.hash(identity.hasher.matches, user.password_hash if user else None, password, like)
    if user is None or refusal or not matches:
        count_failure(identity, repr(who), client)
        if identity.config.lockout_failure_attempts:
            await identity.db.write(lambda tx: _lock_out(tx, identity, user))
        record_failure(identity, user, refusal or "wrong password")
        raise Unauthorized()
    if is_expired(user, identity.clock.now()) and not may_be_expired:
        record_failure(identity, user, "password expired")
        raise PasswordExpired(user.id)
    return Checked(user, await _hashed_anew(identity, user, password))


def _find_login(tx: Tx, identity: Identity, who: Reference) -> tuple[User | None, str]:
    """The user and why it may not log in, if so; the same work where there is no such user."""
    user, in_open_domain = find_user_at_home(tx, who)
    return user, "no such user" if user is None else _refusal(tx, identity, user, in_open_domain)


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


def check_limits(identity: Identity, who: str, client: str) -> None:
    """TooManyFailures when this client has been wrong too often, about `who` or ('' is nobody) at all."""
    if seconds := identity.logins.wait(who, client, identity.clock.now()):
        raise TooManyFailures(seconds)


def count_failure(identity: Identity, who: str, client: str) -> None:
    identity.logins.fail(who, client, identity.clock.now())


def _lock_out(tx: Tx, identity: Identity, tried: User | None) -> None:
    """The same work where there is no such user."""
    user_id = tried.id if tried else ""
    user = users.find(tx, user_id)
    none = {"failed_auth_count": 0, "failed_auth_at": None}
    users.update(tx, user_id, **(after_failure(identity.config, user, tx.now) if user else none))


def record_failure(identity: Identity, user: User | None, reason: str) -> None:
    """Somebody could not prove to be this user."""
    # What was typed as a name is not kept: it may be a password.
    user_id = user.id if user else ""
    identity.journal.record("identity.authenticate", user_id, user_id=NOBODY, outcome="failure", reason=reason)


def are_active(tx: Tx, identity: Identity, *user_ids: str) -> bool:
    """Whether these users were seen lately, where that matters. It is not in memory: logging in changes it."""
    if identity.config.disable_user_account_days_inactive is None:
        return True
    found = [users.find(tx, user_id) for user_id in set(user_ids)]
    return not any(user is None or is_inactive(identity.config, user, tx.now) for user in found)


def is_to_settle(identity: Identity, checked: Checked) -> bool:
    """Whether a right password may change anything: what no rule asks for is not counted."""
    config = identity.config
    return bool(checked.new_hash or config.lockout_failure_attempts or config.disable_user_account_days_inactive)


def settle(tx: Tx, identity: Identity, checked: Checked) -> bool:
    """A right password ends the count of wrong ones, and is hashed anew if need be; False, and nothing changes, when
    enough wrong ones have come in meanwhile. No token ends by it."""
    if not is_to_settle(identity, checked):
        return True
    proved, config = checked.user, identity.config
    changes = active_on(config, proved, tx.now)
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
