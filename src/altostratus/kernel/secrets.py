"""The master key: outside the database, so that a copy of the database alone reveals nothing.

Keys are Fernet keys in a directory, one file each, named by number; the highest number encrypts, all decrypt.
Every ciphertext begins with the id of its key, so rotation needs no downtime: add a key, re-encrypt, drop the old.
"""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken


class BadSecret(Exception):
    """A secret in the database cannot be read with the master keys of this data directory."""


class MasterKey:
    """Encrypts small secrets that the database keeps."""

    def __init__(self, keys: dict[int, Fernet]) -> None:
        self._keys = keys
        self._current = max(keys)

    def encrypt(self, secret: bytes) -> str:
        """'<key id>:<fernet token>'"""
        return f"{self._current}:{self._keys[self._current].encrypt(secret).decode()}"

    def decrypt(self, text: str) -> bytes:
        """Undo `encrypt`; BadSecret when the key is not there any more or the text is not what it made."""
        number, _, token = text.partition(":")
        try:
            return self._keys[int(number)].decrypt(token.encode())
        except (KeyError, ValueError, InvalidToken) as error:
            raise BadSecret(f"key {number[:8]} does not decrypt it; the keys are {sorted(self._keys)}") from error


def open_master_key(directory: Path) -> MasterKey:
    """Read the keys, making the first one where there is none."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _key_files(directory):
        write_secret(directory / "1", Fernet.generate_key())
    return MasterKey({int(path.name): Fernet(path.read_bytes().strip()) for path in _key_files(directory)})


def _key_files(directory: Path) -> list[Path]:
    return [path for path in directory.iterdir() if path.name.isdecimal()]


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, durably, all or nothing."""
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
