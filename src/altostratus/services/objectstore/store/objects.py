"""Rows of objects: their versions, and the pieces that they are made of."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, Text, and_, bindparam, cast, delete, func, insert, or_, select, update

from altostratus.contracts.objectstore import NULL, Listing, Locked, NewObject, Object, Prefix
from altostratus.kernel.clock import micros
from altostratus.kernel.db.rows import every, inserted_id, many, one
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.driver import Blob
from altostratus.services.objectstore.store.blobs import BLOB_COLUMNS, drop, find_blob
from altostratus.services.objectstore.store.listing import N, Window, page, page_of_several
from altostratus.services.objectstore.store.tables import blob, extent, object_

_SELECT: Select[Any] = select(*(object_.c[name] for name in Object.__dataclass_fields__))
_OF_NAME = and_(object_.c.container_id == bindparam("of_container"), object_.c.name == bindparam("of_name"))
_LATEST = _SELECT.where(_OF_NAME, object_.c.latest)
_BY_ID = _SELECT.where(object_.c.id == bindparam("of_id"))
_VERSION = _BY_ID.where(_OF_NAME)
_OLD_NULL = _SELECT.where(_OF_NAME, ~object_.c.latest, ~object_.c.versioned)
_NEWEST_OLD = _SELECT.where(_OF_NAME, ~object_.c.latest).order_by(object_.c.id.desc()).limit(1)
_BY_IDENTITY = _SELECT.where(object_.c.origin == bindparam("of_identity"), object_.c.latest)
_FIRST = _SELECT.where(object_.c.id == bindparam("of_identity"), object_.c.latest)
_INSERT = insert(object_)
_DELETE = delete(object_).where(object_.c.id == bindparam("of_id"))
_SET_LATEST = (
    update(object_).where(object_.c.id == bindparam("of_id")).values(latest=bindparam("is_latest"), expires_at=None)
)
_EXTENTS = (
    select(*BLOB_COLUMNS, extent.c.start, extent.c.length)
    .join_from(extent, blob)
    .where(extent.c.object_id == bindparam("of_object"))
    .order_by(extent.c.number)
)


Listed = tuple[str, str, int, str, int, str | None]
_LISTED: Select[Any] = select(
    object_.c.name,
    object_.c.etag,
    object_.c.size,
    object_.c.content_type,
    object_.c.modified_at,
    func.nullif(cast(object_.c.system, Text), "{}"),
)


class Span(NamedTuple):
    """Some bytes of a blob."""

    blob: Blob
    start: int
    length: int


def find_latest(tx: Tx, container_id: int, name: str) -> Object | None:
    """What is listed under this name; it may be a marker."""
    return one(tx, _LATEST, Object, of_container=container_id, of_name=name)


def is_expired(tx: Tx, found: Object) -> bool:
    """Whether it is gone for everybody, though its row is still there."""
    return found.expires_at is not None and found.expires_at <= tx.now.timestamp()


def find_version(tx: Tx, container_id: int, name: str, object_id: int) -> Object | None:
    return one(tx, _VERSION, Object, of_container=container_id, of_name=name, of_id=object_id)


def find_by_id(tx: Tx, object_id: int) -> Object | None:
    return one(tx, _BY_ID, Object, of_id=object_id)


def find_null(tx: Tx, container_id: int, name: str) -> Object | None:
    """The null version."""
    latest = find_latest(tx, container_id, name)
    if latest and not latest.versioned:
        return latest
    return one(tx, _OLD_NULL, Object, of_container=container_id, of_name=name)


def find_newest_old(tx: Tx, container_id: int, name: str) -> Object | None:
    """Of the versions that are not listed the newest."""
    return one(tx, _NEWEST_OLD, Object, of_container=container_id, of_name=name)


def find_by_identity(tx: Tx, identity: int) -> Object | None:
    """What is listed under the name of the object that had this number first; it may be a marker."""
    first = one(tx, _FIRST, Object, of_identity=identity)
    return first if first and first.origin is None else one(tx, _BY_IDENTITY, Object, of_identity=identity)


def add_object(
    tx: Tx,
    container_id: int,
    name: str,
    new: NewObject,
    *,
    versioned: bool,
    size: int = 0,
    etag: str = "",
    blob_id: str | None = None,
    marker: bool = False,
    origin: int | None = None,
) -> Object:
    """A version that is the latest from now on; nothing else may be."""
    now = micros(tx.now)
    row: dict[str, Any] = {
        "container_id": container_id,
        "name": name,
        "latest": True,
        "versioned": versioned,
        "marker": marker,
        "size": size,
        "etag": etag,
        "content_type": new.content_type,
        "modified_at": now,
        "expires_at": new.expires_at,
        "blob_id": blob_id,
        "meta": dict(new.meta),
        "system": dict(new.system),
        "origin": origin,
    }
    done = tx.sql.execute(_INSERT, row)
    return Object(id=inserted_id(done), **row)


def set_latest(tx: Tx, object_id: int, latest: bool) -> None:
    """What is no longer the latest does not expire: it was taken away already, as far as that goes."""
    tx.sql.execute(_SET_LATEST, {"of_id": object_id, "is_latest": latest})


def change_object(tx: Tx, object_id: int, **values: Any) -> None:
    tx.sql.execute(update(object_).where(object_.c.id == object_id).values(values))


def remove_object(tx: Tx, found: Object, *, unlocked: bool = False) -> None:
    """One version; its blobs may be garbage now. Raises Locked, unless somebody has seen to that (`unlocked`)."""
    if not unlocked and found.is_locked(tx.now):
        raise Locked()
    used = [found.blob_id] if found.blob_id else []
    if found.blob_id is None and found.size:
        mine = extent.c.object_id == found.id
        used = list(tx.sql.execute(select(extent.c.blob_id).where(mine).distinct()).scalars())
        tx.sql.execute(delete(extent).where(mine))
    tx.sql.execute(_DELETE, {"of_id": found.id})
    drop(tx, used)


def spans_of(tx: Tx, found: Object) -> list[Span]:
    """Where its bytes are, in order."""
    if found.blob_id is not None:
        kept = find_blob(tx, found.blob_id)
        return [Span(kept, 0, kept.size)] if kept else []
    rows = tx.sql.execute(_EXTENTS, {"of_object": found.id}) if found.size else ()
    return [Span(Blob(*row[:-2]), row.start, row.length) for row in rows]


def add_spans(tx: Tx, object_id: int, spans: Sequence[Span]) -> None:
    """What an object is made of that has several pieces."""
    rows = [
        {"object_id": object_id, "number": number, "blob_id": span.blob.id, "start": span.start, "length": span.length}
        for number, span in enumerate(spans)
    ]
    if rows:
        tx.sql.execute(insert(extent), rows)


def list_expired(tx: Tx, now: int, most: int) -> list[Object]:
    """The first ones of those that have."""
    return every(tx, _SELECT.where(object_.c.expires_at <= now).order_by(object_.c.expires_at).limit(most), Object)


def list_objects(tx: Tx, container_id: int, listing: Listing) -> list[Object | Prefix]:
    """What is listed, in the order of names; not what has expired."""

    def fetch(query: Select[Any]) -> Sequence[Object]:
        return every(tx, query, Object)

    return page(_shown(tx, _SELECT, container_id), object_.c.name, listing, fetch)


def list_names(tx: Tx, container_id: int, listing: Listing, show: Callable[..., N]) -> list[N | Prefix]:
    """The same with less of each, and what `show` makes of it at once: of its name, etag, size, content type, moment
    of writing and `system` (None where that is empty). A list of ten thousand takes a quarter of the time."""

    def fetch(query: Select[Any]) -> Sequence[N]:
        rows = many(tx, query, Listed)
        return [show(*row) if row[-1] is None else show(*row[:-1], msgspec.json.decode(row[-1])) for row in rows]

    return page(_shown(tx, _LISTED, container_id), object_.c.name, listing, fetch)


def _shown(tx: Tx, query: Select[Any], container_id: int) -> Select[Any]:
    there = or_(object_.c.expires_at.is_(None), object_.c.expires_at > int(tx.now.timestamp()))
    return query.where(object_.c.container_id == container_id, object_.c.latest, ~object_.c.marker, there)


def list_versions(
    tx: Tx, container_id: int, listing: Listing, after_version: str | None = None
) -> list[Object | Prefix]:
    """All versions and markers, by name, the newest of each name first. `after_version`: of the name that is the
    listing's marker only what is older than this. If `reverse`, all of it the other way round."""
    backwards = listing.reverse
    order = (object_.c.name.desc(), object_.c.id) if backwards else (object_.c.name, object_.c.id.desc())
    query = _SELECT.where(object_.c.container_id == container_id).order_by(*order)

    def fetch_both(query: Select[Any], most: int) -> list[Object]:
        """Each of them has an index."""
        latest, old = (
            every(tx, query.where(which).limit(most), Object) for which in (object_.c.latest, ~object_.c.latest)
        )
        by_age = sorted([*latest, *old], key=lambda row: row.id, reverse=not backwards)
        return sorted(by_age, key=lambda row: row.name, reverse=backwards)[:most]

    def fetch(window: Window, most: int) -> Sequence[Object]:
        return fetch_both(window.of(query, object_.c.name), most)

    def rest(last: Object, most: int) -> Sequence[Object]:
        behind = object_.c.id > last.id if backwards else object_.c.id < last.id
        return fetch_both(query.where(object_.c.name == last.name, behind), most)

    return page_of_several(listing, fetch, rest, _older_than(tx, container_id, listing.marker, after_version))


def _older_than(tx: Tx, container_id: int, name: str, version: str | None) -> Object | None:
    """Where a page begins within a name. A version that has gone since counts as if it were there."""
    if version is None or version == NULL:
        return find_null(tx, container_id, name) if version else None
    if not version.isdecimal() or len(version) > 18:
        return None
    return Object(int(version), container_id, name, False, True, True, 0, "", "", 0, None, None, {}, {})


def holds_anything(tx: Tx, container_id: int) -> bool:
    """Whether a container has any version of any object."""
    query = select(object_.c.id).where(object_.c.container_id == container_id).limit(1)
    each_has_an_index = (query.where(object_.c.latest), query.where(~object_.c.latest))
    return any(tx.sql.execute(which).first() for which in each_has_an_index)
