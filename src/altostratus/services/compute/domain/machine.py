"""A machine as a driver sees it: what plans are made from."""

from dataclasses import dataclass
from enum import StrEnum


class Power(StrEnum):
    """What a machine is doing, as observed. OFF and CRASHED do not run; CRASHED is just OFF because of a
    crash (`OffReason.CRASH`), and satisfies `ensure_off`. One that obeys a shutdown request runs until it is
    off."""

    RUNNING = "running"
    PAUSED = "paused"
    OFF = "off"
    CRASHED = "crashed"


OFF = (Power.OFF, Power.CRASHED)


class OffReason(StrEnum):
    """Why a machine that is not running stopped; decides whether it is started again."""

    NEVER_STARTED = "never-started"
    GUEST = "guest"  # it powered itself off (or obeyed an ACPI request)
    HOST = "host"  # we stopped it
    CRASH = "crash"  # the guest panicked or its process died
    UNKNOWN = "unknown"  # the host forgot: it rebooted, or libvirtd lost the machine


@dataclass(frozen=True, slots=True)
class Observation:
    """A machine as seen on its host. `off_reason` is None while it runs. `ports` are those plugged now, or at
    the next start when it is off. `done` are ids of the last 32 request rows that a verb has already
    performed. `plugged` are ids of attachments whose volumes its process has open now, `defined` those in the
    definition that holds at its next start."""

    id: str
    power: Power
    off_reason: OffReason | None
    fence: int
    ports: frozenset[str]
    done: frozenset[str]
    boot_id: str  # of the host, when the machine was last started; '' when it never was
    digest: str = ""  # of the spec last defined; '' when only disks are left and no definition
    host_boot_id: str = ""  # of the host now
    plugged: frozenset[str] = frozenset()
    defined: frozenset[str] = frozenset()
