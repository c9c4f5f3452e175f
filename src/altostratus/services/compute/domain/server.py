"""Servers and what belongs to them, as frozen values; and the status that Nova's API derives from wish and sight."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Wish(StrEnum):
    """What the user wants of a server that is not deleted."""

    RUNNING = "running"
    STOPPED = "stopped"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Flavor:
    """A flavor; ram in MiB, disk and ephemeral in GiB, swap in MiB."""

    id: str
    name: str
    vcpus: int
    ram: int
    disk: int
    ephemeral: int
    swap: int
    rxtx_factor: float
    is_public: bool
    disabled: bool
    description: str | None
    extra_specs: dict[str, str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Keypair:
    """A user's public key under a name."""

    id: int
    user_id: str
    name: str
    type: str
    public_key: str
    fingerprint: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Host:
    """A host as last seen. `seen_at` is None until it first answered; `boot_id` changes when it reboots. It is
    `forced_down` while an operator says that nothing runs there any more."""

    id: str
    name: str
    boot_id: str
    vcpus: int
    memory_mb: int
    disk_gb: int
    disk_free_gb: int
    virt_type: str
    hypervisor_type: str
    hypervisor_version: int
    enabled: bool
    disabled_reason: str | None
    forced_down: bool
    reachable: bool
    seen_at: datetime | None
    created_at: datetime

    @property
    def up(self) -> bool:
        """As Nova's services are up."""
        return self.reachable and not self.forced_down


@dataclass(frozen=True, slots=True)
class Server:
    """A server's row: what is wanted (`wanted`, `deleted_at`, `generation`) and what was last seen (`power`, …).

    `flavor` is a copy made at creation: {'id', 'name', 'vcpus', 'ram', 'disk', 'ephemeral', 'swap',
    'extra_specs'}. `admin_pass` is encrypted. `fault` says why it cannot be as wanted; it stands until the wish
    changes. `observed_generation` is the last generation whose wish was reached.
    """

    id: str
    project_id: str
    user_id: str
    name: str
    description: str | None
    hostname: str
    flavor: dict[str, Any]
    image_id: str
    image_properties: dict[str, str]
    key_name: str | None
    public_key: str | None
    key_type: str | None
    user_data: str | None
    config_drive: bool
    config_drive_asked: str
    admin_pass: str | None
    disk_config: str
    access_ip_v4: str | None
    access_ip_v6: str | None
    metadata: dict[str, str]
    tags: list[str]
    availability_zone: str | None
    reservation_id: str
    launch_index: int
    locked: bool
    locked_by: str | None
    locked_reason: str | None
    wanted: str  # a Wish
    generation: int
    observed_generation: int
    host_id: str | None
    power: str
    started_boot_id: str
    shutdown_asked_at: datetime | None
    crashes: int
    crashed_at: datetime | None
    fault: str | None
    fault_at: datetime | None
    request_id: str
    created_at: datetime
    updated_at: datetime
    launched_at: datetime | None
    deleted_at: datetime | None

    @property
    def owner(self) -> str:
        """How child rows of other services name this server."""
        return f"compute.server/{self.id}"


@dataclass(frozen=True, slots=True)
class Verb:
    """A request row: something to do once, recognised by its id when it is repeated."""

    id: str
    server_id: str
    kind: str  # 'reboot'
    hard: bool
    request_id: str
    created_at: datetime


class Status(NamedTuple):
    """What Nova's API shows. power_state: 0 none, 1 running, 3 paused, 4 shut down, 6 crashed."""

    status: str
    vm_state: str
    task_state: str | None
    power_state: int
    progress: int


_POWER = {"": 0, "running": 1, "paused": 3, "off": 4, "crashed": 6}


def status_of(server: Server, verb: Verb | None) -> Status:
    """The status, derived and never stored."""
    power = _POWER.get(server.power, 0)
    if server.deleted_at is not None:
        name, state = _settled(server)
        return Status(name, state, "deleting", power, 0)
    if server.fault is not None:
        return Status("ERROR", "error", None, power, 0)
    if server.launched_at is None:
        return Status("BUILD", "building", "spawning" if server.host_id else "scheduling", power, 0)
    if verb is not None:
        name, task = ("HARD_REBOOT", "rebooting_hard") if verb.hard else ("REBOOT", "rebooting")
        return Status(name, "active", task, power, 0)
    name, state = _settled(server)
    return Status(name, state, _power_task(server), power, 0)


def _settled(server: Server) -> tuple[str, str]:
    if server.launched_at is None:
        return ("ERROR", "error") if server.fault else ("BUILD", "building")
    if server.power == "paused":
        return "PAUSED", "paused"
    if server.power == "running":
        return "ACTIVE", "active"
    return "SHUTOFF", "stopped"


def _power_task(server: Server) -> str | None:
    if server.wanted == Wish.RUNNING and server.power != "running":
        return "unpausing" if server.power == "paused" else "powering-on"
    if server.wanted == Wish.PAUSED and server.power == "running":
        return "pausing"
    if server.wanted == Wish.STOPPED and server.power in ("running", "paused"):
        return "powering-off"
    return None
