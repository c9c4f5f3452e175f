"""The steps that bring a server to what is wanted. Each is safe to run twice; the reconciler carries them out."""

from dataclasses import dataclass

from altostratus.services.compute.domain.server import Verb


@dataclass(frozen=True, slots=True)
class Place:
    """Choose a host, and ask the network service to make the ports ready there."""


@dataclass(frozen=True, slots=True)
class EnsureBase:
    """Bring the image to the host."""


@dataclass(frozen=True, slots=True)
class EnsureDefined:
    """Disk, config drive and definition."""


@dataclass(frozen=True, slots=True)
class EnsureRunning:
    """Start or resume."""


@dataclass(frozen=True, slots=True)
class AskShutdown:
    """Ask the guest to power off."""


@dataclass(frozen=True, slots=True)
class EnsureOff:
    """Switch off."""


@dataclass(frozen=True, slots=True)
class Reboot:
    """Power cycle, or start what is off, once for a request row."""

    verb: Verb


@dataclass(frozen=True, slots=True)
class FinishVerb:
    """The request row was carried out (or no longer applies): drop it."""

    verb: Verb


@dataclass(frozen=True, slots=True)
class EnsureAbsent:
    """Remove everything of the server from its host."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Release the ports and drop the row: nothing is left."""


Step = (
    Place
    | EnsureBase
    | EnsureDefined
    | EnsureRunning
    | AskShutdown
    | EnsureOff
    | Reboot
    | FinishVerb
    | EnsureAbsent
    | Forget
)
STEPS: tuple[type, ...] = Step.__args__
