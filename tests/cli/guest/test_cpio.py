"""Archives for the kernel: read back by the cpio program."""

from __future__ import annotations

import subprocess
from pathlib import Path

from altostratus.cli.guest.cpio import archive_folder


def test_cpio_reads_back_what_was_written(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/tool").write_bytes(b"\x7fELF odd")
    (folder / "bin/tool").chmod(0o755)
    (folder / "init").symlink_to("bin/tool")
    out = tmp_path / "out"
    out.mkdir()
    archive = archive_folder(folder)
    subprocess.run(["cpio", "--quiet", "-id", "-H", "newc"], input=archive, cwd=out, check=True)
    assert (out / "bin/tool").read_bytes() == b"\x7fELF odd"
    assert (out / "bin/tool").stat().st_mode & 0o777 == 0o755
    assert (out / "init").readlink() == Path("bin/tool")


def test_everything_belongs_to_root_and_nothing_depends_on_the_hour(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    archive = archive_folder(tmp_path)
    uid, gid, modified = archive[22:30], archive[30:38], archive[46:54]
    assert (uid, gid, modified) == (b"0" * 8,) * 3
    assert len(archive) % 4 == 0
