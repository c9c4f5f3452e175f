"""PATCH /v3/registered_limits/{id}: while no limit stands on it."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import known
from altostratus.services.identity.domain.nouns import RegisteredLimit
from altostratus.services.identity.store.limits import is_overridden
from altostratus.services.identity.store.records import registered_limits, unique
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.create_registered_limits import DUPLICATE, NOUN, check_places
from altostratus.services.identity.usecases.find_registered_limits import find_registered_limit

PLACE = ("service_id", "region_id", "resource_name")
COLUMNS = (*PLACE, "default_limit", "description")


def update_registered_limit(tx: Tx, identity: Identity, actor: Actor, limit_id: str, fields: Fields) -> RegisteredLimit:
    identity.policy.require(actor, "identity:update_registered_limit")
    check_places(tx, NOUN, [fields])
    found = find_registered_limit(tx, identity, actor, "update", limit_id)
    check_free(tx, found)
    changes = known(fields, *COLUMNS)
    if changes.keys() & set(PLACE):
        _check_place(tx, found, fields)
        changes["region_scope"] = changes.get("region_id", found.region_id) or ""
    if changes:
        with unique(tx, DUPLICATE):
            registered_limits.update(tx, limit_id, **changes)
    events.record(tx, actor, "identity.registered_limit.update", limit_id)
    return registered_limits.find(tx, limit_id) or found


def check_free(tx: Tx, found: RegisteredLimit) -> None:
    if is_overridden(tx, found.id):
        raise Forbidden(
            f"Unable to update or delete registered limit {found.id} "
            "because there are project limits associated with it."
        )


def _check_place(tx: Tx, found: RegisteredLimit, fields: Fields) -> None:
    """Keystone refuses to say again where it is already, and so do we."""
    place = {name: fields.get(name, getattr(found, name)) for name in PLACE}
    region_scope = place.pop("region_id") or ""
    if registered_limits.find_by(tx, **place, region_scope=region_scope):
        raise DUPLICATE
