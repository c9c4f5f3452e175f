"""Encryption of a blob by the block, so that any range can be read: AES-256 in Galois/counter mode (NIST SP 800-38D).

What was changed behind the store's back is not taken for what was written, which a CRC alone cannot tell. A blob has a
key of its own that encrypts nothing else, so that the number of a block is nonce enough. The bytes stay as many as they
were; the tags of the blocks, 16 bytes each in their order, are kept elsewhere, as sums are.
"""

import secrets
from dataclasses import replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import AEADEncryptionContext, Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from altostratus.services.objectstore.driver import BLOCK, Blob, Writing

_KEY, _NONCE, _TAG = 32, 12, 16


class Changed(Exception):
    """A block is not what was encrypted with this key."""


class Encryption:
    """One blob on its way in, by a `key` that is made for it."""

    def __init__(self) -> None:
        self.key = secrets.token_bytes(_KEY)
        self._tags: list[bytes] = []
        self._block: AEADEncryptionContext | None = None
        self._room = 0

    def update(self, data: bytes) -> bytes:
        """The next bytes, encrypted."""
        rest, done = memoryview(data), []
        while rest:
            if not self._room:
                self._begin_block()
            taken = rest[: self._room]
            done.append(self._block.update(taken) if self._block else b"")
            self._room -= len(taken)
            rest = rest[len(taken) :]
        return b"".join(done)

    def tags(self) -> bytes:
        """Those of all blocks, once nothing more comes."""
        self._end_block()
        return b"".join(self._tags)

    def _begin_block(self) -> None:
        self._end_block()
        self._block = Cipher(AES(self.key), GCM(_nonce(len(self._tags)))).encryptor()
        self._room = BLOCK

    def _end_block(self) -> None:
        if self._block:
            self._block.finalize()
            self._tags.append(self._block.tag)
        self._block = None


class EncryptedWriting:
    """Encrypts what is written to another; see driver.Writing."""

    def __init__(self, writing: Writing, encryption: Encryption) -> None:
        self._writing = writing
        self._encryption = encryption

    def write(self, data: bytes) -> None:
        self._writing.write(self._encryption.update(data))

    def finish(self) -> Blob:
        return replace(self._writing.finish(), tags=self._encryption.tags())

    def close(self) -> None:
        self._writing.close()


def decrypted(key: bytes, tags: bytes, block: int, data: bytes) -> bytes:
    """A whole block. Raises Changed."""
    mode = GCM(_nonce(block), tags[block * _TAG : (block + 1) * _TAG])
    stream = Cipher(AES(key), mode).decryptor()
    try:
        found = stream.update(data)
        stream.finalize()
    except InvalidTag as error:
        raise Changed() from error
    return found


def _nonce(block: int) -> bytes:
    return block.to_bytes(_NONCE, "big")
