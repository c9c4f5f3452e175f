"""What a new password changes of a user, whoever sets it."""

from collections.abc import Mapping
from typing import Any

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.compliance import expiry
from altostratus.services.identity.domain.nouns import User
from altostratus.services.identity.domain.passwords import check_strength
from altostratus.services.identity.store.password_history import remember_password
from altostratus.services.identity.usecases import Fields, Identity


async def hashed(identity: Identity, fields: Fields) -> str | None:
    """The hash of the password that was said, if one was; BadRequest if it is too weak."""
    return await identity.hash(strong_hash, identity, fields["password"]) if "password" in fields else None


def strong_hash(identity: Identity, password: str | None) -> str | None:
    """To be called in the lane."""
    check_strength(password, identity.config.password_regex, identity.config.password_regex_description)
    return None if password is None else identity.hasher.hash(password)


def with_password(
    tx: Tx, identity: Identity, password_hash: str | None, options: Mapping[str, Any], *, own: bool
) -> dict[str, Any]:
    """The columns of a user whose password this is from now on; `own` when it has chosen it, not an administrator."""
    expires = None if password_hash is None else expiry(identity.config, options, tx.now, own=own)
    changed = tx.now if own else None
    return {"password_hash": password_hash, "password_expires_at": expires, "password_changed_at": changed}


def put_away(tx: Tx, identity: Identity, user: User) -> None:
    """Remember the password that a user has had until now."""
    remember_password(tx, user.id, user.password_hash, former_count(identity))


def former_count(identity: Identity) -> int:
    """How many passwords are remembered beside the present one."""
    return max(0, identity.config.unique_last_password_count - 1)
