"""The volumes of one server: attach, list, change and detach. An attachment's row, which the volume service keeps, is
the wish; the server's reconciler does it."""

from typing import NoReturn

from altostratus.contracts.volume import Attachment, Volume, VolumeWish
from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain import devices
from altostratus.services.compute.domain.server import Server
from altostratus.services.compute.errors import (
    RootVolume,
    VolumeNotAttached,
    VolumeNotAvailable,
    VolumeNotFound,
    VolumeNotMigrating,
)
from altostratus.services.compute.store import servers
from altostratus.services.compute.usecases import Compute
from altostratus.services.compute.usecases.find_server import find_server, require_state, require_unlocked

_STATES = ("active", "paused", "stopped")


def list_volumes(tx: Tx, compute: Compute, actor: Actor, server_id: str) -> list[Attachment]:
    """In the order of creation, those that are to go among them."""
    server = find_server(tx, compute, actor, server_id, "os-volumes-attachments:index")
    return attachments_of(tx, compute, server)


def show_volume(tx: Tx, compute: Compute, actor: Actor, server_id: str, volume_id: str) -> Attachment:
    server = find_server(tx, compute, actor, server_id, "os-volumes-attachments:show")
    return _attachment(tx, compute, server, volume_id)


def attach_volume(
    tx: Tx,
    compute: Compute,
    actor: Actor,
    server_id: str,
    volume_id: str,
    *,
    device: str | None = None,
    tag: str | None = None,
    delete_on_termination: bool = False,
) -> Attachment:
    """Wanted from now on; refused for a volume that is not available."""
    server = _changeable(tx, compute, actor, server_id, "create", "attach_volume")
    volume = compute.volumes.find(tx, actor, volume_id)
    if volume is None:
        raise VolumeNotFound(id=volume_id)
    require_available(volume)
    there = attachments_of(tx, compute, server)
    devices.require_room(len(there) + 1)
    used = devices.reserved(bool(server.image_id), server.config_drive) | {a.device for a in there}
    wish = VolumeWish(
        device=devices.allocate(used, [device])[0],
        volume_id=volume_id,
        delete_on_termination=delete_on_termination,
        tag=tag,
    )
    [made] = compute.volumes.attach(tx, actor, server.owner, server.host_id, [wish])
    events.record(tx, actor, "compute.server.attach_volume", server_id, server.project_id, volume=volume_id)
    return made


def change_volume(
    tx: Tx, compute: Compute, actor: Actor, server_id: str, volume_id: str, delete_on_termination: bool | None
) -> Attachment:
    """Whether the volume goes with the server; None leaves it."""
    server = find_server(tx, compute, actor, server_id, "os-volumes-attachments:update")
    found = _attachment(tx, compute, server, volume_id)
    if delete_on_termination is not None:
        compute.volumes.set_delete_on_termination(tx, found.id, delete_on_termination)
        events.record(tx, actor, "compute.server.change_volume", server_id, server.project_id, volume=volume_id)
    return found


def refuse_swap(tx: Tx, compute: Compute, actor: Actor, server_id: str, volume_id: str) -> NoReturn:
    """Another volume in this one's place: only while Cinder migrates it, and no volume migrates here."""
    find_server(tx, compute, actor, server_id, "os-volumes-attachments:swap")
    if compute.volumes.find(tx, actor, volume_id) is None:
        raise VolumeNotFound(id=volume_id)
    raise VolumeNotMigrating(id=volume_id)


def detach_volume(tx: Tx, compute: Compute, actor: Actor, server_id: str, volume_id: str) -> None:
    """Not wanted from now on. A repeat changes nothing."""
    server = _changeable(tx, compute, actor, server_id, "delete", "detach_volume")
    found = _attachment(tx, compute, server, volume_id)
    if found.boot_index == 0:
        raise RootVolume()
    if found.wanted:
        compute.volumes.detach(tx, found.id)
        events.record(tx, actor, "compute.server.detach_volume", server_id, server.project_id, volume=volume_id)


def attachments_of(tx: Tx, compute: Compute, server: Server) -> list[Attachment]:
    return compute.volumes.attachments_of(tx, [server.owner]).get(server.owner, [])


def require_available(volume: Volume) -> None:
    if volume.status != "available":
        raise VolumeNotAvailable(id=volume.id, status=volume.status)


def _changeable(tx: Tx, compute: Compute, actor: Actor, server_id: str, rule: str, action: str) -> Server:
    """The server, if its volumes may change now. Its row is written first: so changes of one server wait for one
    another, and for its deletion, and no two volumes get one name."""
    servers.update_server(tx, server_id, updated_at=tx.now)
    server = find_server(tx, compute, actor, server_id, f"os-volumes-attachments:{rule}")
    require_unlocked(server, actor)
    require_state(server, servers.get_verb(tx, server_id), action, *_STATES)
    return server


def _attachment(tx: Tx, compute: Compute, server: Server, volume_id: str) -> Attachment:
    for attachment in attachments_of(tx, compute, server):
        if attachment.volume_id == volume_id:
            return attachment
    raise VolumeNotAttached(server=server.id, volume=volume_id)
