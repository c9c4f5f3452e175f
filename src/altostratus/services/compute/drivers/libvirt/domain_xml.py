"""A machine as libvirt's domain XML, and back. Pure: no libvirt, no files.

Owns the choice of devices and the mark that the driver leaves at each domain. Format:
libvirt.org/formatdomain.html.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree
from lxml.builder import E, ElementMaker

from altostratus.services.compute.domain.devices import CONFIG_DRIVE, ROOT
from altostratus.services.compute.driver import MAX_VOLUMES, Impossible, MachineSpec, Nic, VolumeDisk

NAME_PREFIX = "alto-"
MARK_URI = "urn:altostratus:machine:1"
MARK_KEY = "alto"
DONE_LIMIT = 32
PORT_ALIAS = "ua-port-"  # libvirt keeps aliases that begin with 'ua-' and makes up all others
VOLUME_ALIAS = "ua-vol-"


@dataclass(frozen=True, slots=True)
class Mark:
    """What the driver leaves at a domain, in its metadata. `boot_id` is the host's at the last start; `home` is the
    driver's data directory: several clouds may share a host, and none may touch another's machines."""

    home: str = ""
    project_id: str = ""
    fence: int = 0
    digest: str = ""
    boot_id: str = ""
    done: tuple[str, ...] = ()

    def remember(self, request_id: str) -> "Mark":
        return replace(self, done=(*self.done, request_id)[-DONE_LIMIT:])


@dataclass(frozen=True, slots=True)
class Domain:
    """What we read of a domain's XML."""

    id: str
    ports: frozenset[str]
    mark: Mark
    volumes: frozenset[str] = frozenset()  # ids of attachments


@dataclass(frozen=True, slots=True)
class Placement:
    """What the host decides about a machine: emulation, files, and how disks are cached ('none',
    'writeback')."""

    virt_type: str  # 'kvm' or 'qemu'
    root_disk: Path
    base: Path | None  # what the root disk is an overlay of; None: left to libvirt to find out
    base_format: str
    config_drive: Path | None
    console_log: Path
    cache: str


def domain_name(machine_id: str) -> str:
    return NAME_PREFIX + machine_id


def build(spec: MachineSpec, placement: Placement, mark: Mark) -> str:
    """The domain's definition."""
    domain = E.domain(
        E.name(domain_name(spec.id)),
        E.uuid(spec.id),
        *_title(spec.name),
        E.metadata(_mark_element(mark, ElementMaker(namespace=MARK_URI, nsmap={MARK_KEY: MARK_URI}))),
        E.memory(str(spec.memory_mb), unit="MiB"),
        E.vcpu(str(spec.vcpus)),
        _os(),
        _sysinfo(spec),
        E.features(E.acpi(), E.apic()),
        _cpu(placement.virt_type),
        _clock(),
        E.on_poweroff("destroy"),
        E.on_reboot("restart"),
        E.on_crash("destroy"),
        E.pm(E("suspend-to-mem", enabled="no"), E("suspend-to-disk", enabled="no")),
        _devices(spec, placement),
        type=placement.virt_type,
    )
    return str(etree.tostring(domain, encoding="unicode", pretty_print=True))


def mark_xml(mark: Mark) -> str:
    """The mark as virDomainSetMetadata takes it, which adds the name space itself."""
    return str(etree.tostring(_mark_element(mark, E), encoding="unicode"))


def parse(xml: str) -> Domain:
    """Our own part of any domain's XML; a missing or foreign mark reads as an empty one. ValueError when it
    is not a domain."""
    root = _tree(xml)
    uuid = root.findtext("uuid")
    if root.tag != "domain" or not uuid:
        raise ValueError("not a domain")
    mark = _parse_mark(root.find(f"metadata/{{{MARK_URI}}}machine"))
    return Domain(uuid, _aliases(root, "interface", PORT_ALIAS), mark, _aliases(root, "disk", VOLUME_ALIAS))


def qemu_group(capabilities: str) -> int | None:
    """The group that QEMU runs as, from libvirt's capabilities (`+user:+group`); None when libvirt does not
    say."""
    labels = _tree(capabilities).xpath("host/secmodel[model='dac']/baselabel[@type='qemu' or @type='kvm']/text()")
    found = re.fullmatch(r"\+\d+:\+(\d+)", labels[0]) if labels else None
    return int(found[1]) if found else None


def _aliases(root: etree._Element, device: str, prefix: str) -> frozenset[str]:
    names = (alias.get("name", "") for alias in root.iterfind(f"devices/{device}/alias"))
    return frozenset(name.removeprefix(prefix) for name in names if name.startswith(prefix))


def _tree(xml: str) -> etree._Element:
    try:
        return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not XML: {error}") from error


def _parse_mark(element: etree._Element | None) -> Mark:
    if element is None:
        return Mark()
    fence = element.get("fence", "")
    return Mark(
        home=element.get("home", ""),
        project_id=element.get("project", ""),
        fence=int(fence) if re.fullmatch(r"[0-9]{1,18}", fence) else 0,
        digest=element.get("digest", ""),
        boot_id=element.get("boot", ""),
        done=tuple(element.get("done", "").split())[-DONE_LIMIT:],
    )


def _mark_element(mark: Mark, maker: ElementMaker) -> etree._Element:
    return maker.machine(
        home=mark.home,
        project=mark.project_id,
        fence=str(mark.fence),
        digest=mark.digest,
        boot=mark.boot_id,
        done=" ".join(mark.done),
    )


def _title(name: str) -> list[etree._Element]:
    """For `virsh list --title`; libvirt refuses line breaks, XML most control characters."""
    printable = "".join(c for c in name if c.isprintable()).strip()
    return [E.title(printable)] if printable else []


def _os() -> etree._Element:
    return E.os(E.type("hvm", arch="x86_64", machine="q35"), E.smbios(mode="sysinfo"))


def _sysinfo(spec: MachineSpec) -> etree._Element:
    """By this product name cloud-init knows that it is to ask OpenStack's metadata service."""
    system = {"manufacturer": "Altostratus", "product": "OpenStack Compute", "serial": spec.id, "uuid": spec.id}
    return E.sysinfo(E.system(*(E.entry(v, name=k) for k, v in system.items())), type="smbios")


def _cpu(virt_type: str) -> etree._Element:
    if virt_type == "kvm":
        return E.cpu(mode="host-model", check="partial")
    return E.cpu(E.model("qemu64", fallback="allow"), mode="custom", match="exact", check="none")


def _clock() -> etree._Element:
    return E.clock(
        E.timer(name="rtc", tickpolicy="catchup"),
        E.timer(name="pit", tickpolicy="delay"),
        E.timer(name="hpet", present="no"),
        offset="utc",
    )


def _devices(spec: MachineSpec, placement: Placement) -> etree._Element:
    """There is a PCIe root port for each device and for each volume that may come while it runs: ports themselves can
    not be plugged."""
    disks = list(_own_disks(spec, placement))
    slots = len(disks) + len(spec.nics) + 2 + MAX_VOLUMES  # 2: random numbers, balloon
    return E.devices(
        E.controller(type="pci", model="pcie-root", index="0"),
        *(E.controller(type="pci", model="pcie-root-port") for _ in range(slots)),
        E.controller(type="usb", model="none"),
        *disks,
        *(_volume(disk, placement.cache) for disk in spec.volumes),
        *(_interface(nic) for nic in spec.nics),
        *_serial(placement.console_log),
        E.rng(E.backend("/dev/urandom", model="random"), model="virtio"),
        E.memballoon(model="virtio"),
        E.panic(model="isa"),
    )


def _own_disks(spec: MachineSpec, placement: Placement) -> Iterator[etree._Element]:
    """The root disk needs a boot order, or the firmware may try the config drive first and stop there in silence."""
    if spec.image_id:
        backing = _backing(placement.base, placement.base_format) if placement.base else []
        yield _disk(placement.root_disk, "qcow2", ROOT, placement.cache, E.boot(order="1"), *backing)
    if placement.config_drive is not None:
        yield _disk(placement.config_drive, "raw", CONFIG_DRIVE, placement.cache, E.readonly())


def volume_xml(disk: VolumeDisk, cache: str) -> str:
    """A volume's disk, as it is plugged into a machine that runs."""
    return str(etree.tostring(_volume(disk, cache), encoding="unicode"))


def volume_alias(attachment_id: str) -> str:
    return VOLUME_ALIAS + attachment_id


def _volume(disk: VolumeDisk, cache: str) -> etree._Element:
    """Its backing chain is said to the end, or else libvirt would look for it in what a guest has written."""
    backing = _backing(Path(disk.base), disk.base_format) if disk.base else [E.backingStore()]
    more = [*backing, E.serial(disk.volume_id), E.alias(name=volume_alias(disk.attachment_id))]
    if disk.readonly:
        more.append(E.readonly())
    if disk.boot_index == 0:
        more.append(E.boot(order="1"))
    if not re.fullmatch("vd[a-z]", disk.device):
        raise Impossible(f"{disk.device[:20]!r} is no name for a disk: choose one from 'vda' to 'vdz'")
    return _disk(Path(disk.path), disk.format, disk.device, cache, *more)


def _disk(path: Path, image_format: str, target: str, cache: str, *more: etree._Element) -> etree._Element:
    driver = E.driver(name="qemu", type=image_format, cache=cache, discard="unmap")
    if cache == "none":
        driver.set("io", "native")
    where = E.source(file=str(path)), E.target(dev=target, bus="virtio")
    return E.disk(driver, *where, *more, type="file", device="disk")


def _backing(base: Path, base_format: str) -> list[etree._Element]:
    """What others rest on too is not given to the user that QEMU runs as: a guest that breaks out could write to
    it."""
    source = E.source(E.seclabel(model="dac", relabel="no"), file=str(base))
    return [E.backingStore(E.format(type=base_format), source, E.backingStore(), type="file")]


def _interface(nic: Nic) -> etree._Element:
    return E.interface(
        E.mac(address=nic.mac),
        E.source(bridge=nic.bridge),
        E.target(dev=nic.tap),
        E.model(type="virtio"),
        E.mtu(size=str(nic.mtu)),
        E.rom(enabled="no"),
        E.alias(name=PORT_ALIAS + nic.port_id),
        type="bridge",
    )


def _serial(log: Path) -> tuple[etree._Element, etree._Element]:
    return (
        E.serial(E.log(file=str(log), append="on"), E.target(port="0"), type="pty"),
        E.console(E.target(type="serial", port="0"), type="pty"),
    )
