"""Create routers."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.store import routers
from altostratus.services.network.store.standard import born
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import project_for, require, require_attributes
from altostratus.services.network.usecases.quota import charge
from altostratus.services.network.usecases.router_gateway import set_gateway


def create_router(tx: Tx, net: Networking, actor: Actor, wish: dict[str, Any]) -> routers.Router:
    """A new router, with a gateway when one is asked for."""
    project_id = project_for(actor, wish)
    target = {"project_id": project_id, "tenant_id": project_id}
    require(net, actor, "create_router", target)
    require_attributes(net, actor, "create_router", wish, target)
    charge(tx, net, project_id, router=1)
    values = born(tx, project_id, wish)
    routers.insert(
        tx,
        **values,
        name=wish.get("name", ""),
        admin_state_up=wish.get("admin_state_up", True),
        enable_snat=True,
        routes=[],
    )
    events.record(tx, actor, "network.router.create", values["id"], project_id)
    created = routers.get(tx, values["id"])
    assert created is not None
    if wish.get("external_gateway_info"):
        set_gateway(tx, net, actor, created, wish["external_gateway_info"])
    return routers.get(tx, created.id) or created
