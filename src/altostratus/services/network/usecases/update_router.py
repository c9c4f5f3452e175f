"""Change a router."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.store import routers, wishes
from altostratus.services.network.store.standard import revise
from altostratus.services.network.store.tables import router
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_router, require, require_attributes
from altostratus.services.network.usecases.extra_routes import checked_routes
from altostratus.services.network.usecases.revisions import check_revision
from altostratus.services.network.usecases.router_gateway import clear_gateway, set_gateway


def update_router(
    tx: Tx, net: Networking, actor: Actor, router_id: str, wish: dict[str, Any], revision: int | None = None
) -> routers.Router:
    """Change what the wish names; external_gateway_info null or {} takes the gateway away."""
    found = find_router(tx, net, actor, router_id)
    require(net, actor, "update_router", found.target)
    require_attributes(net, actor, "update_router", wish, found.target)
    check_revision(found.revision_number, revision)
    if "external_gateway_info" in wish:
        if wish["external_gateway_info"]:
            set_gateway(tx, net, actor, found, wish["external_gateway_info"])
        else:
            clear_gateway(tx, found)
    values: dict[str, Any] = {name: wish[name] for name in ("name", "description", "admin_state_up") if name in wish}
    if "routes" in wish:
        values["routes"] = checked_routes(tx, router_id, wish["routes"] or [])
    revise(tx, router, router_id, **values)
    wishes.raise_generation(tx, "router", [router_id])
    events.record(tx, actor, "network.router.update", router_id, found.project_id)
    return find_router(tx, net, actor, router_id)
