"""The keys that seal tokens: a directory of numbered Fernet keys; the newest seals, all open.

To rotate, add a file with the next number and restart; drop old files once the tokens they sealed have expired.
Owns the sealing, not what tokens say (domain/claims.py).
"""

from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from altostratus.kernel.secrets import write_secret
from altostratus.services.identity.domain.claims import Claims, pack, unpack

LONGEST = 255


class TokenKeys:
    """Seals claims into token ids and opens them again."""

    def __init__(self, keys: list[Fernet]) -> None:
        """`keys` newest first."""
        self._keys = keys

    def seal(self, claims: Claims) -> str:
        """The token id, without base64 padding, at most 255 characters."""
        sealed = self._keys[0].encrypt_at_time(pack(claims), int(claims.issued_at.timestamp()))
        return sealed.decode().rstrip("=")

    def open(self, token: str, now: datetime) -> Claims | None:
        """The claims, or None when the token was not sealed here or has expired."""
        claims = self._open(token)
        return claims if claims and claims.expires_at > now else None

    def _open(self, token: str) -> Claims | None:
        if len(token) > LONGEST or not token.isascii():
            return None
        sealed = token.encode() + b"=" * (-len(token) % 4)
        for key in self._keys:
            try:
                return unpack(key.decrypt(sealed))
            except (InvalidToken, ValueError):
                continue
        return None


def open_token_keys(directory: Path) -> TokenKeys:
    """Read the keys, making the first one where there is none."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not list(directory.glob("[0-9]*")):
        write_secret(directory / "1", Fernet.generate_key())
    files = sorted(directory.glob("[0-9]*"), key=lambda path: int(path.name), reverse=True)
    return TokenKeys([Fernet(path.read_bytes()) for path in files])
