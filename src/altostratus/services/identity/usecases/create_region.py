"""POST /v3/regions and PUT /v3/regions/{id}."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import rest
from altostratus.services.identity.domain.nouns import Region
from altostratus.services.identity.errors import Duplicate, Missing
from altostratus.services.identity.store.records import regions, unique
from altostratus.services.identity.usecases import Fields, Identity, new_id

COLUMNS = ("description", "parent_region_id")


def create_region(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> Region:
    """Its id is the client's choice."""
    identity.policy.require(actor, "identity:create_region")
    check_parent(tx, fields)
    values: dict[str, Any] = {
        "id": fields.get("id") or new_id(tx),
        "description": fields.get("description") or "",
        "parent_region_id": fields.get("parent_region_id"),
        "extra": rest(fields, *COLUMNS),
    }
    with unique(tx, Duplicate("region", f"Duplicate ID, {values['id']}.")):
        regions.insert(tx, **values)
    events.record(tx, actor, "identity.region.create", values["id"])
    return Region(**values)


def check_parent(tx: Tx, fields: Fields) -> None:
    parent = fields.get("parent_region_id")
    if parent is not None and regions.find(tx, parent) is None:
        raise Missing("region", parent)
