"""Lists of volumes: filtered, sorted, in pages. A status is derived in the database as it is in `domain.volume`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from altostratus.kernel.db.paging import Sort, page
from altostratus.kernel.db.rows import every
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Volume
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
ATTACH_STATUS = case((attachment.c.attached_at.is_not(None), "attached"), else_="detached")
SORT_KEYS: dict[str, ColumnElement[Any]] = {
    "id": volume.c.id,
    "created_at": volume.c.created_at,
    "updated_at": volume.c.updated_at,
    "name": volume.c.name,
    "display_name": volume.c.name,
    "size": volume.c.size,
    "bootable": volume.c.bootable,
    "project_id": volume.c.project_id,
    "availability_zone": volume.c.availability_zone,
    "snapshot_id": volume.c.snapshot_id,
    "source_volid": volume.c.source_volume_id,
    "launched_at": volume.c.launched_at,
    "status": STATUS,
    "attach_status": ATTACH_STATUS,
}


COMPARISONS = {"gt": "__gt__", "gte": "__ge__", "eq": "__eq__", "neq": "__ne__", "lt": "__lt__", "lte": "__le__"}


FILTERS: dict[str, ColumnElement[Any]] = {
    **SORT_KEYS,
    "user_id": volume.c.user_id,
    "description": volume.c.description,
    "image_id": volume.c.image_id,
    "readonly": volume.c.readonly,
}


@dataclass(frozen=True, slots=True)
class VolumeQuery:
    """Which volumes to list, in which order. `equal` and `like` (a part of the text) are by the names of FILTERS;
    `moments` are (name, one of COMPARISONS, time). `marker` is the id of the last one of the page before."""

    project_id: str | None = None
    equal: Mapping[str, Any] = field(default_factory=dict)
    like: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    image_metadata: Mapping[str, str] = field(default_factory=dict)
    moments: Sequence[tuple[str, str, datetime]] = ()
    order: Sequence[tuple[str, bool]] = (("created_at", True),)
    marker: str | None = None
    limit: int | None = None
    offset: int = 0


def list_volumes(tx: Tx, query: VolumeQuery) -> list[Volume]:
    """One page of volumes; LookupError where the marker is none of them."""
    order = [Sort(SORT_KEYS[key], descending) for key, descending in query.order]
    order.append(Sort(volume.c.id, order[-1].descending if order else True))
    chosen = page(_chosen(query, *_COLUMNS), order, _marker(tx, query, order), query.limit)
    return every(tx, chosen.offset(query.offset) if query.offset else chosen, Volume)


def _marker(tx: Tx, query: VolumeQuery, order: Sequence[Sort]) -> Sequence[Any] | None:
    """The marker's values of the columns that the list is sorted by."""
    if query.marker is None:
        return None
    anywhere = VolumeQuery(project_id=query.project_id, equal={"id": query.marker})
    row = tx.sql.execute(_chosen(anywhere, *(sort.column for sort in order))).first()
    if row is None:
        raise LookupError(query.marker)
    return tuple(row)


def sum_volumes(tx: Tx, query: VolumeQuery) -> tuple[int, int]:
    """(how many, GiB of all)."""
    row = tx.sql.execute(_chosen(query, func.count(), func.sum(volume.c.size))).one()
    return row[0], int(row[1] or 0)


def _chosen(query: VolumeQuery, *columns: ColumnElement[Any]) -> Select[Any]:
    joined = volume.outerjoin(attachment, attachment.c.volume_id == volume.c.id)
    return select(*columns).select_from(joined).where(*_conditions(query))


def _conditions(query: VolumeQuery) -> Iterable[ColumnElement[bool]]:
    if query.project_id is not None:
        yield volume.c.project_id == query.project_id
    for name, value in query.equal.items():
        yield FILTERS[name] == value
    for name, part in query.like.items():
        yield FILTERS[name].contains(part, autoescape=True)
    for key, value in query.metadata.items():
        yield volume.c.metadata[key].as_string() == value
    for key, value in query.image_metadata.items():
        yield volume.c.image_metadata[key].as_string() == value
    for name, comparison, moment in query.moments:
        yield getattr(FILTERS[name], COMPARISONS[comparison])(moment)
