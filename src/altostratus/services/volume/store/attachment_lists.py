"""Lists of attachments: filtered, sorted, in pages."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, case, or_, select

from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Attachment
from altostratus.services.volume.store.lists import Query, conditions_of, paged
from altostratus.services.volume.store.tables import attachment

_COLUMNS = [attachment.c[f.name] for f in fields(Attachment)]
STATUS = case(
    (attachment.c.detach_asked_at.is_not(None), "detaching"),
    (attachment.c.attached_at.is_not(None), "attached"),
    (or_(attachment.c.host_id.is_not(None), attachment.c.connector.is_not(None)), "attaching"),
    else_="reserved",
)
SORT_KEYS: dict[str, ColumnElement[Any]] = {
    "id": attachment.c.id,
    "created_at": attachment.c.created_at,
    "updated_at": attachment.c.updated_at,
    "volume_id": attachment.c.volume_id,
    "instance_id": attachment.c.instance_id,
    "project_id": attachment.c.project_id,
    "status": STATUS,
    "attach_status": STATUS,
}


def list_attachments(tx: Tx, query: Query) -> list[Attachment]:
    """One page of attachments; LookupError where the marker is none of them."""
    return paged(tx, select(*_COLUMNS), query, SORT_KEYS, attachment.c.id, _conditions, Attachment)


def _conditions(query: Query) -> Iterable[ColumnElement[bool]]:
    return conditions_of(query, SORT_KEYS, {})
