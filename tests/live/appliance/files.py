"""What the machine starts from: a kernel and modules of Debian's, and this Python with what the server imports.

Everything stands in the machine where it stands here, but for the server and its packages: they are in /app.
"""

from __future__ import annotations

import compileall
import gzip
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path

from altostratus.cli.command import run
from altostratus.cli.guest import cpio, ensure_guest, packages
from altostratus.cli.guest.modules import EARLY, ModuleTree
from tests.live.cloud import ROOT

MODULES = (*EARLY, "virtio_net", "virtio_rng")
LEFT_OUT = shutil.ignore_patterns("test", "tests", "site-packages", "dist-packages", "idlelib", "ensurepip", "config-*")
FOLDERS = ("dev", "proc", "sys", "tmp", "data")


def make_start(folder: Path, cache: Path) -> tuple[Path, Path]:
    """Kernel and initramfs, of the packages that the guest image is made of."""
    kernel = ensure_guest(cache, print).kernel
    unpacked = folder / "unpacked"
    wanted = ("linux-image-", "linux-modules-", "busybox-static_")
    packages.unpack([path for path in (cache / "packages").iterdir() if path.name.startswith(wanted)], unpacked)
    start = folder / "start"
    for inner in ("bin", "modules"):
        (start / inner).mkdir(parents=True)
    shutil.copy(unpacked / "usr/bin/busybox", start / "bin")
    shutil.copy(Path(__file__).parent / "init.sh", start / "init")
    (start / "init").chmod(0o755)
    for number, (name, contents) in enumerate(ModuleTree(unpacked / "usr/lib/modules").ordered(MODULES).items()):
        (start / f"modules/{number:02}-{name}.ko").write_bytes(contents)
    initramfs = folder / "initramfs"
    initramfs.write_bytes(gzip.compress(cpio.archive_folder(start), 1))
    return kernel, initramfs


def make_root(folder: Path) -> Path:
    """A disk with the root file system."""
    root = folder / "root"
    for name in FOLDERS:
        (root / name).mkdir(parents=True)
    site = Path(sysconfig.get_path("platlib"))
    _copy_packages(site, root / "app")
    shutil.copytree(ROOT / "src/altostratus", root / "app/altostratus", ignore=shutil.ignore_patterns("__pycache__"))
    python, library = Path(sys.executable).resolve(), Path(sysconfig.get_path("stdlib"))
    shutil.copytree(library, _inside(root, library), ignore=LEFT_OUT)
    _copy(python, root)
    for needed in _libraries([python, *library.glob("lib-dynload/*.so"), *(root / "app").rglob("*.so")]):
        if root not in needed.parents:
            _copy(needed, root)
    compileall.compile_dir(root / "app/altostratus", quiet=1, stripdir=root)
    (root / "python").symlink_to(python)
    return make_disk(folder / "root.img", root, 1024)


def make_disk(image: Path, folder: Path, mebibytes: int) -> Path:
    """An ext4 file system with the contents of a folder."""
    with image.open("wb") as file:
        file.truncate(mebibytes << 20)
    run("mke2fs", "-q", "-t", "ext4", "-m", "0", "-E", "root_owner=0:0", "-d", folder, image)
    return image


def _copy_packages(site: Path, target: Path) -> None:
    """What `core.lock` installs everywhere: neither PostgreSQL's driver nor the tools of the tests."""
    names = re.findall(r"^([a-z0-9-]+)==[^;\n]*\\?$", (ROOT / "requirements/core.lock").read_text(), re.MULTILINE)
    for name in names:
        for file in distribution(name).files or ():
            source = site / file
            if ".." not in file.parts and source.exists():
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target / file)


def _libraries(programs: list[Path]) -> set[Path]:
    """What the loader loads with them, itself included."""
    said = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False).stdout
    return {Path(found) for found in re.findall(r"(/\S+) \(0x", said)}


def _copy(path: Path, root: Path) -> None:
    target = _inside(root, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target)


def _inside(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")
