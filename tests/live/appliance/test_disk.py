"""The disk forgets what it should, and nothing else."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from tests.live.appliance.disk import Disk

pytestmark = pytest.mark.live

KIBIBYTE = 1 << 10


def test_what_was_flushed_stays_and_of_the_rest_any_part(tmp_path: Path) -> None:
    left = set()
    for seed in range(20):
        disk = Disk(tmp_path / f"{seed}.img")
        disk.image.write_bytes(b"0" * (64 * KIBIBYTE))
        command = ["qemu-io", "-t", "writeback", "--image-opts", disk.attach()]
        for step in ("write -P 0x31 0 8k", "flush", "write -P 0x32 4k 8k", "write -P 0x33 32k 4k", "abort"):
            command += ["-c", step]
        subprocess.run(command, capture_output=True, check=False)
        assert disk.image.read_bytes() == b"0" * (64 * KIBIBYTE)
        disk.cut_off(random.Random(seed))
        content = disk.image.read_bytes()
        assert len(content) == 64 * KIBIBYTE
        left.add(content[:: 4 * KIBIBYTE])
    first, second = (b"11" + b"0" * 14, b"122" + b"0" * 13)
    third = [some[:8] + b"3" + some[9:] for some in (first, second)]
    assert left == {first, second, *third}
