"""PATCH /v3/regions/{id}."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import check_same_id, known, rest
from altostratus.services.identity.domain.nouns import Region
from altostratus.services.identity.store.records import regions
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.create_region import COLUMNS, check_parent
from altostratus.services.identity.usecases.delete_region import below
from altostratus.services.identity.usecases.find_catalog import find_entry


def update_region(tx: Tx, identity: Identity, actor: Actor, region_id: str, fields: Fields) -> Region:
    region = find_entry(tx, identity, actor, "update", regions, region_id)
    check_same_id(fields, region_id)
    check_parent(tx, fields)
    if fields.get("parent_region_id") in below(tx, region_id):
        raise BadRequest(f"The specified parent region {region_id} would create a circular region hierarchy.")
    changes = known(fields, *COLUMNS)
    if changes.get("description", "") is None:
        changes["description"] = ""
    regions.update(tx, region_id, **changes, extra={**region.extra, **rest(fields, *COLUMNS)})
    events.record(tx, actor, "identity.region.update", region_id)
    return regions.find(tx, region_id) or region
