"""Builds the guest image when there is none of the present recipe, and finds it when there is."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from altostratus.cli.command import HostProblem, Report, run
from altostratus.cli.guest import cpio, disk, packages, tree
from altostratus.cli.guest.modules import ModuleTree

_APT_LISTS = Path("/var/lib/apt/lists")


@dataclass(frozen=True)
class GuestImage:
    """A built image: the disk, and the kernel and initramfs that are also in it (to start without a disk)."""

    disk: Path
    kernel: Path
    initramfs: Path

    @classmethod
    def at(cls, folder: Path) -> GuestImage:
        return cls(folder / "guest.qcow2", folder / "vmlinuz", folder / "initramfs")


def ensure_guest_image(cache_dir: Path, report: Report) -> Path:
    """The qcow2 file of the tiny guest, built if needed (some seconds, and a download of about 45 MB once).

    Kept in `cache_dir` under a name made from this builder's contents and the version of each package in it.
    Raises HostProblem when the machine lacks what the build needs.
    """
    return ensure_guest(cache_dir, report).disk


def ensure_guest(cache_dir: Path, report: Report) -> GuestImage:
    """Like `ensure_guest_image`, with the kernel and initramfs beside the disk."""
    cache_dir.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(cache_dir):
        return GuestImage.at(_remembered(cache_dir) or _built(cache_dir, report))


@contextmanager
def _one_at_a_time(cache_dir: Path) -> Iterator[None]:
    with (cache_dir / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remembered(cache_dir: Path) -> Path | None:
    """The image found last time, if neither the builder nor what apt knows has changed since: asking apt is slow."""
    try:
        last = json.loads((cache_dir / "last.json").read_text())
        folder = cache_dir / str(last["key"])
        fresh = last["circumstances"] == _circumstances() and GuestImage.at(folder).disk.exists()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return folder if fresh else None


def _circumstances() -> list[str]:
    apt = str(_APT_LISTS.stat().st_mtime_ns) if _APT_LISTS.exists() else "no apt"
    return [_builder_hash(), apt]


def _built(cache_dir: Path, report: Report) -> Path:
    _refuse_other_machines()
    wanted = packages.plan_packages()
    archives = packages.observe_archives(wanted)
    folder = cache_dir / hashlib.sha256("\n".join([_builder_hash(), *archives]).encode()).hexdigest()[:16]
    if not GuestImage.at(folder).disk.exists():
        (cache_dir / "packages").mkdir(exist_ok=True)
        files = packages.ensure_archives(cache_dir / "packages", wanted, archives, report)
        _build_into(folder, files, report)
    _remember(cache_dir, folder)
    return folder


def _refuse_other_machines() -> None:
    if platform.machine() != "x86_64":
        raise HostProblem("guest images are built for x86-64 machines only: bring an image with `alto image add FILE`")
    for program, package in packages.HOST_PACKAGES.items():
        if not shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin"):
            raise HostProblem(f"building the guest image needs {program}. Run: sudo apt-get install {package}")


def _remember(cache_dir: Path, folder: Path) -> None:
    entry = {"key": folder.name, "circumstances": _circumstances()}
    (cache_dir / "last.json.new").write_text(json.dumps(entry))
    (cache_dir / "last.json.new").replace(cache_dir / "last.json")


def _build_into(folder: Path, archives: list[Path], report: Report) -> None:
    report("building the guest image")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="build-") as name:
        work = Path(name)
        (work / "done").mkdir()
        _build(work, archives, GuestImage.at(work / "done"))
        shutil.rmtree(folder, ignore_errors=True)
        (work / "done").rename(folder)
    size = GuestImage.at(folder).disk.stat().st_size
    report(f"guest image built in {time.monotonic() - started:.1f} s ({size / 1e6:.0f} MB): {folder / 'guest.qcow2'}")


def _build(work: Path, archives: list[Path], image: GuestImage) -> None:
    unpacked = work / "unpacked"
    packages.unpack(archives, unpacked)
    modules = ModuleTree(unpacked / "usr/lib/modules")
    tree.lay_out_root(unpacked, modules, work / "root")
    tree.lay_out_initramfs(unpacked, modules, work / "start")
    image.initramfs.write_bytes(gzip.compress(cpio.archive_folder(work / "start"), mtime=0))
    shutil.copyfile(next((unpacked / "boot").glob("vmlinuz-*")), image.kernel)
    disk.make_root_file_system(work / "root.img", work / "root")
    disk.make_boot_file_system(work / "boot.img", image.kernel, image.initramfs, unpacked)
    disk.join_disk(work / "disk.img", work / "boot.img", work / "root.img", unpacked / "usr/lib/syslinux/mbr/mbr.bin")
    run("qemu-img", "convert", "-q", "-O", "qcow2", "-c", work / "disk.img", image.disk)


def _builder_hash() -> str:
    """Over every file of this package: a change to the recipe is a new image."""
    sources = sorted(path for path in Path(__file__).parent.rglob("*") if path.suffix in {".py", ".sh", ".awk"})
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
