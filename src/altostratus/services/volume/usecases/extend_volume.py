"""Make a volume larger."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.volume.errors import InvalidInput
from altostratus.services.volume.store import volumes
from altostratus.services.volume.usecases import BlockStorageService, quotas
from altostratus.services.volume.usecases.find_volume import find_volume, require_status


def extend_volume(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str, size: int) -> None:
    """To `size` GiB, while nothing is attached."""
    volume = find_volume(tx, service, actor, volume_id, "volume:extend")
    if size <= volume.size:
        raise InvalidInput(
            reason=f"New size for extend must be greater than current size. (current: {volume.size}, extended: {size})."
        )
    require_status(tx, volume, "extend", ("available",))
    quotas.require_size(tx, service, volume.project_id, size)
    quotas.require_room(tx, service, volume.project_id, gigabytes=size - volume.size)
    volumes.wish(tx, volume_id, size=size)
    events.record(tx, actor, "volume.volume.extend", volume_id, volume.project_id, size=size)
