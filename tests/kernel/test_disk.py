"""What is said to be durable is synced, in this order."""

import stat
from pathlib import Path

from altostratus.kernel.disk import Disk
from tests.traced_disk import TracedDisk


def test_a_file_is_whole_before_it_has_its_name(tmp_path: Path) -> None:
    steps: list[str] = []
    TracedDisk(steps.append).write_file(tmp_path / "format", b"1")
    assert steps == ["write", "fsync file", "rename", "fsync directory"]


def test_a_file_is_replaced_whole_and_private_unless_said(tmp_path: Path) -> None:
    path = tmp_path / "password"
    Disk().write_file(path, b"first, and longer", 0o644)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    Disk().write_file(path, b"second")
    assert path.read_bytes() == b"second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["password"]
