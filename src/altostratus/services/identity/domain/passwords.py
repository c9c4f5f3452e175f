"""Password hashing: argon2id, with OWASP's parameters unless told otherwise. Slow on purpose: call it in a lane."""

import base64
import re
from collections.abc import Iterable

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from altostratus.kernel.errors import BadRequest


class Hasher:
    """Hashes with these parameters (`memory_cost` in KiB), and checks against hashes of any."""

    def __init__(self, time_cost: int = 2, memory_cost: int = 19 * 1024, parallelism: int = 1) -> None:
        self._argon2 = PasswordHasher(time_cost, memory_cost, parallelism, hash_len=32, salt_len=16, type=Type.ID)
        salt, digest = (base64.b64encode(bytes(size)).decode().rstrip("=") for size in (16, 32))
        self.nobodys = f"$argon2id$v=19$m={memory_cost},t={time_cost},p={parallelism}${salt}${digest}"
        """A hash that no password has; checking against it takes as long as against one made now."""

    def hash(self, password: str) -> str:
        return self._argon2.hash(password)

    def matches(self, password_hash: str | None, password: str, like: str | None = None) -> bool:
        """Whether it is this password. Where there is no hash (no such user, no password) it is not, and to find that
        out takes the time of one with the parameters of the hash `like`, by default of one made now."""
        try:
            return self._argon2.verify(password_hash or like or self.nobodys, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False

    def matches_any(self, hashes: Iterable[str], password: str) -> bool:
        return any(self.matches(one, password) for one in hashes)

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters."""
        return self._argon2.check_needs_rehash(password_hash)


SECRETS = Hasher()
"""For application credentials: their secrets are not for people to guess, nor are they ever hashed anew. So their
parameters stay, and it takes the same time to check one that is not there."""


def check_strength(password: str | None, pattern: str | None, description: str) -> None:
    """BadRequest unless the password matches. A pattern may take long: call it in a lane too."""
    if not pattern:
        return
    if password is None:
        raise BadRequest("Password validation error: Password must be a string type.")
    if not re.match(pattern, password):
        raise BadRequest(f"The password does not match the requirements: {description}.")
