"""BlockStorage in one directory of this machine: `volumes/<id>`, `snapshots/<id>`, `bases/<image>`, each a Place.

A volume is a sparse raw file; one from an image is a reflink of it, or where the file system cannot (or the image is
qcow2) a qcow2 overlay over the image's base: a link to its file, never written to again. A copy is a reflink, or the
file's bytes without its holes: a copy of an overlay rests on the same base.

A reflink of a volume in use is what a loss of power would leave of it, for the clone is "atomic with regards to
concurrent writes" (ioctl_ficlonerange(2)) and QEMU writes raw and qcow2 files so that they survive one. Nothing else
gives one moment of a file that is being written to; so without reflinks nothing is copied in use.

Machines' processes reach the files through directories that everybody may pass (0711); libvirt gives a volume's file
to them as it starts them, and a base may be read by the group `readers`.
"""

import errno
import os
import pwd
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path

from altostratus.kernel.disk import FULL, Disk
from altostratus.kernel.disk_images import (
    can_reflink,
    copy_sparse,
    create_overlay,
    qemu_img,
    read_qcow2,
    rests_on,
    share,
    sync,
)
from altostratus.services.volume.driver import (
    BaseImage,
    Busy,
    Capabilities,
    DriverError,
    FencedOut,
    Impossible,
    Source,
    Space,
    StorageUnreachable,
    StoredVolume,
    VolumeSpec,
)
from altostratus.services.volume.drivers.files.place import DiskFile, Note, Place

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")


def group_of(*users: str) -> int | None:
    """The group of the first of these users that this machine knows: 'libvirt-qemu' and 'qemu' are those that libvirt
    runs QEMU as."""
    for user in users:
        with suppress(KeyError):
            return pwd.getpwnam(user).pw_gid
    return None


class CannotClone(OSError):
    """The file system has no reflinks, or not between these."""


class FileStorage:
    """`data`: the directory, made when missing. OSError does not leave it: a full or failing disk is a DriverError.
    Any number of processes may share the directory."""

    def __init__(self, data: Path, readers: int | None = None, disk: Disk | None = None) -> None:
        self._disk = disk or Disk()
        self._readers = readers
        data = data.absolute()
        self._volumes, self._snapshots, self._bases = (data / each for each in ("volumes", "snapshots", "bases"))
        for folder in (data, self._volumes, self._snapshots, self._bases):
            folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._copies_in_use = can_reflink(data, self._disk)

    def capabilities(self) -> Capabilities:
        return Capabilities("files", self._copies_in_use)

    def space(self) -> Space:
        with self._reached("cannot measure the disk"):
            usage = shutil.disk_usage(self._volumes)
        return Space(usage.total, usage.free)

    # -- looking ---------------------------------------------------------------------------------------------

    def observe(self, volume_id: str) -> StoredVolume | None:
        with self._reached(f"cannot look at volume {volume_id}"):
            return self._volume(volume_id).seen()

    def observe_all(self) -> list[StoredVolume]:
        with self._reached("cannot list volumes"):
            return [seen for place in self._places(self._volumes) if (seen := place.seen())]

    def snapshots(self) -> dict[str, int]:
        with self._reached("cannot list snapshots"):
            return {place.id: place.size() for place in self._places(self._snapshots) if place.exists}

    def bases(self) -> set[str]:
        with self._reached("cannot list copies of images"):
            return {place.id for place in self._places(self._bases)}

    # -- volumes ---------------------------------------------------------------------------------------------

    def ensure_volume(self, spec: VolumeSpec, fence: int) -> None:
        with self._changing(spec.id, fence, make=True) as (volume, note):
            with _all_or_nothing(volume):
                volume.write_note(note)
                if volume.file() is None:
                    self._make(volume, spec)
            self._grow(volume, note, spec.size)

    def ensure_size(self, volume_id: str, size: int, fence: int) -> None:
        with self._changing(volume_id, fence) as (volume, note):
            volume.whole()
            volume.write_note(note)
            self._grow(volume, note, size)

    def ensure_absent(self, volume_id: str, fence: int) -> None:
        if not self._there(self._volume(volume_id)):
            return
        with self._changing(volume_id, fence) as (volume, note):
            _refuse_writer(volume, note)
            volume.write_note(note)
            volume.remove()

    def ensure_connected(self, volume_id: str, attachment_id: str, host_id: str, fence: int) -> Source:
        with self._changing(volume_id, fence) as (volume, note):
            file = volume.whole()
            if note.writer and (note.writer, note.host) != (attachment_id, host_id):
                _refuse_writer(volume, note)
            volume.write_note(Note(fence, attachment_id, host_id))
            return file.source

    def ensure_disconnected(self, volume_id: str, attachment_id: str, fence: int) -> None:
        if not self._there(self._volume(volume_id)):
            return
        with self._changing(volume_id, fence) as (volume, note):
            volume.write_note(Note(fence) if note.writer == attachment_id else note)

    # -- snapshots and copies of images ----------------------------------------------------------------------

    def ensure_snapshot(self, snapshot_id: str, volume_id: str, fence: int) -> None:
        snapshot = self._snapshot(snapshot_id)
        with self._changing(volume_id, fence) as (volume, note):
            volume.write_note(note)
            with snapshot.alone(make=True), _all_or_nothing(snapshot):
                if snapshot.file() is None:
                    file = volume.whole()
                    self._copy(file, snapshot, file.size, note.writer)

    def ensure_snapshot_absent(self, snapshot_id: str) -> None:
        snapshot = self._snapshot(snapshot_id)
        with self._reached(f"cannot remove snapshot {snapshot_id}"):
            if snapshot.exists:
                with snapshot.alone():
                    snapshot.remove()

    def ensure_base_absent(self, image_id: str) -> None:
        base = self._base(image_id)
        with self._reached(f"cannot remove the copy of image {image_id}"):
            if base.exists:
                with base.alone():
                    self._refuse_needed(base)
                    base.remove()

    # -- inside ----------------------------------------------------------------------------------------------

    @contextmanager
    def _reached(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self._volumes.is_dir():
                raise StorageUnreachable(f"{self._volumes} is not there") from error
            said = "the disk is full" if error.errno in FULL else error.strerror or str(error)
            raise DriverError(f"{what}: {said}") from error

    @contextmanager
    def _changing(self, volume_id: str, fence: int, *, make: bool = False) -> Iterator[tuple[Place, Note]]:
        """The volume, held alone, and its note with this fence, which is not older than the one that it has. To be
        written before anything is done."""
        volume = self._volume(volume_id)
        with self._reached(f"cannot change volume {volume_id}"):
            if not make and not volume.exists:
                raise DriverError(f"there is no volume {volume_id}")
            with volume.alone(make=make):
                note = volume.note()
                if fence < note.fence:
                    raise FencedOut(f"volume {volume_id} has seen fence {note.fence}, this call carries {fence}")
                yield volume, replace(note, fence=fence)

    def _make(self, volume: Place, spec: VolumeSpec) -> None:
        if spec.image:
            self._from_image(volume, spec.image, spec.size)
        elif spec.snapshot_id:
            with self._snapshot(spec.snapshot_id).shared() as file:
                self._copy(file, volume, spec.size)
        elif spec.volume_id:
            source = self._volume(spec.volume_id)
            with source.shared() as file:
                self._copy(file, volume, spec.size, source.note().writer)
        else:
            volume.appear("raw", lambda new: _sparse(new, spec.size))

    def _from_image(self, volume: Place, image: BaseImage, size: int) -> None:
        _refuse_larger(_image_size(image), size)
        if image.format == "raw":
            with suppress(CannotClone):
                volume.appear("raw", lambda new: self._clone(image.path, new))
                return
        with self._kept(image) as base:
            volume.appear("qcow2", lambda new: create_overlay(new, base.path, base.format, size))

    @contextmanager
    def _kept(self, image: BaseImage) -> Iterator[DiskFile]:
        """What is kept of the image, and stays as long."""
        place = self._base(image.id)
        if not place.exists or place.file() is None:
            with place.alone(make=True, wait=True):
                if place.file() is None:
                    place.appear(image.format, lambda new: share(image.path, new, self._readers, self._disk))
        with place.shared(wait=True) as base:
            yield base

    def _copy(self, file: DiskFile, target: Place, size: int, writer: str = "") -> None:
        if writer and not self._copies_in_use:
            raise Busy(f"attachment {writer} may write to {file.path.parent.name}: this file system cannot copy it so")
        _refuse_larger(file.size, size)

        def write(new: Path) -> None:
            if writer:
                self._clone(file.path, new)
            elif not self._disk.reflink(file.path, new):
                copy_sparse(file.path, new, self._disk)

        base = file.base
        with Place(base.path.parent, self._disk).shared(wait=True) if base else nullcontext():
            target.appear(file.format, write)

    def _clone(self, source: Path, new: Path) -> None:
        if not self._disk.reflink(source, new):
            raise CannotClone(errno.EOPNOTSUPP, f"{source} cannot be cloned")

    def _grow(self, volume: Place, note: Note, size: int) -> None:
        file = volume.whole()
        if file.size >= size:
            return
        _refuse_writer(volume, note)
        if file.format == "raw":
            os.truncate(file.path, size)
        else:
            qemu_img("resize", "-q", "-f", "qcow2", str(file.path), str(size))
        sync(file.path, self._disk)

    def _refuse_needed(self, base: Place) -> None:
        """Who lays a disk over it, or copies one that is, holds it meanwhile: what is not seen here is not there."""
        for folder in (self._volumes, self._snapshots):
            for disk in folder.glob("*/disk.qcow2"):
                if Path(rests_on(disk)).parent == base.folder:
                    raise DriverError(f"the disk of {disk.parent.name} rests on image {base.id}")

    def _there(self, place: Place) -> bool:
        with self._reached(f"cannot look at {place.folder}"):
            return place.exists

    def _volume(self, volume_id: str) -> Place:
        return Place(self._volumes / _checked(volume_id), self._disk)

    def _snapshot(self, snapshot_id: str) -> Place:
        return Place(self._snapshots / _checked(snapshot_id), self._disk)

    def _base(self, image_id: str) -> Place:
        return Place(self._bases / _checked(image_id), self._disk)

    def _places(self, folder: Path) -> list[Place]:
        return [Place(path, self._disk) for path in sorted(folder.iterdir()) if _ID.fullmatch(path.name)]


def _checked(some_id: str) -> str:
    if not _ID.fullmatch(some_id):
        raise Impossible(f"not an id: {some_id[:80]!r}")
    return some_id


@contextmanager
def _all_or_nothing(place: Place) -> Iterator[None]:
    """Nothing is left of it when its disk cannot be made."""
    try:
        yield
    except Exception:
        if place.file() is None:
            with suppress(OSError):
                place.remove()
        raise


def _sparse(new: Path, size: int) -> None:
    new.touch(mode=0o600)
    os.truncate(new, size)


def _refuse_writer(volume: Place, note: Note) -> None:
    if note.writer:
        raise Busy(f"attachment {note.writer} may write to volume {volume.id}")


def _refuse_larger(source: int, size: int) -> None:
    if source > size:
        raise Impossible(f"the source has {source} bytes, the volume {size}: choose a larger size")


def _image_size(image: BaseImage) -> int:
    """Bytes, as the file says itself. The image service has seen to it that no image leans on other files; one that
    does anyway is not touched."""
    if image.format == "raw":
        return image.path.stat().st_size
    header = read_qcow2(image.path) if image.format == "qcow2" else None
    if header is None or header.leans:
        raise Impossible(f"image {image.id} is neither raw nor a qcow2 file that stands alone: convert it")
    return header.virtual_size
