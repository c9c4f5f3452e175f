"""Delete a router."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import RouterInUse
from altostratus.services.network.store import routers, wishes
from altostratus.services.network.store.standard import remove
from altostratus.services.network.store.tables import router
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_router, require
from altostratus.services.network.usecases.revisions import check_revision
from altostratus.services.network.usecases.router_gateway import clear_gateway


def delete_router(tx: Tx, net: Networking, actor: Actor, router_id: str, revision: int | None = None) -> None:
    """Delete it with its gateway; RouterInUse while it has interfaces."""
    found = find_router(tx, net, actor, router_id)
    require(net, actor, "delete_router", found.target)
    check_revision(found.revision_number, revision)
    if routers.interfaces(tx, router_id):
        raise RouterInUse(id=router_id, reason="still has ports")
    clear_gateway(tx, found)
    remove(tx, router, router_id)
    wishes.bury(tx, "router", router_id)
    events.record(tx, actor, "network.router.delete", router_id, found.project_id)
