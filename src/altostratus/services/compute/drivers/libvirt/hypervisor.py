"""The Hypervisor over libvirt and QEMU on this machine.

Owns which libvirt calls make each promise of the protocol, and in what order. Files are in `disks.py`, XML in
`domain_xml.py`, the connection in `connection.py`. A domain carries its mark (fence, digest, boot id, request
ids done) in its metadata; the fence is also beside the disks, for when the domain is gone. Between reading a
fence and acting on it another worker may act: libvirt has no compare-and-set, so the window is that of one
call.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import libvirt

from altostratus.services.compute.driver import (
    BaseImage,
    Capabilities,
    ConsoleStream,
    DriverError,
    FencedOut,
    HostFacts,
    MachineEvent,
    MachineSpec,
    Observation,
    OffReason,
    Power,
    VolumeDisk,
)
from altostratus.services.compute.drivers.libvirt import domain_xml
from altostratus.services.compute.drivers.libvirt.connection import Connection, event, is_gone
from altostratus.services.compute.drivers.libvirt.console import LibvirtConsole
from altostratus.services.compute.drivers.libvirt.disks import GIB, Disks
from altostratus.services.compute.drivers.libvirt.domain import (
    attach,
    definition,
    destroy,
    detach,
    found,
    is_defined,
    undefine,
    unless_off,
    write,
)
from altostratus.services.compute.drivers.libvirt.domain_xml import Domain, Mark
from altostratus.services.compute.drivers.libvirt.power import CRASHED, PAUSED, SHUT_OFF, power


class LibvirtHypervisor:
    """`data`: the directory for disks and base images, made when missing. `virt_type`: 'kvm' or 'qemu' (TCG).
    libvirt must be on this machine, as the files are; it runs as root or as one who may read them."""

    def __init__(
        self,
        data: Path,
        virt_type: str,
        uri: str = "qemu:///system",
        boot_id: Callable[[], str] | None = None,
    ) -> None:
        self._virt_type = virt_type
        self._home = str(data)
        self._disks = Disks(data)
        self._connection = Connection(uri)
        self._ended_by_host: set[str] = set()
        self._boot_id = boot_id or _read_boot_id
        self._consoles: list[LibvirtConsole] = []
        self._subscribed = False

    # -- the host --------------------------------------------------------------------------------------------

    def capabilities(self) -> Capabilities:
        with self._connection.use() as connection:
            return Capabilities(self._virt_type, connection.getType(), connection.getVersion())

    def host(self) -> HostFacts:
        """Memory is as the kernel says: libvirt leaves out what was plugged in after boot."""
        with self._connection.use() as connection:
            hostname = connection.getHostname()
        memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
        vcpus = os.cpu_count() or 1
        total, free = self._disks.space()
        return HostFacts(hostname, self._boot_id(), vcpus, memory_mb, total // GIB, free // GIB)

    def ensure_base(self, image: BaseImage) -> None:
        with self._connection.use() as connection:
            readers = domain_xml.qemu_group(connection.getCapabilities())
        self._disks.ensure_base(image, readers)

    def has_base(self, image_id: str) -> bool:
        return self._disks.base(image_id) is not None

    def bases(self) -> set[str]:
        return self._disks.bases()

    def ensure_base_absent(self, image_id: str) -> None:
        self._disks.remove_base(image_id)

    # -- looking -----------------------------------------------------------------------------------------------

    def observe(self, machine_id: str) -> Observation | None:
        with self._connection.use() as connection:
            domain = found(connection, machine_id)
            seen = self._seen(domain) if domain else None
        if seen is None and self._disks.has(machine_id):
            return self._only_disks(machine_id)
        return seen

    def observe_all(self) -> list[Observation]:
        left = self._disks.ids()
        with self._connection.use() as connection:
            domains = [d for d in connection.listAllDomains() if d.name().startswith(domain_xml.NAME_PREFIX)]
            seen = [seen for domain in domains if (seen := self._seen(domain, only_own=True))]
        return seen + [self._only_disks(i) for i in sorted(left - {o.id for o in seen}) if self._disks.has(i)]

    def console_log(self, machine_id: str, max_bytes: int) -> bytes:
        return self._disks.log_tail(machine_id, max_bytes)

    def open_console(self, machine_id: str) -> ConsoleStream:
        with self._connection.use_link() as link:
            domain = found(link.connection, machine_id)
            if domain is None or not domain.isActive():
                raise DriverError(f"machine {machine_id} does not run")
            console = LibvirtConsole(link, domain)
        self._consoles = [c for c in self._consoles if not c.closed] + [console]
        return console

    def subscribe(self, callback: Callable[[MachineEvent], None]) -> None:
        if self._subscribed:
            raise ValueError("subscribed already")
        self._subscribed = True

        def relay(domain: libvirt.virDomain, kind: int, detail: int) -> None:
            if domain.name().startswith(domain_xml.NAME_PREFIX):
                self._note_end(domain.UUIDString(), kind, detail)
                callback(event(domain, kind))

        self._connection.watch(relay)

    def close(self) -> None:
        for console in self._consoles:
            console.close()
        self._connection.close()

    # -- changing ----------------------------------------------------------------------------------------------

    def ensure_defined(self, spec: MachineSpec, fence: int) -> None:
        with self._connection.use() as connection:
            domain = found(connection, spec.id)
            mark = self._leave_fence(spec.id, domain, fence)
            self._disks.ensure_machine(spec, fence)
            if mark.digest != spec.digest or not is_defined(domain, spec):
                self._define(connection, spec, mark)

    def ensure_running(self, machine_id: str, fence: int) -> None:
        with self._connection.use() as connection:
            domain, mark = self._defined(connection, machine_id, fence)
            state, _ = domain.state()
            if state == CRASHED:
                destroy(domain)
            if state in (CRASHED, SHUT_OFF):
                self._start(domain, mark)
            elif state == PAUSED:
                domain.resume()

    def ensure_paused(self, machine_id: str, fence: int) -> None:
        with self._connection.use() as connection:
            domain = found(connection, machine_id)
            self._leave_fence(machine_id, domain, fence)
            if domain is not None and domain.isActive() and domain.state()[0] != PAUSED:
                with unless_off(domain):
                    domain.suspend()

    def ensure_attached(self, machine_id: str, disk: VolumeDisk, fence: int) -> None:
        with self._connection.use() as connection:
            domain = found(connection, machine_id)
            self._leave_fence(machine_id, domain, fence)
            if domain is None or not domain.isActive():
                raise DriverError(f"machine {machine_id} does not run")
            attach(domain, disk, self._disks.cache)

    def request_detach(self, machine_id: str, attachment_id: str, fence: int) -> None:
        with self._connection.use() as connection:
            domain = found(connection, machine_id)
            self._leave_fence(machine_id, domain, fence)
            if domain is not None and domain.isActive():
                with unless_off(domain):
                    detach(domain, attachment_id)

    def request_shutdown(self, machine_id: str, fence: int) -> None:
        with self._connection.use() as connection:
            domain = found(connection, machine_id)
            self._leave_fence(machine_id, domain, fence)
            if domain is not None and domain.isActive():
                with unless_off(domain):
                    domain.shutdownFlags(libvirt.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN)

    def ensure_off(self, machine_id: str, fence: int) -> None:
        with self._connection.use() as connection:
            domain = found(connection, machine_id)
            self._leave_fence(machine_id, domain, fence)
            if domain is not None:
                destroy(domain)

    def reboot(self, machine_id: str, request_id: str, fence: int) -> None:
        with self._connection.use() as connection:
            domain, mark = self._defined(connection, machine_id, fence)
            if request_id not in mark.done:
                destroy(domain)
                self._start(domain, mark.remember(request_id))

    def ensure_absent(self, machine_id: str, fence: int) -> None:
        with self._connection.use() as connection:
            domain = found(connection, machine_id)
            self._leave_fence(machine_id, domain, fence)
            if domain is not None:
                destroy(domain)
                undefine(domain)
        self._disks.remove(machine_id)
        self._ended_by_host.discard(machine_id)

    # -- inside ------------------------------------------------------------------------------------------------

    def _leave_fence(self, machine_id: str, domain: libvirt.virDomain | None, fence: int) -> Mark:
        """The machine's mark with this fence in it, once it is known not to be an old one."""
        owner = self._disks.owner(machine_id)
        mark = domain_xml.parse(domain.XMLDesc()).mark if domain else Mark(self._home, owner.project_id, owner.fence)
        newest = max(mark.fence, owner.fence)
        if fence < newest:
            raise FencedOut(f"machine {machine_id} has seen fence {newest}, this call carries {fence}")
        if fence > owner.fence and self._disks.has(machine_id):
            self._disks.write_owner(replace(owner, fence=fence))
        left = replace(mark, fence=fence)
        if domain is not None and left != mark:
            write(domain, left)
        return left

    def _defined(self, connection: libvirt.virConnect, machine_id: str, fence: int) -> tuple[libvirt.virDomain, Mark]:
        domain = found(connection, machine_id)
        mark = self._leave_fence(machine_id, domain, fence)
        if domain is None or not domain.isPersistent():
            raise DriverError(f"machine {machine_id} is not defined")
        return domain, mark

    def _define(self, connection: libvirt.virConnect, spec: MachineSpec, mark: Mark) -> None:
        config_drive = self._disks.config_drive(spec.id) if spec.config_drive is not None else None
        base = self._disks.base(spec.image_id) if spec.image_id else None
        placement = domain_xml.Placement(
            virt_type=self._virt_type,
            root_disk=self._disks.root_disk(spec.id),
            base=base.path if base else None,
            base_format=base.format if base else "",
            config_drive=config_drive,
            console_log=self._disks.log_file(spec.id),
            cache=self._disks.cache,
        )
        mark = replace(mark, home=self._home, project_id=spec.project_id, digest=spec.digest)
        domain = connection.defineXML(domain_xml.build(spec, placement, mark))
        if domain.isActive():
            write(domain, mark)

    def _start(self, domain: libvirt.virDomain, mark: Mark) -> None:
        """The boot id is left first: a machine that may have been started never looks like one that was
        not."""
        write(domain, replace(mark, boot_id=self._boot_id()))
        self._ended_by_host.discard(domain.UUIDString())
        try:
            domain.create()
        except libvirt.libvirtError:
            if not domain.isActive():
                raise

    def _seen(self, domain: libvirt.virDomain, only_own: bool = False) -> Observation | None:
        """None when it is gone since it was listed, or another cloud's and only ours are asked for."""
        try:
            (state, reason), plugged = domain.state(), bool(domain.isActive())
            known, defined = domain_xml.parse(domain.XMLDesc()), definition(domain)
        except libvirt.libvirtError as error:
            if is_gone(error):
                return None
            raise
        if only_own and known.mark.home != self._home:
            return None
        seen = self._observation(known, state, reason)
        return replace(
            seen,
            digest=known.mark.digest if defined else "",
            plugged=known.volumes if plugged else frozenset(),
            defined=defined.volumes if defined else frozenset(),
        )

    def _observation(self, known: Domain, state: int, reason: int) -> Observation:
        host_boot_id = self._boot_id()
        doing, off_reason = power(
            state,
            reason,
            started_at=known.mark.boot_id,
            boot_id=host_boot_id,
            ended_by_host=known.id in self._ended_by_host,
        )
        return Observation(
            id=known.id,
            power=doing,
            off_reason=off_reason,
            fence=known.mark.fence,
            ports=known.ports,
            done=frozenset(known.mark.done),
            boot_id=known.mark.boot_id,
            host_boot_id=host_boot_id,
        )

    def _only_disks(self, machine_id: str) -> Observation:
        fence = self._disks.owner(machine_id).fence
        return Observation(
            machine_id, Power.OFF, OffReason.UNKNOWN, fence, frozenset(), frozenset(), "", host_boot_id=self._boot_id()
        )

    def _note_end(self, machine_id: str, kind: int, detail: int) -> None:
        """A signal from outside (the host is going down) is not the guest's wish to be off."""
        if kind == libvirt.VIR_DOMAIN_EVENT_SHUTDOWN and detail == libvirt.VIR_DOMAIN_EVENT_SHUTDOWN_HOST:
            self._ended_by_host.add(machine_id)


def _read_boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
