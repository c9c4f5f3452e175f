"""Volumes: attached and detached beside libvirt alone, made from cached images, read and written by a guest.

By hand means: the same machine gets a file by libvirt's own calls, and QEMU opens it as it opens the cloud's. So what
is compared is what the cloud adds: for IO it is even the same file, detached from the cloud first. Each round measures
all ways, in turn forwards and backwards. Needs root and a libvirt that runs.
"""

import mmap
import os
import re
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol
from xml.etree.ElementTree import Element, SubElement, tostring

import libvirt
from cloud import Session, running_cloud, upload_image, wait_for
from figure import Figure, median_ms, seconds, spread
from real_site import SERVERS, Site, reachable_network

VOLUMES = "/volume/v3/volumes"
GIB = 1 << 30
MIB = 1 << 20
IMAGE_SIZE, IMAGE_DATA = 2 * GIB, 64 * MIB
FORMATS = ("raw", "qcow2")
LOOK = 0.005  # seconds between two looks
SHOWN = 20  # characters of a serial that a guest sees
IO_MIB = 128
SSH_OPTIONS = (
    "BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "ConnectTimeout=5",
    "IdentitiesOnly=yes",
)  # fmt: skip
WAIT_FOR_DISK = "until disk=$(grep -ls '^{serial}' /sys/block/*/serial); do sleep 0.1; done"
WRITE_AND_READ = (
    "disk=/dev/$(echo $disk | cut -d / -f 4) && time dd if=/dev/zero of=$disk bs=1M count={count} conv=fsync && "
    "echo 3 > /proc/sys/vm/drop_caches && time dd if=$disk of=/dev/null bs=1M count={count}"
)
TIME = re.compile(r"real\s+(\d+)m (\d+\.\d+)s")  # as the guest's shell says it


def measure(quick: bool) -> Iterator[Figure]:
    times = 3 if quick else 10
    with running_cloud(simulate=False) as cloud:
        site = Site(cloud)
        yield from _from_images(site, times)
        guest = Guest(site)
        yield from _plugging(guest, times)
        yield from _io(guest, times)


# -- volumes and disks -----------------------------------------------------------------------------------------


def make_volume(session: Session, gib: int, **more: str) -> str:
    """A volume, once it is available; its id."""
    made = session.post(VOLUMES, {"volume": {"size": gib, **more}})["volume"]["id"]
    wait_for_status(session, made, "available")
    return str(made)


def wait_for_status(session: Session, volume: str, status: str) -> None:
    wait_for(lambda: session.get(f"{VOLUMES}/{volume}")["volume"]["status"] == status, every=LOOK)


def remove_volume(session: Session, volume: str) -> None:
    session.delete(f"{VOLUMES}/{volume}")
    wait_for(lambda: all(each["id"] != volume for each in session.get(VOLUMES)["volumes"]), every=0.05)


class Guest:
    """A server that lets us in by SSH."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.session = site.session
        self._key = _import_key(site)
        port, self._address = reachable_network(site.session)()
        self.id = site.create({"port": port}, key_name="benchmark")
        wait_for(lambda: self._ssh("true").returncode == 0, every=0.5)
        self.domain: libvirt.virDomain = site.domain(self.id)

    def ask(self, command: str) -> str:
        """What a shell command in it says."""
        done = self._ssh(command)
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stdout}")
        return done.stdout

    def wait_for_disk(self, serial: str) -> None:
        """Until its system has it: before that, it can not let go of it again."""
        self.ask(WAIT_FOR_DISK.format(serial=serial[:SHOWN]))

    def disk(self, serial: str) -> Element | None:
        """The disk of that serial, in the machine's XML."""
        disks = self.site.definition(self.id).findall("devices/disk")
        return next((disk for disk in disks if disk.findtext("serial") == serial), None)

    def driver(self, serial: str) -> dict[str, str]:
        """How QEMU opens that disk."""
        disk = self.disk(serial)
        driver = None if disk is None else disk.find("driver")
        assert driver is not None
        return {name: driver.attrib[name] for name in ("type", "cache", "io") if name in driver.attrib}

    def _ssh(self, command: str) -> subprocess.CompletedProcess[str]:
        options = [f"-o{option}" for option in SSH_OPTIONS]
        words = ["ssh", "-F", "none", "-i", str(self._key), *options, f"root@{self._address}", command]
        return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def _import_key(site: Site) -> Path:
    key = site.cloud.data_dir.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    public = key.with_suffix(".pub").read_text()
    site.session.post("/compute/v2.1/os-keypairs", {"keypair": {"name": "benchmark", "public_key": public}})
    return key


class Disk(Protocol):
    """What a guest can be given; `attach` and `detach` end when it is done. `serial` is what the guest knows it by."""

    serial: str

    def attach(self) -> None: ...
    def detach(self) -> None: ...


class ByCloud:
    """A volume."""

    def __init__(self, guest: Guest) -> None:
        self._session = guest.session
        self._attachments = f"{SERVERS}/{guest.id}/os-volume_attachments"
        self.serial = make_volume(guest.session, 1)

    def attach(self) -> None:
        self._session.post(self._attachments, {"volumeAttachment": {"volumeId": self.serial}})
        wait_for_status(self._session, self.serial, "in-use")

    def detach(self) -> None:
        self._session.delete(f"{self._attachments}/{self.serial}")
        wait_for_status(self._session, self.serial, "available")


class ByHand:
    """A file, given to the machine by libvirt. `driver` says how QEMU opens it."""

    def __init__(self, guest: Guest, file: Path, serial: str, driver: dict[str, str]) -> None:
        self._guest = guest
        self.serial = serial
        disk = Element("disk", type="file", device="disk")
        SubElement(disk, "driver", driver)
        SubElement(disk, "source", file=str(file))
        SubElement(disk, "target", dev="vdy", bus="virtio")
        SubElement(disk, "serial").text = serial
        self._xml = tostring(disk, encoding="unicode")

    def attach(self) -> None:
        self._guest.domain.attachDeviceFlags(self._xml, libvirt.VIR_DOMAIN_AFFECT_LIVE)

    def detach(self) -> None:
        self._guest.domain.detachDeviceFlags(self._xml, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        wait_for(lambda: self._guest.disk(self.serial) is None, every=LOOK)


# -- the figures -----------------------------------------------------------------------------------------------


def _from_images(site: Site, times: int) -> Iterator[Figure]:
    images = {each: _upload(site, each) for each in FORMATS}
    taken: dict[str, list[float]] = {each: [] for each in FORMATS}
    for _ in range(times + 1):
        for image_format, image in images.items():
            began = time.perf_counter()
            volume = make_volume(site.session, IMAGE_SIZE // GIB, imageRef=image)
            taken[image_format].append(time.perf_counter() - began)
            remove_volume(site.session, volume)
    for image_format, (first, *later) in taken.items():
        what = f"POST a volume of a cached 2 GiB image, {image_format}"
        note = f"to available; {_in_ms(later)}; the first, {first * 1000:.0f} ms, left out"
        yield Figure(what, median_ms(later), "ms", 300, note=note)


def _upload(site: Site, image_format: str) -> str:
    """An image of 2 GiB, of which 64 MiB are data; its id."""
    raw = site.cloud.data_dir.parent / "image.raw"
    raw.write_bytes(os.urandom(IMAGE_DATA))
    os.truncate(raw, IMAGE_SIZE)
    image = raw.with_name(f"image.{image_format}")
    if image != raw:
        subprocess.run(["qemu-img", "convert", "-O", image_format, raw, image], check=True)
    with image.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return upload_image(site.session, content, image_format)


def _plugging(guest: Guest, times: int) -> Iterator[Figure]:
    cloud = ByCloud(guest)
    by_hand = ByHand(guest, _sparse(guest), "by-hand", _driver_of(guest, cloud))
    disks: dict[str, Disk] = {"cloud": cloud, "hand": by_hand}
    attached: dict[str, list[float]] = {each: [] for each in disks}
    detached: dict[str, list[float]] = {each: [] for each in disks}
    for name, disk in _rounds(disks, times):
        attached[name].append(seconds(disk.attach))
        guest.wait_for_disk(disk.serial)
        detached[name].append(seconds(disk.detach))
    yield _over("Attach, over libvirt's own time", attached, 100)
    yield _over("Detach, over libvirt's own time", detached, None)


def _over(what: str, taken: Mapping[str, list[float]], limit: float | None) -> Figure:
    more = [ours - theirs for ours, theirs in zip(taken["cloud"], taken["hand"], strict=True)]
    ours, theirs = median_ms(taken["cloud"]), median_ms(taken["hand"])
    note = f"from the request, {ours:.0f} ms against {theirs:.0f} ms; {_in_ms(more)}"
    return Figure(what, median_ms(more), "ms", limit, note=note)


def _io(guest: Guest, times: int) -> Iterator[Figure]:
    """Both ways by hand take the volume's own file."""
    cloud = ByCloud(guest)
    driver = _driver_of(guest, cloud)
    [file] = (guest.site.cloud.data_dir / "volume/volumes" / cloud.serial).glob("disk.*")
    disks: dict[str, Disk] = {
        "cloud": cloud,
        "hand": ByHand(guest, file, cloud.serial, driver),
        "default": ByHand(guest, file, cloud.serial, {"type": driver["type"]}),
    }
    _written_and_read(guest, cloud)  # from here on the file has its blocks
    rates: dict[str, list[tuple[float, float]]] = {each: [] for each in disks}
    for name, disk in _rounds(disks, times):
        rates[name].append(_written_and_read(guest, disk))
    for which, what in enumerate(("writes", "reads")):
        of_each = {name: [rate[which] for rate in found] for name, found in rates.items()}
        yield _compared(f"A guest {what}, cloud ÷ by hand", of_each, "hand", driver, 0.95)
        yield _compared(f"A guest {what}, cloud ÷ QEMU's default", of_each, "default", {"cache": "writeback"}, None)


def _compared(
    what: str, rates: Mapping[str, list[float]], other: str, driver: Mapping[str, str], limit: float | None
) -> Figure:
    ratios = [ours / theirs for ours, theirs in zip(rates["cloud"], rates[other], strict=True)]
    ours, theirs = statistics.median(rates["cloud"]), statistics.median(rates[other])
    how = ", ".join(f"{name}={value}" for name, value in driver.items())
    note = f"{IO_MIB} MiB, {ours:.0f} against {theirs:.0f} MiB/s ({how}); {spread(ratios, '×')}"
    return Figure(what, statistics.median(ratios), "×", limit, at_least=True, note=note)


def _written_and_read(guest: Guest, disk: Disk) -> tuple[float, float]:
    """MiB a second, by the guest's own clock."""
    disk.attach()
    try:
        find = WAIT_FOR_DISK.format(serial=disk.serial[:SHOWN])
        said = guest.ask(f"{find}; {WRITE_AND_READ.format(count=IO_MIB)}")
    finally:
        disk.detach()
    wrote, read = (60 * int(minutes) + float(rest) for minutes, rest in TIME.findall(said))
    return IO_MIB / wrote, IO_MIB / read


# -- what they need --------------------------------------------------------------------------------------------


def _rounds(disks: Mapping[str, Disk], times: int) -> Iterator[tuple[str, Disk]]:
    """All of them, so many times, in turn forwards and backwards."""
    for number in range(times):
        yield from reversed(list(disks.items())) if number % 2 else disks.items()


def _driver_of(guest: Guest, volume: ByCloud) -> dict[str, str]:
    """How the cloud lets QEMU open the volume."""
    volume.attach()
    try:
        guest.wait_for_disk(volume.serial)
        return guest.driver(volume.serial)
    finally:
        volume.detach()


def _sparse(guest: Guest) -> Path:
    """A new file that is as an empty volume's is."""
    path = guest.site.cloud.data_dir.parent / "by-hand.raw"
    path.touch()
    os.truncate(path, GIB)
    return path


def _in_ms(samples: Sequence[float]) -> str:
    return spread(samples, "ms", 1000)
