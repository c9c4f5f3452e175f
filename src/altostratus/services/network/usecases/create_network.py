"""Create networks."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import InvalidInput
from altostratus.services.network.store import networks
from altostratus.services.network.store.standard import born
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import project_for, require, require_attributes
from altostratus.services.network.usecases.default_group import ensure_default_group
from altostratus.services.network.usecases.quota import charge

MIN_MTU = 68
EXTERNAL_TYPE, EXTERNAL_PHYSICAL, TENANT_TYPE = "flat", "external", "local"


def create_network(tx: Tx, net: Networking, actor: Actor, wish: dict[str, Any]) -> networks.Network:
    """A new network of the actor's project, or of another one when an administrator says so."""
    project_id = project_for(actor, wish)
    target = {"project_id": project_id, "tenant_id": project_id}
    require(net, actor, "create_network", target)
    require_attributes(net, actor, "create_network", wish, target)
    external = wish.get("router:external", False)
    check_provider(wish, external)
    charge(tx, net, project_id, network=1)
    ensure_default_group(tx, project_id)
    values = born(tx, project_id, wish)
    networks.insert(
        tx,
        **values,
        name=wish.get("name", ""),
        admin_state_up=wish.get("admin_state_up", True),
        shared=wish.get("shared", False),
        external=external,
        is_default=wish.get("is_default", False),
        port_security_enabled=wish.get("port_security_enabled", True),
        mtu=checked_mtu(net, wish.get("mtu") or net.config.mtu),
    )
    events.record(tx, actor, "network.network.create", values["id"], project_id)
    created = networks.get(tx, values["id"])
    assert created is not None
    return created


def checked_mtu(net: Networking, mtu: int) -> int:
    """The MTU, if the host can carry it."""
    if not MIN_MTU <= mtu <= net.max_mtu:
        raise InvalidInput(reason=f"Requested MTU is too big, maximum is {net.max_mtu}, minimum is {MIN_MTU}")
    return mtu


def check_provider(wish: dict[str, Any], external: bool) -> None:
    """Provider attributes may only say what is true anyway."""
    kind, physical, segment = (
        wish.get(f"provider:{name}") for name in ("network_type", "physical_network", "segmentation_id")
    )
    if kind not in (None, EXTERNAL_TYPE if external else TENANT_TYPE):
        raise InvalidInput(reason=f"network_type value '{kind}' not supported")
    if physical is not None and not (external and physical == EXTERNAL_PHYSICAL):
        raise InvalidInput(reason=f"physical_network '{physical}' unknown for {kind} provider network")
    if segment is not None:
        raise InvalidInput(reason="segmentation_id prohibited for this network type")
