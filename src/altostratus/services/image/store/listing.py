"""Lists of images: a Listing as one query."""

import operator
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select, true

from altostratus.kernel.actor import Actor
from altostratus.kernel.db.paging import Sort, page
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.image.domain.image import Image
from altostratus.services.image.domain.listing import Filter, Listing
from altostratus.services.image.store.images import columns, find, load
from altostratus.services.image.store.tables import image, image_property, image_tag

Condition = ColumnElement[bool]
_SECOND = timedelta(seconds=1)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "gte": operator.ge,
    "lte": operator.le,
}


def list_images(tx: Tx, actor: Actor, listing: Listing) -> list[Image]:
    """One page of what the actor may see. Raises BadRequest when the marker is no image that the actor may see."""
    known = columns(tx)
    query = select(*known.values()).where(_visible(actor, listing.visibility))
    query = query.where(*(_condition(known[one.name], one) for one in listing.filters))
    query = query.where(*map(_has_tag, listing.tags))
    query = query.where(*(_has_property(name, value) for name, value in listing.properties.items()))
    order = [Sort(known[key], descending) for key, descending in listing.order]
    return load(tx, page(query, order, _marker(tx, actor, listing), listing.limit))


def _marker(tx: Tx, actor: Actor, listing: Listing) -> list[Any] | None:
    if listing.marker is None:
        return None
    found = find(tx, listing.marker)
    if found is None or not found.visible_to(actor):
        raise BadRequest(f"No image found with ID {listing.marker}")
    return [getattr(found, key) for key, _ in listing.order]


def _visible(actor: Actor, visibility: str | None) -> Condition:
    """What exists for the actor, and of that what the list is asked to show; community images only on demand."""
    mine = image.c.owner == actor.project
    seen = true() if actor.is_admin else or_(mine, image.c.visibility.in_(("public", "community")))
    if visibility is None:
        return and_(seen, or_(mine, image.c.visibility != "community"))
    return seen if visibility == "all" else and_(seen, image.c.visibility == visibility)


def _condition(column: ColumnElement[Any], asked: Filter) -> Condition:
    if asked.name in ("created_at", "updated_at"):
        return _when(column, asked)
    if asked.operator == "in":
        return column.in_(asked.value)
    compared: Condition = _COMPARE[asked.operator](column, asked.value)
    return compared


def _when(column: ColumnElement[Any], asked: Filter) -> Condition:
    """Instants are shown in whole seconds, so they are compared by the second they lie in."""
    begin, end = asked.value, asked.value + _SECOND
    within = and_(column >= begin, column < end)
    choices: dict[str, Condition] = {
        "eq": within,
        "neq": not_(within),
        "gt": column >= end,
        "gte": column >= begin,
        "lt": column < begin,
        "lte": column < end,
    }
    return choices[asked.operator]


def _has_tag(tag: str) -> Condition:
    return exists().where(image_tag.c.image_id == image.c.id, image_tag.c.value == tag)


def _has_property(name: str, value: str) -> Condition:
    here = image_property.c
    return exists().where(here.image_id == image.c.id, here.name == name, here.value == value)
