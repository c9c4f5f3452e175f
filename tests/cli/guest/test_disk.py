"""The partition table: read back by the kernel's usual tool."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from altostratus.cli.guest.disk import MEBIBYTE, partition_table


def test_sfdisk_reads_back_both_partitions(tmp_path: Path) -> None:
    image = tmp_path / "disk"
    with image.open("wb") as file:
        file.write(partition_table(b"boot code", [17 * MEBIBYTE, 8 * MEBIBYTE]))
        file.truncate(26 * MEBIBYTE)
    listed = subprocess.run(["/sbin/sfdisk", "--json", image], capture_output=True, check=True).stdout
    first, second = json.loads(listed)["partitiontable"]["partitions"]
    assert (first["start"], first["size"], first["type"], first["bootable"]) == (2048, 17 * 2048, "6", True)
    assert (second["start"], second["size"], second["type"]) == (2048 + 17 * 2048, 8 * 2048, "83")


def test_the_boot_code_never_reaches_the_table() -> None:
    sector = partition_table(b"\xff" * 512, [MEBIBYTE, MEBIBYTE])
    assert len(sector) == 512
    assert sector[440:446] == b"\0" * 6
