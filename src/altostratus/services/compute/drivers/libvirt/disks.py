"""The driver's files: cached base images, root disks, config drives, console logs.

Owns one directory of the host: `bases/<image>.<format>` and
`machines/<id>/{root.qcow2,config.iso,console.log, owner.json}`. Everything appears by rename, so what is
there is whole. Knows no libvirt; but directories can be passed through (o+x) by the user that QEMU runs as,
to whom libvirt gives the disks as it starts a machine.
"""

import fcntl
import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from altostratus.kernel.disk import Disk
from altostratus.kernel.disk_images import TORN, appear, create_overlay, locked, read_qcow2, rests_on, share
from altostratus.services.compute.driver import BaseImage, DriverError, Impossible, MachineSpec

GIB = 1 << 30
_FORMATS = ("raw", "qcow2")
_DISK = Disk()
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Base:
    """A cached base image."""

    path: Path
    format: str

    @property
    def virtual_size(self) -> int:
        """Bytes; of a qcow2 file, as its header says."""
        if self.format == "raw":
            return self.path.stat().st_size
        found = read_qcow2(self.path)
        return found.virtual_size if found else 0


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a machine's directory is, for when its domain is gone."""

    machine_id: str
    project_id: str
    fence: int


class Disks:
    """OSError does not leave it: a full or failing disk is a DriverError."""

    def __init__(self, root: Path) -> None:
        self._bases = root / "bases"
        self._machines = root / "machines"
        self._base_lock = threading.Lock()
        for folder in (root, self._bases, self._machines):
            folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        for torn in (*self._bases.glob(TORN), *self._machines.glob(f"*/{TORN}")):
            torn.unlink(missing_ok=True)
        self.cache = "none" if _direct_io_works(root) else "writeback"

    def root_disk(self, machine_id: str) -> Path:
        return self._folder(machine_id) / "root.qcow2"

    def config_drive(self, machine_id: str) -> Path:
        return self._folder(machine_id) / "config.iso"

    def log_file(self, machine_id: str) -> Path:
        return self._folder(machine_id) / "console.log"

    def space(self) -> tuple[int, int]:
        """Bytes of the file system that the files are on: all, free."""
        with _os_errors("cannot measure the disk"):
            usage = shutil.disk_usage(self._machines)
        return usage.total, usage.free

    # -- base images -----------------------------------------------------------------------------------------

    def base(self, image_id: str) -> Base | None:
        for image_format in _FORMATS:
            path = self._bases / f"{_checked(image_id)}.{image_format}"
            if path.exists():
                return Base(path, image_format)
        return None

    def ensure_base(self, image: BaseImage, readers: int | None) -> None:
        """One thread copies; others that want a base wait for it. `readers`: the group that QEMU runs as may
        read it, and nobody but us may write; None leaves that as it is."""
        if image.format not in _FORMATS:
            raise Impossible(f"images of format {image.format} cannot be booted: convert it to qcow2 or raw")
        with self._base_lock, _os_errors("cannot cache the image"):
            if self.base(image.id) is None:
                path = self._bases / f"{image.id}.{image.format}"
                appear(path, lambda new: share(image.path, new, readers, _DISK), _DISK)

    def bases(self) -> set[str]:
        with _os_errors("cannot list base images"):
            return {path.stem for path in self._bases.iterdir() if _ID.fullmatch(path.stem)}

    def remove_base(self, image_id: str) -> None:
        """Refused while a disk rests on it. Disks are laid over bases under the same lock, so none is just being."""
        with _os_errors("cannot remove the base image"), locked(self._bases, fcntl.LOCK_EX):
            base = self.base(image_id)
            if base is None:
                return
            for disk in self._machines.glob("*/root.qcow2"):
                if rests_on(disk) == str(base.path):
                    raise DriverError(f"the disk of machine {disk.parent.name} rests on image {image_id}")
            base.path.unlink()
            _DISK.fsync_directory(self._bases)

    # -- machines --------------------------------------------------------------------------------------------

    def ids(self) -> set[str]:
        """Machines with anything left here."""
        with _os_errors("cannot list machines"):
            return {path.name for path in self._machines.iterdir() if _ID.fullmatch(path.name)}

    def has(self, machine_id: str) -> bool:
        return self._folder(machine_id).is_dir()

    def owner(self, machine_id: str) -> Owner:
        """An empty one when it is missing or torn."""
        try:
            found = json.loads((self._folder(machine_id) / "owner.json").read_bytes())
            return Owner(machine_id, str(found["project_id"]), int(found["fence"]))
        except (OSError, ValueError, KeyError, TypeError):
            return Owner(machine_id, "", 0)

    def write_owner(self, owner: Owner) -> None:
        with _os_errors("cannot write the owner"):
            content = json.dumps(asdict(owner)).encode()
            _ensure_content(self._folder(owner.machine_id) / "owner.json", content)

    def ensure_machine(self, spec: MachineSpec, fence: int) -> None:
        """Directory, owner, root disk (of a machine with an image) and config drive are there. A root disk that is
        there is never replaced."""
        with _os_errors("cannot make disks"), locked(self._bases, fcntl.LOCK_SH):
            base = self._base_for(spec) if spec.image_id and not self.root_disk(spec.id).exists() else None
            self._folder(spec.id).mkdir(mode=0o711, exist_ok=True)
            self.write_owner(Owner(spec.id, spec.project_id, fence))
            if base is not None:
                size = spec.disk_gb * GIB or None
                appear(self.root_disk(spec.id), lambda new: create_overlay(new, base.path, base.format, size), _DISK)
            if spec.config_drive is not None:
                _ensure_content(self.config_drive(spec.id), spec.config_drive)

    def remove(self, machine_id: str) -> None:
        """The owner goes last, so that a removal cut short is still known whose it was."""
        folder = self._folder(machine_id)
        with _os_errors("cannot remove disks"), suppress(FileNotFoundError):
            for path in sorted(folder.iterdir(), key=lambda p: p.name == "owner.json"):
                path.unlink(missing_ok=True)
            folder.rmdir()

    def log_tail(self, machine_id: str, max_bytes: int) -> bytes:
        try:
            with self.log_file(machine_id).open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - max_bytes))
                return file.read(max(0, max_bytes))
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise DriverError(f"cannot read the console log: {error.strerror}") from error

    def _folder(self, machine_id: str) -> Path:
        return self._machines / _checked(machine_id)

    def _base_for(self, spec: MachineSpec) -> Base:
        base = self.base(spec.image_id)
        if base is None:
            raise DriverError(f"this host has no copy of image {spec.image_id}")
        if spec.disk_gb and spec.disk_gb * GIB < base.virtual_size:
            raise Impossible(
                f"the root disk of {spec.disk_gb} GiB is smaller than the image "
                f"({base.virtual_size} bytes): choose a flavor with a larger disk"
            )
        return base


def _checked(some_id: str) -> str:
    if not _ID.fullmatch(some_id):
        raise Impossible(f"not an id: {some_id[:80]!r}")
    return some_id


@contextmanager
def _os_errors(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DriverError(f"{what}: {error.strerror or error}") from error


def _ensure_content(path: Path, content: bytes) -> None:
    """A file that holds a fence or secrets: for its owner only."""

    def write(new: Path) -> None:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)

    if not path.exists() or path.read_bytes() != content:
        appear(path, write, _DISK)


def _direct_io_works(folder: Path) -> bool:
    """Whether this file system takes O_DIRECT (tmpfs, for one, may not)."""
    probe = folder / f".direct-io-{os.getpid()}.tmp"
    try:
        os.close(os.open(probe, os.O_RDWR | os.O_CREAT | os.O_DIRECT, 0o600))
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)
    return True
