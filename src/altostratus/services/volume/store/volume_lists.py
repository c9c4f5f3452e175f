"""Lists of volumes: filtered, sorted, in pages. A status is derived in the database as it is in `domain.volume`."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Volume
from altostratus.services.volume.store.lists import Query, conditions_of, paged
from altostratus.services.volume.store.tables import attachment, volume

_COLUMNS = [volume.c[f.name] for f in fields(Volume)]
_MAKING = case((volume.c.image_id.is_not(None), "downloading"), else_="creating")
_ATTACHED = case(
    (attachment.c.id.is_(None), "available"),
    (attachment.c.detach_asked_at.is_not(None), "detaching"),
    (attachment.c.attached_at.is_not(None), "in-use"),
    (or_(attachment.c.host_id.is_not(None), attachment.c.connector.is_not(None)), "attaching"),
    else_="reserved",
)
STATUS = case(
    (volume.c.forced_status.is_not(None), volume.c.forced_status),
    (volume.c.deleted_at.is_not(None), "deleting"),
    (and_(volume.c.launched_at.is_(None), volume.c.fault.is_not(None)), "error"),
    (volume.c.launched_at.is_(None), _MAKING),
    (and_(volume.c.size != volume.c.stored_size, volume.c.fault.is_not(None)), "error_extending"),
    (volume.c.size != volume.c.stored_size, "extending"),
    else_=_ATTACHED,
)
"""`domain.volume.status_of` as SQL; a test keeps the two the same."""
SORT_KEYS: dict[str, ColumnElement[Any]] = {
    "id": volume.c.id,
    "created_at": volume.c.created_at,
    "updated_at": volume.c.updated_at,
    "name": volume.c.name,
    "display_name": volume.c.name,
    "size": volume.c.size,
    "bootable": volume.c.bootable,
    "project_id": volume.c.project_id,
    "user_id": volume.c.user_id,
    "availability_zone": volume.c.availability_zone,
    "snapshot_id": volume.c.snapshot_id,
    "source_volid": volume.c.source_volume_id,
    "launched_at": volume.c.launched_at,
    "status": STATUS,
    "attach_status": case((attachment.c.attached_at.is_not(None), "attached"), else_="detached"),
}
FILTERS: Mapping[str, ColumnElement[Any]] = {
    **SORT_KEYS,
    "description": volume.c.description,
    "image_id": volume.c.image_id,
}
_OBJECTS = {"metadata": volume.c.metadata, "glance_metadata": volume.c.image_metadata}
_JOINED = volume.outerjoin(attachment, attachment.c.volume_id == volume.c.id)


def list_volumes(tx: Tx, query: Query) -> list[Volume]:
    """One page of volumes; LookupError where the marker is none of them."""
    chosen = select(*_COLUMNS).select_from(_JOINED)
    return paged(tx, chosen, query, SORT_KEYS, volume.c.id, _conditions, Volume)


def sum_listed(tx: Tx, query: Query) -> tuple[int, int]:
    """(how many volumes, GiB of all of them)."""
    sums = select(func.count(), func.sum(volume.c.size)).select_from(_JOINED).where(*_conditions(query))
    row = tx.sql.execute(sums).one()
    return row[0], int(row[1] or 0)


def metadata_of(tx: Tx, query: Query) -> list[dict[str, str]]:
    """The metadata of each of the volumes that have any."""
    chosen = select(volume.c.metadata).distinct().select_from(_JOINED).where(*_conditions(query))
    return [found for found in tx.sql.execute(chosen).scalars() if found]


def _conditions(query: Query) -> Iterable[ColumnElement[bool]]:
    return conditions_of(query, FILTERS, _OBJECTS)
