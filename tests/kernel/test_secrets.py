"""The master key: what it seals it opens, through rotations, and nothing else does."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from altostratus.kernel.disk import Disk
from altostratus.kernel.secrets import BadSecret, MasterKey


def test_the_first_key_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    key = MasterKey(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "keys" / "1").stat().st_mode) == 0o600
    assert MasterKey(tmp_path / "keys").decrypt(key.encrypt(b"secret")) == b"secret"


def test_ciphertexts_say_which_key_and_nothing_else(tmp_path: Path) -> None:
    key = MasterKey(tmp_path)
    first, second = key.encrypt(b"secret"), key.encrypt(b"secret")
    assert first.startswith("1:")
    assert first != second
    assert "secret" not in first


def test_rotation_reads_the_old_and_writes_with_the_new(tmp_path: Path) -> None:
    old = MasterKey(tmp_path).encrypt(b"old")
    for number in ("2", "10"):
        Disk().write_file(tmp_path / number, Fernet.generate_key() + b"\n")
    (tmp_path / "2.orig").write_text("an editor's leftover")
    rotated = MasterKey(tmp_path)
    assert rotated.decrypt(old) == b"old"
    new = rotated.encrypt(b"new")
    assert new.startswith("10:")
    (tmp_path / "1").unlink()
    dropped = MasterKey(tmp_path)
    assert dropped.decrypt(new) == b"new"
    with pytest.raises(BadSecret, match=r"key 1 .* keys there are \[2, 10\]"):
        dropped.decrypt(old)


def test_a_process_that_runs_meets_a_key_that_another_has_made(tmp_path: Path) -> None:
    reading, writing, other = MasterKey(tmp_path), MasterKey(tmp_path), MasterKey(tmp_path)
    other.rotate()
    sealed = other.encrypt(b"secret")
    assert sealed.startswith("2:")
    assert reading.decrypt(sealed) == b"secret"
    assert writing.encrypt(b"more").startswith("2:")


@pytest.mark.parametrize("text", ["", "1", "1:", "x:abc", "1:abc", "99999999999:abc", "1:é", "²:abc"])
def test_what_was_not_sealed_here_is_refused(tmp_path: Path, text: str) -> None:
    key = MasterKey(tmp_path)
    with pytest.raises(BadSecret):
        key.decrypt(text)


def test_a_changed_ciphertext_is_refused(tmp_path: Path) -> None:
    key = MasterKey(tmp_path)
    sealed = key.encrypt(b"secret")
    middle = len(sealed) // 2
    with pytest.raises(BadSecret):
        key.decrypt(sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :])
