"""Show one volume or a list of them, each with its attachment."""

from collections.abc import Sequence
from dataclasses import dataclass

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Attachment, Volume, status_of
from altostratus.services.volume.errors import VolumeNotFound
from altostratus.services.volume.store import attachments, volume_lists
from altostratus.services.volume.store.lists import Query
from altostratus.services.volume.usecases import BlockStorageService
from altostratus.services.volume.usecases.find_volume import find_volume


@dataclass(frozen=True, slots=True)
class Shown:
    """A volume as the API shows it."""

    volume: Volume
    attachment: Attachment | None

    @property
    def status(self) -> str:
        return status_of(self.volume, self.attachment)


def show_volume(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str) -> Shown:
    """One volume."""
    return gather(tx, [find_volume(tx, service, actor, volume_id)])[0]


def list_volumes(tx: Tx, query: Query) -> list[Shown]:
    """A page of volumes; whose is up to the query."""
    try:
        return gather(tx, volume_lists.list_volumes(tx, query))
    except LookupError:
        raise VolumeNotFound(id=query.marker) from None


def gather(tx: Tx, found: Sequence[Volume]) -> list[Shown]:
    """What the view needs, for many volumes at once."""
    attached = attachments.of_volumes(tx, [v.id for v in found]) if found else {}
    return [Shown(v, attached.get(v.id)) for v in found]
