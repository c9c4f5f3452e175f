"""Rows of uploads and of their parts, which are made of extents as objects are."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, insert, select

from altostratus.contracts.objectstore import Container, Listing, NewObject, Part, Prefix, Upload, Values
from altostratus.kernel.clock import micros
from altostratus.kernel.db.rows import every, inserted_id, one
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.driver import Blob
from altostratus.services.objectstore.store.blobs import BLOB_COLUMNS, drop
from altostratus.services.objectstore.store.listing import Window, page_of_several
from altostratus.services.objectstore.store.objects import Span
from altostratus.services.objectstore.store.tables import blob, container, extent, part, upload

_UPLOAD: Select[Any] = select(*(upload.c[name] for name in Upload.__dataclass_fields__))
_BY_ID = _UPLOAD.where(upload.c.id == bindparam("of_id"))
_PART: Select[Any] = select(*(part.c[name] for name in Part.__dataclass_fields__)).where(
    part.c.upload_id == bindparam("of_upload")
)
_PARTS = _PART.where(part.c.number > bindparam("after")).order_by(part.c.number).limit(bindparam("most"))
_SPANS = (
    select(part.c.id.label("part"), *BLOB_COLUMNS)
    .add_columns(extent.c.start, extent.c.length)
    .join_from(part, extent, extent.c.part_id == part.c.id)
    .join(blob, blob.c.id == extent.c.blob_id)
    .where(part.c.upload_id == bindparam("of_upload"))
    .order_by(part.c.number, extent.c.number)
)
_BYTES = select(func.coalesce(func.sum(part.c.size), 0)).join_from(part, upload)
_BYTES_OF_CONTAINER = _BYTES.where(upload.c.container_id == bindparam("of_id"))
_BYTES_OF_ACCOUNT = _BYTES.join(container).where(container.c.account_id == bindparam("of_id"))


def begin_upload(tx: Tx, where: Container, name: str, new: NewObject) -> Upload:
    """Ids grow with time, so that of one name the oldest is listed first."""
    now = micros(tx.now)
    row: dict[str, Any] = {
        "id": f"{now:016x}{tx.entropy.getrandbits(64):016x}",
        "container_id": where.id,
        "name": name,
        "started_at": now,
        "content_type": new.content_type,
        "meta": dict(new.meta),
        "system": dict(new.system),
    }
    tx.sql.execute(insert(upload), row)
    return Upload(**row)


def find_upload(tx: Tx, container_id: int, name: str, upload_id: str) -> Upload | None:
    found = one(tx, _BY_ID, Upload, of_id=upload_id)
    return found if found and (found.container_id, found.name) == (container_id, name) else None


def list_uploads(tx: Tx, container_id: int, listing: Listing, after_upload: str = "") -> list[Upload | Prefix]:
    """By name and then by id. `after_upload`: of the name that is the listing's marker only those behind it."""
    query = _UPLOAD.where(upload.c.container_id == container_id).order_by(upload.c.name, upload.c.id)

    def fetch(window: Window, most: int) -> Sequence[Upload]:
        return every(tx, window.of(query, upload.c.name).limit(most), Upload)

    def rest(last: Upload, most: int) -> Sequence[Upload]:
        behind = query.where(upload.c.name == last.name, upload.c.id > last.id)
        return every(tx, behind.limit(most), Upload)

    marker = Upload(after_upload, container_id, listing.marker, 0, "", {}, {}) if after_upload else None
    return page_of_several(listing, fetch, rest, marker)


def add_part(tx: Tx, upload_id: str, number: int, spans: Sequence[Span], etag: str, system: Values) -> Part:
    """In place of an earlier one of this number."""
    _remove_parts(tx, (part.c.upload_id == upload_id) & (part.c.number == number))
    size, now = sum(span.length for span in spans), micros(tx.now)
    row: dict[str, Any] = {"number": number, "size": size, "etag": etag, "modified_at": now, "system": dict(system)}
    done = tx.sql.execute(insert(part), row | {"upload_id": upload_id})
    added = Part(id=inserted_id(done), **row)
    pieces = [
        {"part_id": added.id, "number": at, "blob_id": span.blob.id, "start": span.start, "length": span.length}
        for at, span in enumerate(spans)
    ]
    if pieces:
        tx.sql.execute(insert(extent), pieces)
    return added


def list_parts(tx: Tx, upload_id: str, after: int = 0, limit: int = 1000) -> list[Part]:
    """By number, those above `after`."""
    return every(tx, _PARTS, Part, of_upload=upload_id, after=after, most=limit)


def spans_of_parts(tx: Tx, upload_id: str) -> dict[int, list[Span]]:
    """Where the bytes of each part are, by its id."""
    found: dict[int, list[Span]] = {}
    for row in tx.sql.execute(_SPANS, {"of_upload": upload_id}):
        found.setdefault(row[0], []).append(Span(Blob(*row[1:-2]), row.start, row.length))
    return found


def end_upload(tx: Tx, upload_id: str) -> None:
    """Its parts are gone with it, their blobs may be garbage."""
    _remove_parts(tx, part.c.upload_id == upload_id)
    tx.sql.execute(delete(upload).where(upload.c.id == upload_id))


def abort_upload(tx: Tx, upload: Upload) -> None:
    end_upload(tx, upload.id)


def _remove_parts(tx: Tx, which: ColumnElement[bool]) -> None:
    """Their blobs may be garbage now."""
    mine = extent.c.part_id.in_(select(part.c.id).where(which))
    used = list(tx.sql.execute(select(extent.c.blob_id).where(mine).distinct()).scalars())
    tx.sql.execute(delete(extent).where(mine))
    tx.sql.execute(delete(part).where(which))
    drop(tx, used)


def upload_ids(tx: Tx, container_id: int) -> list[str]:
    """Of all uploads into a container."""
    return list(tx.sql.execute(select(upload.c.id).where(upload.c.container_id == container_id)).scalars())


def unfinished_in_container(tx: Tx, container_id: int) -> int:
    """Bytes of the parts of uploads that are under way."""
    return int(tx.sql.execute(_BYTES_OF_CONTAINER, {"of_id": container_id}).scalar_one())


def unfinished_in_account(tx: Tx, account_id: int) -> int:
    """The same of all containers."""
    return int(tx.sql.execute(_BYTES_OF_ACCOUNT, {"of_id": account_id}).scalar_one())
