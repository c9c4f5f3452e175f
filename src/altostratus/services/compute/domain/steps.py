"""The steps that bring a server to what is wanted. Each is safe to run twice; the reconciler carries them out."""

from dataclasses import dataclass

from altostratus.contracts.volume import Attachment
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
class EnsurePaused:
    """Suspend what runs, with its memory."""


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
class EnsureAttached:
    """Plug a volume into the machine, which runs; its definition has it already."""

    attachment: Attachment


@dataclass(frozen=True, slots=True)
class AskDetach:
    """Ask the guest to let go of a volume."""

    attachment_id: str


@dataclass(frozen=True, slots=True)
class Keep:
    """The guest would not let go of a volume: it stays after all."""

    attachment_id: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """A volume could not be plugged: it is to go again."""

    attachment_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Release:
    """Nothing has these volumes any more. `terminated`: nor will their server, which is gone."""

    attachment_ids: tuple[str, ...]
    terminated: bool = False


@dataclass(frozen=True, slots=True)
class EnsureAbsent:
    """Remove everything of the server from its host."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Release the ports and drop the row: nothing is left, and its volumes are free."""


Step = (
    Place
    | EnsureBase
    | EnsureDefined
    | EnsureRunning
    | EnsurePaused
    | AskShutdown
    | EnsureOff
    | Reboot
    | FinishVerb
    | EnsureAttached
    | AskDetach
    | Keep
    | GiveUp
    | Release
    | EnsureAbsent
    | Forget
)
STEPS: tuple[type, ...] = Step.__args__
