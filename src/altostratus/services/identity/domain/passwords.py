"""Password hashing: argon2id with OWASP's parameters. Slow on purpose: call it in a lane."""

import base64

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOTHING = base64.b64encode(bytes(48)).decode()
NOBODYS = f"$argon2id$v=19$m={19 * 1024},t=2,p=1${_NOTHING[:22]}${_NOTHING[:43]}"
"""A hash that no password has; checking against it takes as long as against a real one."""


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether it is this password; takes the same time when there is no hash (no such user, no password)."""
    try:
        return _HASHER.verify(password_hash or NOBODYS, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
