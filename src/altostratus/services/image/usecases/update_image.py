"""Change an image by JSON patch."""

from dataclasses import replace
from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.image.domain import schema
from altostratus.services.image.domain.image import Image, Status
from altostratus.services.image.domain.patch import Change, applied
from altostratus.services.image.store import images
from altostratus.services.image.usecases import Images, limits
from altostratus.services.image.usecases.create_image import require_visibility
from altostratus.services.image.usecases.show_image import get_image

_BASE = (
    "name",
    "visibility",
    "owner",
    "disk_format",
    "container_format",
    "min_disk",
    "min_ram",
    "protected",
    "os_hidden",
)
_FIXED_WITH_DATA = ("disk_format", "container_format")


def update_image(service: Images, tx: Tx, actor: Actor, image_id: str, changes: list[Change]) -> Image:
    """All of the changes or none. Raises ImageNotFound, Forbidden kinds, NoSuchProperty, LimitExceeded."""
    before = get_image(service, tx, actor, image_id, "modify_image")
    after = _after(before, changes)
    _check_allowed(service, actor, before, after)
    limits.check_attributes(service, after.properties, after.tags)
    if after != before:
        _write(tx, before, after)
        events.record(tx, actor, "image.update", image_id, after.owner)
    return images.find(tx, image_id) or after


def _after(before: Image, changes: list[Change]) -> Image:
    attributes: dict[str, Any] = {name: getattr(before, name) for name in _BASE}
    result = applied({**attributes, **before.properties, "tags": before.tags}, changes)
    return replace(
        before,
        **{name: result[name] for name in _BASE},
        properties={name: value for name, value in result.items() if name not in schema.PROPERTIES},
        tags=tuple(sorted(set(result["tags"]))),
    )


def _check_allowed(service: Images, actor: Actor, before: Image, after: Image) -> None:
    if after.owner != before.owner and not actor.is_admin:
        raise Forbidden("Owner can't be updated by non admin.")
    for name in _FIXED_WITH_DATA:
        if getattr(after, name) != getattr(before, name) and before.status != Status.QUEUED:
            raise Forbidden(f"Attribute {name} can be only replaced for a queued image.")
    if after.visibility != before.visibility:
        require_visibility(service, actor, after)


def _write(tx: Tx, before: Image, after: Image) -> None:
    images.change(tx, before.id, **{name: getattr(after, name) for name in _BASE})
    if after.properties != before.properties:
        images.set_properties(tx, before.id, after.properties)
    if after.tags != before.tags:
        images.set_tags(tx, before.id, after.tags)
