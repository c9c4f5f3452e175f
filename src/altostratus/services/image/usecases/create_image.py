"""Register an image; its data comes later."""

from collections.abc import Mapping
from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.image import policy
from altostratus.services.image.domain import schema
from altostratus.services.image.domain.image import Image, Status
from altostratus.services.image.store import images
from altostratus.services.image.usecases import Images, limits

_DEFAULTS = {"visibility": "shared", "min_disk": 0, "min_ram": 0, "protected": False, "os_hidden": False}
_SETTABLE = ("name", "disk_format", "container_format", *_DEFAULTS)


def create_image(service: Images, tx: Tx, actor: Actor, attributes: Mapping[str, Any]) -> Image:
    """A queued image from base and custom attributes in one mapping. Raises BadRequest kinds, Forbidden kinds,
    DuplicateImage, LimitExceeded."""
    for name in attributes:
        schema.check_writable(name, new=True)
    schema.check_attributes(attributes)
    new = _image(tx, actor, attributes)
    _check_allowed(service, actor, new)
    limits.check_attributes(service, new.properties, new.tags)
    limits.check_images(service, tx, new.owner)
    images.add(tx, new)
    events.record(tx, actor, "image.create", new.id, new.owner)
    return images.find(tx, new.id) or new


def _image(tx: Tx, actor: Actor, attributes: Mapping[str, Any]) -> Image:
    given: dict[str, Any] = {name: attributes.get(name, _DEFAULTS.get(name)) for name in _SETTABLE}
    return Image(
        **given,
        id=attributes.get("id") or tx.new_id(),
        owner=attributes.get("owner", actor.project_id),
        status=Status.QUEUED,
        size=None,
        virtual_size=None,
        checksum=None,
        os_hash_algo=None,
        os_hash_value=None,
        file=None,
        created_at=tx.now,
        updated_at=tx.now,
        properties={name: value for name, value in attributes.items() if name not in schema.PROPERTIES},
        tags=tuple(sorted(set(attributes.get("tags", ())))),
    )


def _check_allowed(service: Images, actor: Actor, new: Image) -> None:
    if new.owner != actor.project_id and not actor.is_admin:
        raise Forbidden(f"You are not permitted to create images owned by '{new.owner}'")
    policy.require(service.policy, actor, "add_image", new)
    require_visibility(service, actor, new)


def require_visibility(service: Images, actor: Actor, image: Image) -> None:
    """Only some may show images to others."""
    rule = {"public": "publicize_image", "community": "communitize_image"}.get(image.visibility)
    if rule:
        policy.require(service.policy, actor, rule, image)
