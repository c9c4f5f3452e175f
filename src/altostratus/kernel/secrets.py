"""The master key: outside the database, so that a copy of the database alone reveals nothing.

Keys are Fernet keys in a directory, one file each, named by number; the highest number encrypts, all decrypt.
Every ciphertext begins with the id of its key, so rotation needs no downtime: add a key, re-encrypt, drop the old.
"""

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from altostratus.kernel.disk import Disk


class BadSecret(Exception):
    """A secret in the database cannot be read with the master keys of this data directory."""


class MasterKey:
    """Encrypts small secrets that the database keeps, with the keys of a directory; the first is made there."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _key_files(directory):
            Disk().write_file(directory / "1", Fernet.generate_key())
            Disk().fsync_directory(directory.parent)  # without the directory all secrets would be lost
        self._load()

    def _load(self) -> None:
        """Read the directory anew."""
        self._keys = {int(path.name): Fernet(path.read_bytes().strip()) for path in _key_files(self._directory)}

    def rotate(self) -> None:
        """Make the key that encrypts from now on, in every process that has this directory."""
        Disk().write_file(self._directory / str(self._newest() + 1), Fernet.generate_key())

    def _newest(self) -> int:
        """Looked up each time: once there is a new key, nothing must be encrypted with one that is about to go."""
        number = max(int(path.name) for path in _key_files(self._directory))
        if number not in self._keys:
            self._load()
        return number

    @property
    def newest(self) -> str:
        """How every ciphertext of the key that encrypts now begins."""
        return f"{self._newest()}:"

    def encrypt(self, secret: bytes) -> str:
        """'<key id>:<fernet token>'"""
        number = self._newest()
        return f"{number}:{self._keys[number].encrypt(secret).decode()}"

    def decrypt(self, text: str) -> bytes:
        """Undo `encrypt`; BadSecret when the key is not there any more or the text is not what it made."""
        number, _, token = text.partition(":")
        try:
            if int(number) not in self._keys:
                self._load()  # another process may have rotated
            return self._keys[int(number)].decrypt(token.encode())
        except (KeyError, ValueError, InvalidToken) as error:
            raise BadSecret(
                f"A secret of the database is not encrypted with key {number[:8]} of {self._directory}; "
                f"the keys there are {sorted(self._keys)}. All processes of a cloud need the same: copy them."
            ) from error


def _key_files(directory: Path) -> list[Path]:
    return [path for path in directory.iterdir() if path.name.isdecimal()]
