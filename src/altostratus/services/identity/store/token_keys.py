"""The keys that seal tokens: rows, encrypted with the master key, so that every process of a cluster has the same.

The newest seals, all open. One that was rotated out stays until what it sealed has expired. Owns the sealing, not what
tokens say (domain/claims.py).
"""

import os
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from sqlalchemy import delete, insert, select

from altostratus.kernel.db.state import bump, current
from altostratus.kernel.secrets import MasterKey
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Claims, pack, unpack
from altostratus.services.identity.domain.expiry import unexpired
from altostratus.services.identity.store.tables import token_key

LONGEST = 255
BLOCK = 16
GENERATION = "identity_token_keys"
RECEIPT = b"R"
"""What a receipt begins with; a token begins with the number of its format."""
SLACK = timedelta(minutes=5)
"""What clocks of processes may differ by."""


class _Key:
    """A Fernet key. Seals in less than half the library's time, most of which it takes to set up cipher and HMAC.

    https://github.com/fernet/spec/blob/master/Spec.md
    """

    def __init__(self, key: bytes) -> None:
        raw = urlsafe_b64decode(key)
        self.open = Fernet(key).decrypt
        self._hmac = HMAC(raw[:BLOCK], SHA256())
        self._chain = Cipher(AES128(raw[BLOCK:]), CBC(os.urandom(BLOCK))).encryptor()
        self._lock = threading.Lock()  # transactions seal receipts in several threads

    def seal(self, data: bytes, issued_at: int) -> bytes:
        """All tokens are one chain of blocks; the random block before each becomes its initial vector."""
        padding = BLOCK - len(data) % BLOCK
        with self._lock:
            sealed = self._chain.update(os.urandom(BLOCK) + data + bytes([padding]) * padding)
        content = b"\x80" + issued_at.to_bytes(8, "big") + sealed
        hmac = self._hmac.copy()
        hmac.update(content)
        return urlsafe_b64encode(content + hmac.finalize())


class _Loaded(NamedTuple):
    """The keys of one generation, the newest first. Replaced as a whole: transactions load them in several threads."""

    generation: int
    keys: list[_Key]


class TokenKeys:
    """Seals claims into token ids and opens them again. Has no keys before `load`."""

    def __init__(self, master_key: MasterKey) -> None:
        self._master_key = master_key
        self._loaded = _Loaded(-1, [])

    @property
    def loaded(self) -> bool:
        return bool(self._loaded.keys)

    def load(self, tx: Tx) -> None:
        """Read the keys anew if they changed since."""
        generation = current(tx, GENERATION)
        if generation == self._loaded.generation:
            return
        rows = tx.sql.execute(select(token_key.c.key).order_by(token_key.c.number.desc())).scalars()
        self._loaded = _Loaded(generation, [_Key(self._master_key.decrypt(row)) for row in rows])

    def seal(self, claims: Claims) -> str:
        """The token id, without base64 padding, at most 255 characters."""
        return self._seal(pack(claims), claims.issued_at)

    def seal_receipt(self, claims: Claims) -> str:
        """The same as a receipt, which opens as no token."""
        return self._seal(RECEIPT + pack(claims), claims.issued_at)

    def open(self, token: str, now: datetime) -> Claims | None:
        """The claims, or None when the token was not sealed with these keys or has expired."""
        return unexpired(self._open(token, b""), now)

    def open_receipt(self, receipt: str, now: datetime) -> Claims | None:
        """The same of a receipt."""
        return unexpired(self._open(receipt, RECEIPT), now)

    def _seal(self, data: bytes, issued_at: datetime) -> str:
        return self._loaded.keys[0].seal(data, int(issued_at.timestamp())).decode().rstrip("=")

    def _open(self, token: str, mark: bytes) -> Claims | None:
        """The claims after the mark, without which nothing is unpacked."""
        if len(token) > LONGEST or not token.isascii():
            return None
        sealed = token.encode() + b"=" * (-len(token) % 4)
        for key in self._loaded.keys:
            try:
                data = key.open(sealed)
                return unpack(data.removeprefix(mark)) if data.startswith(mark) else None
            except (InvalidToken, ValueError):
                continue
        return None


def ensure_token_key(tx: Tx, master_key: MasterKey) -> None:
    """The first one, where there is none."""
    if tx.sql.execute(select(token_key.c.number)).first() is None:
        _add_key(tx, master_key)


def rotate_token_keys(tx: Tx, master_key: MasterKey, lifetime: timedelta) -> int:
    """A new key from now on; how many old ones are left. Those superseded longer ago than `lifetime`, the longest that
    a token may be valid, are gone."""
    _add_key(tx, master_key)
    rows = tx.sql.execute(select(token_key.c.number, token_key.c.created_at).order_by(token_key.c.number)).all()
    end = tx.now - lifetime - SLACK
    dead = [number for (number, _), (_, superseded) in pairwise(rows) if superseded < end]
    tx.sql.execute(delete(token_key).where(token_key.c.number.in_(dead)))
    return len(rows) - len(dead) - 1


def _add_key(tx: Tx, master_key: MasterKey) -> None:
    newest = tx.sql.execute(select(token_key.c.number).order_by(token_key.c.number.desc()).limit(1)).scalar()
    values = {"number": (newest or 0) + 1, "key": master_key.encrypt(Fernet.generate_key()), "created_at": tx.now}
    tx.sql.execute(insert(token_key).values(values))
    bump(tx, GENERATION)
