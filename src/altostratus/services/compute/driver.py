"""What a machine driver must be: the Hypervisor protocol and the values that cross it.

A driver owns machines on one host and everything of theirs that lives there: domain definitions, overlay
disks, config drives, console logs, cached base images. It knows no database and no HTTP. Every method is
synchronous, is called from a bounded thread lane under a deadline, and may be called again with the same
arguments at any time: after a crash, after a lost reply, after a hang. The second call must change nothing.

Fencing: every method that changes something takes `fence`, a number that only grows. The driver leaves it at
the machine (domain metadata) and refuses a smaller one with `FencedOut`, so that a worker which lost its
lease cannot undo the work of its successor. A call that has nothing to change leaves and refuses just the
same. The number goes with the machine: once it is absent there is nothing left to refuse, and a late
`ensure_defined` makes it anew; so a worker re-checks its lease before each call, and orphans are looked for.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from altostratus.services.compute.domain.devices import MAX_VOLUMES
from altostratus.services.compute.domain.machine import Observation, OffReason, Power

__all__ = [
    "MAX_VOLUMES",
    "BaseImage",
    "Capabilities",
    "ConsoleStream",
    "DriverError",
    "FencedOut",
    "HostFacts",
    "HostUnreachable",
    "Hypervisor",
    "Impossible",
    "MachineEvent",
    "MachineSpec",
    "Nic",
    "Observation",
    "OffReason",
    "Power",
    "VolumeDisk",
]


class DriverError(Exception):
    """The host could not do it now; the step is tried again with back-off."""

    expected = True


class HostUnreachable(DriverError):
    """The host does not answer: its machines are unknown, not absent."""


class FencedOut(DriverError):
    """A newer worker has already acted on this machine."""


class Impossible(DriverError):
    """This can never succeed as asked; the message is shown to the user and says what to change."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the driver can do; callers branch on this, never on the driver's name."""

    virt_type: str  # 'kvm', 'qemu' (TCG) or 'simulated'
    hypervisor_type: str  # as Nova reports it: 'QEMU'
    hypervisor_version: int  # 7002000 is 7.2.0
    live_migration: bool = False
    reports_events: bool = True


@dataclass(frozen=True, slots=True)
class HostFacts:
    """The host as seen now. `boot_id` changes when it reboots."""

    hostname: str
    boot_id: str
    vcpus: int
    memory_mb: int
    disk_gb: int
    disk_free_gb: int


@dataclass(frozen=True, slots=True)
class BaseImage:
    """An image whose bytes are on this machine and already verified; the driver keeps its own cached copy."""

    id: str
    path: Path
    format: str  # 'raw' or 'qcow2'
    virtual_size: int  # bytes


@dataclass(frozen=True, slots=True)
class Nic:
    """One network interface, plugged by the driver into a bridge that the network service has made."""

    port_id: str
    mac: str
    bridge: str
    tap: str
    mtu: int


@dataclass(frozen=True, slots=True)
class VolumeDisk:
    """A volume as one machine has it: a file, over one that nobody writes to (`base`, '' for none). The guest sees it
    with the first 20 characters of `volume_id` for a serial number; disks are in the order of `device` from its next
    start, the config drive among them as domain.devices says. It boots from the one of boot index 0."""

    attachment_id: str
    volume_id: str
    device: str
    path: str
    format: str  # 'raw' or 'qcow2'
    base: str = ""
    base_format: str = ""
    readonly: bool = False
    boot_index: int | None = None


@dataclass(frozen=True, slots=True)
class MachineSpec:
    """Everything that defines a machine. Equal specs have equal digests (`digest`), and need no new definition. One
    without an image has no root disk: it boots from a volume."""

    id: str  # uuid; also the domain's
    name: str  # the user's name, for people who read `virsh list --title`
    project_id: str
    vcpus: int
    memory_mb: int
    disk_gb: int  # root disk; 0 means the image's own size
    image_id: str
    nics: tuple[Nic, ...] = ()
    config_drive: bytes | None = None  # an ISO 9660 image with label config-2
    volumes: tuple[VolumeDisk, ...] = ()

    @property
    def digest(self) -> str:
        """64 hexadecimal digits over every field; that of a machine without volumes is what it was before there were
        any."""
        drive = self.config_drive
        fields = asdict(self) | {"config_drive": drive and hashlib.sha256(drive).hexdigest()}
        if not self.volumes:
            del fields["volumes"]
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class MachineEvent:
    """Something happened to a machine, perhaps behind our back: look again."""

    id: str
    what: str  # 'started', 'stopped', 'crashed', 'defined', 'undefined', …: for logs only


class ConsoleStream(Protocol):
    """A two-way byte stream to a machine's serial console."""

    def read(self) -> bytes:
        """Up to 64 KiB; blocks until there is something; b'' at the end."""
        ...

    def write(self, data: bytes) -> None: ...
    def close(self) -> None:
        """Ends the stream; a blocked `read` returns b''."""
        ...


class Hypervisor(Protocol):
    """One host that runs machines. The contract suite in tests/contracts runs against every driver."""

    def capabilities(self) -> Capabilities: ...
    def host(self) -> HostFacts: ...

    def observe(self, machine_id: str) -> Observation | None:
        """The machine as it is, or None when this host has nothing of it (no domain and no disk)."""
        ...

    def observe_all(self) -> list[Observation]:
        """Every machine of ours on this host, those with leftover disks and no domain included."""
        ...

    def ensure_base(self, image: BaseImage) -> None:
        """Have a private read-only copy of the image (by link or reflink where possible, replaced by rename).
        One that is there already is kept: the bytes behind an image id never change."""
        ...

    def has_base(self, image_id: str) -> bool: ...

    def bases(self) -> set[str]:
        """The images that this host has copies of."""
        ...

    def ensure_base_absent(self, image_id: str) -> None:
        """Nothing of its copy is left. Raises DriverError while a machine's disk rests on it."""
        ...

    def ensure_defined(self, spec: MachineSpec, fence: int) -> None:
        """Root disk (overlay over the base, grown to disk_gb), config drive and definition exist; not
        started. A machine that runs is not disturbed: the new definition holds from its next start. An
        existing root disk is never replaced; there is none without an image. Raises DriverError when there is
        neither a disk nor a base, Impossible when the spec cannot be met (a root disk smaller than its image)."""
        ...

    def ensure_running(self, machine_id: str, fence: int) -> None:
        """It runs: started when off or crashed, resumed when paused. Raises DriverError when it is not
        defined. May return before `observe` says RUNNING; the caller looks again."""
        ...

    def ensure_paused(self, machine_id: str, fence: int) -> None:
        """It does not go on: suspended with its memory when it runs; nothing when it is off or absent."""
        ...

    def ensure_attached(self, machine_id: str, disk: VolumeDisk, fence: int) -> None:
        """The machine, which runs or is paused, has the disk plugged now; its definition is `ensure_defined`'s. Raises
        DriverError when it is off, or the file cannot be had (another machine writes to it), Impossible when there is
        no room for it."""
        ...

    def request_detach(self, machine_id: str, attachment_id: str, fence: int) -> None:
        """Ask the guest to let go of a disk and return at once; a repeat asks again. Nothing when the machine is off or
        absent, or has no such disk plugged. A guest may keep it: `observe` says what is plugged."""
        ...

    def request_shutdown(self, machine_id: str, fence: int) -> None:
        """Ask the guest to power off (ACPI) and return at once; nothing when it is off already or absent. A
        guest may ignore it: the caller decides how long to wait before `ensure_off`."""
        ...

    def ensure_off(self, machine_id: str, fence: int) -> None:
        """It does not run, by force if need be; true of a machine that is absent."""
        ...

    def reboot(self, machine_id: str, request_id: str, fence: int) -> None:
        """Power cycle it once for this request id, also when it is off or crashed (then it is started), and
        leave the id at the machine, so that a repeat does nothing. The id is left while the power is off: a
        crash before that repeats a power-off of a machine that is off, one after it leaves it off with the
        id, for `ensure_running`. Raises DriverError when it is not defined."""
        ...

    def ensure_absent(self, machine_id: str, fence: int) -> None:
        """Nothing of the machine is left: no process, definition, disk, config drive or log."""
        ...

    def console_log(self, machine_id: str, max_bytes: int) -> bytes:
        """The last `max_bytes` of what the machine wrote to its serial console; b'' when there is none."""
        ...

    def open_console(self, machine_id: str) -> ConsoleStream:
        """Its serial console, from now on; the newest caller takes it over. Raises DriverError when it does
        not run."""
        ...

    def subscribe(self, callback: Callable[[MachineEvent], None]) -> None:
        """Call `callback` from any thread whenever a machine changes. At most once per driver."""
        ...

    def close(self) -> None:
        """Give the connection up, also while calls hang in it: safe from any thread, never blocks, may be
        repeated. Consoles end. A later call connects anew, so this is also what follows a call past its
        deadline; that call may still act when the host answers again, which is what fences are for."""
        ...
