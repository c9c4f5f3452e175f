"""Image rows with their properties and tags, in a constant number of queries however many there are."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from altostratus.kernel.db import Instant
from altostratus.kernel.db.rows import insert_row
from altostratus.kernel.ids import is_uuid
from altostratus.kernel.tx import Tx
from altostratus.services.image.domain.image import Image, Status
from altostratus.services.image.errors import DuplicateImage
from altostratus.services.image.store.tables import image, image_deleted, image_property, image_tag, image_upload

_CHILDREN = ("properties", "tags")
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_PROPERTIES = select(image_property).where(image_property.c.image_id.in_(_IDS)).order_by(image_property.c.name)
_TAGS = select(image_tag).where(image_tag.c.image_id.in_(_IDS)).order_by(image_tag.c.value)


def instant(tx: Tx) -> ColumnElement[Any]:
    """Now, by the clock that all processes on one database share."""
    return func.clock_timestamp() if tx.sql.dialect.name == "postgresql" else literal(tx.now, Instant)


def columns(tx: Tx) -> dict[str, ColumnElement[Any]]:
    """An image's attributes as SQL; the status is derived."""
    uploads = select(image_upload.c.image_id).where(image_upload.c.expires_at > instant(tx))
    saving = (image.c.status == Status.QUEUED) & image.c.id.in_(uploads)
    status = case((saving, Status.SAVING.value), else_=image.c.status).label("status")
    return {**{name: image.c[name] for name in Image.__dataclass_fields__ if name not in _CHILDREN}, "status": status}


def find(tx: Tx, image_id: str) -> Image | None:
    """The image with this id, whoever owns it."""
    if not is_uuid(image_id):
        return None
    found = load(tx, select(*columns(tx).values()).where(image.c.id == image_id))
    return found[0] if found else None


def load(tx: Tx, query: Select[Any]) -> list[Image]:
    """The images that a select of `columns` finds."""
    rows = tx.sql.execute(query).mappings().all()
    ids = [row["id"] for row in rows]
    properties, tags = _properties(tx, ids), _tags(tx, ids)
    return [Image(**row, properties=properties[row["id"]], tags=tuple(tags[row["id"]])) for row in rows]


def add(tx: Tx, new: Image) -> None:
    """Insert an image. Raises DuplicateImage when its id is or was in use."""
    row = {name: getattr(new, name) for name in Image.__dataclass_fields__ if name not in _CHILDREN}
    if tx.sql.execute(select(image_deleted.c.id).where(image_deleted.c.id == new.id)).first():
        raise DuplicateImage(id=new.id)
    try:
        with tx.sql.begin_nested():
            insert_row(tx, image, **row)
    except IntegrityError as error:
        raise DuplicateImage(id=new.id) from error
    set_properties(tx, new.id, new.properties)
    set_tags(tx, new.id, new.tags)


def change(tx: Tx, image_id: str, **values: Any) -> None:
    """Set columns of an image."""
    tx.sql.execute(update(image).where(image.c.id == image_id).values(**values, updated_at=tx.now))


def remove(tx: Tx, image_id: str) -> None:
    """Delete an image, and its id for good."""
    tx.sql.execute(delete(image).where(image.c.id == image_id))
    insert_row(tx, image_deleted, id=image_id, deleted_at=tx.now)


def set_properties(tx: Tx, image_id: str, properties: Mapping[str, str]) -> None:
    """Replace all custom properties."""
    tx.sql.execute(delete(image_property).where(image_property.c.image_id == image_id))
    rows = [{"image_id": image_id, "name": name, "value": value} for name, value in properties.items()]
    if rows:
        tx.sql.execute(insert(image_property), rows)


def set_tags(tx: Tx, image_id: str, tags: Collection[str]) -> None:
    """Replace all tags."""
    tx.sql.execute(delete(image_tag).where(image_tag.c.image_id == image_id))
    rows = [{"image_id": image_id, "value": tag} for tag in sorted(set(tags))]
    if rows:
        tx.sql.execute(insert(image_tag), rows)


def _properties(tx: Tx, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for image_id, name, value in tx.sql.execute(_PROPERTIES, {"ids": ids}):
        found[image_id][name] = value
    return found


def _tags(tx: Tx, ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for image_id, value in tx.sql.execute(_TAGS, {"ids": ids}):
        found[image_id].append(value)
    return found
