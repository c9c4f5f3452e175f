"""DELETE /v3/regions/{id}: with the regions below it; none of them may have an endpoint."""

from sqlalchemy import select

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.records import regions
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_catalog import find_entry


def delete_region(tx: Tx, identity: Identity, actor: Actor, region_id: str) -> None:
    find_entry(tx, identity, actor, "delete", regions, region_id)
    doomed = below(tx, region_id)
    if tx.sql.execute(select(tables.endpoint.c.id).where(tables.endpoint.c.region_id.in_(doomed))).first():
        raise Forbidden(
            f"Unable to delete region {region_id} because it or its child regions have associated endpoints."
        )
    for id in reversed(doomed):  # noqa: A001
        regions.delete(tx, id)
    events.record(tx, actor, "identity.region.delete", region_id)


def below(tx: Tx, region_id: str) -> list[str]:
    """The region and all below it, parents first."""
    every = regions.listed(tx)
    found = [region_id]
    for parent in found:
        found.extend(region.id for region in every if region.parent_region_id == parent)
    return found
