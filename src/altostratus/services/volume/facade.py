"""What other services may call of block storage (contracts.volume)."""

from collections.abc import Mapping, Sequence

from altostratus.contracts import volume as contract
from altostratus.kernel import events
from altostratus.kernel.actor import SYSTEM, Actor
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain import volume_type
from altostratus.services.volume.domain.volume import DEV, Attachment, Snapshot, Volume, snapshot_status_of, status_of
from altostratus.services.volume.errors import SnapshotNotFound, VolumeNotFound
from altostratus.services.volume.store import attachments, volumes
from altostratus.services.volume.store.lists import Query
from altostratus.services.volume.usecases import BlockStorageService, show_volumes, snapshots
from altostratus.services.volume.usecases.attach_to_server import asked_by, attach_to_server
from altostratus.services.volume.usecases.create_volume import create_volume
from altostratus.services.volume.usecases.delete_volume import delete_volume
from altostratus.services.volume.usecases.find_volume import find_snapshot, find_volume
from altostratus.services.volume.usecases.show_volumes import Shown


class VolumeFacade:
    """Implements contracts.volume.Volumes."""

    def __init__(self, service: BlockStorageService) -> None:
        self._service = service
        self.of_users: contract.UserVolumes = UserFacade(service)

    def find(self, tx: Tx, actor: Actor, volume_id: str) -> contract.Volume | None:
        try:
            volume = find_volume(tx, self._service, actor, volume_id)
        except VolumeNotFound:
            return None
        status = status_of(volume, attachments.of_volume(tx, volume.id))
        return _value(volume, volume.id, status, volume.size)

    def find_snapshot(self, tx: Tx, actor: Actor, snapshot_id: str) -> contract.Volume | None:
        try:
            found = find_snapshot(tx, self._service, actor, snapshot_id)
        except SnapshotNotFound:
            return None
        volume = volumes.get_volume(tx, found.volume_id)
        return _value(volume, found.id, snapshot_status_of(found), found.size) if volume else None

    def attach(
        self, tx: Tx, actor: Actor, owner: str, host_id: str | None, wishes: Sequence[contract.VolumeWish]
    ) -> list[contract.Attachment]:
        rows = attach_to_server(tx, self._service, actor, owner, host_id, wishes)
        return [_attachment(row, None) for row in rows]

    def bind(self, tx: Tx, owner: str, host_id: str) -> None:
        for row, _ in attachments.of_owners(tx, [owner]):
            if row.host_id is None:
                attachments.update(tx, row.id, host_id=host_id)

    def detach(self, tx: Tx, attachment_id: str) -> None:
        row = attachments.get(tx, attachment_id)
        if row is not None and row.detach_asked_at is None:
            attachments.update(tx, row.id, detach_asked_at=tx.now)

    def keep(self, tx: Tx, attachment_id: str) -> None:
        row = attachments.get(tx, attachment_id)
        if row is not None and row.detach_asked_at is not None and row.released_at is None:
            attachments.update(tx, row.id, detach_asked_at=None)
            events.record(tx, SYSTEM, "volume.attachment.kept", row.id, row.project_id, volume=row.volume_id)

    def note_attached(self, tx: Tx, attachment_ids: Sequence[str]) -> None:
        for attachment_id in attachment_ids:
            attachments.update(tx, attachment_id, attached_at=tx.now)

    def release(self, tx: Tx, attachment_ids: Sequence[str], *, terminated: bool = False) -> None:
        for attachment_id in attachment_ids:
            row = attachments.get(tx, attachment_id)
            if row is not None and row.released_at is None:
                asked = row.detach_asked_at or tx.now
                values = {"released_at": tx.now, "detach_asked_at": asked, "terminated": terminated}
                attachments.update(tx, row.id, **values)

    def set_delete_on_termination(self, tx: Tx, attachment_id: str, delete: bool) -> None:
        attachments.update(tx, attachment_id, delete_on_termination=delete)

    def attachments_of(self, tx: Tx, owners: Sequence[str]) -> Mapping[str, list[contract.Attachment]]:
        found: dict[str, list[contract.Attachment]] = {owner: [] for owner in owners}
        for row, fault in attachments.of_owners(tx, owners):
            found[row.owner or ""].append(_attachment(row, fault))
        return found

    def unsettled_owners(self, tx: Tx) -> set[str]:
        return attachments.unsettled_owners(tx)


class UserFacade:
    """Implements contracts.volume.UserVolumes."""

    def __init__(self, service: BlockStorageService) -> None:
        self._service = service

    def list_volumes(self, tx: Tx, actor: Actor) -> list[contract.ShownVolume]:
        self._service.policy.require(actor, "volume:get_all")
        return [_shown_volume(shown) for shown in show_volumes.list_volumes(tx, Query(project_id=actor.project))]

    def show_volume(self, tx: Tx, actor: Actor, volume_id: str) -> contract.ShownVolume:
        return _shown_volume(show_volumes.show_volume(tx, self._service, actor, volume_id))

    def create_volume(self, tx: Tx, actor: Actor, new: contract.NewVolume) -> contract.ShownVolume:
        return _shown_volume(Shown(create_volume(tx, self._service, actor, asked_by(new)), None))

    def delete_volume(self, tx: Tx, actor: Actor, volume_id: str) -> None:
        delete_volume(tx, self._service, actor, volume_id)

    def list_snapshots(self, tx: Tx, actor: Actor) -> list[contract.ShownSnapshot]:
        self._service.policy.require(actor, "volume:get_all_snapshots")
        return [_shown_snapshot(row) for row in snapshots.list_snapshots(tx, Query(project_id=actor.project))]

    def show_snapshot(self, tx: Tx, actor: Actor, snapshot_id: str) -> contract.ShownSnapshot:
        return _shown_snapshot(find_snapshot(tx, self._service, actor, snapshot_id))

    def create_snapshot(
        self, tx: Tx, actor: Actor, volume_id: str, name: str, description: str | None, in_use: bool
    ) -> contract.ShownSnapshot:
        new = snapshots.NewSnapshot(volume_id, in_use, name, description)
        return _shown_snapshot(snapshots.create_snapshot(tx, self._service, actor, new))

    def delete_snapshot(self, tx: Tx, actor: Actor, snapshot_id: str) -> None:
        snapshots.delete_snapshot(tx, self._service, actor, snapshot_id)


def _shown_volume(shown: Shown) -> contract.ShownVolume:
    volume, row = shown.volume, shown.attachment
    attached = row is not None and row.attached_at is not None
    return contract.ShownVolume(
        id=volume.id,
        name=volume.name,
        description=volume.description,
        status=shown.status,
        size=volume.size,
        type=volume_type.NAME,
        zone=volume.availability_zone,
        snapshot_id=volume.snapshot_id,
        metadata=volume.metadata,
        created_at=volume.created_at,
        server_id=row.instance_id if row and attached else None,
        device=row.device if row and attached else None,
    )


def _shown_snapshot(row: Snapshot) -> contract.ShownSnapshot:
    status = snapshot_status_of(row)
    return contract.ShownSnapshot(row.id, row.volume_id, row.name, row.description, status, row.size, row.created_at)


def _value(volume: Volume, of_id: str, status: str, size: int) -> contract.Volume:
    return contract.Volume(of_id, volume.project_id, status, size, volume.bootable, volume.image_metadata)


def _attachment(row: Attachment, fault: str | None) -> contract.Attachment:
    return contract.Attachment(
        id=row.id,
        volume_id=row.volume_id,
        owner=row.owner or "",
        device=row.device.removeprefix(DEV),
        boot_index=row.boot_index,
        delete_on_termination=row.delete_on_termination,
        readonly=row.readonly,
        tag=row.tag,
        source=contract.Source(**row.source) if row.source else None,
        attached=row.attached_at is not None,
        released=row.released_at is not None,
        detach_asked_at=row.detach_asked_at,
        fault=fault,
    )
