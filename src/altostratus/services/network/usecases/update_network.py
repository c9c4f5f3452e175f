"""Change a network."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import ExternalNetworkInUse, InvalidSharedSetting
from altostratus.services.network.store import networks, ports, routers, wishes
from altostratus.services.network.store.standard import revise
from altostratus.services.network.store.tables import network
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_network, require, require_attributes
from altostratus.services.network.usecases.create_network import check_provider, checked_mtu
from altostratus.services.network.usecases.port_wishes import refilter_network
from altostratus.services.network.usecases.revisions import check_revision

ON_HOST = {"admin_state_up", "mtu", "external"}


def update_network(
    tx: Tx, net: Networking, actor: Actor, network_id: str, wish: dict[str, Any], revision: int | None = None
) -> networks.Network:
    """Change what the wish names."""
    found = find_network(tx, net, actor, network_id)
    require(net, actor, "update_network", found.target)
    require_attributes(net, actor, "update_network", wish, found.target)
    check_revision(found.revision_number, revision)
    values = _values(tx, net, found, wish)
    if values:
        revise(tx, network, network_id, **values)
        events.record(tx, actor, "network.network.update", network_id, found.project_id)
    if values.keys() & ON_HOST:
        _tell_host(tx, network_id)
    return find_network(tx, net, actor, network_id)


def _values(tx: Tx, net: Networking, found: networks.Network, wish: dict[str, Any]) -> dict[str, Any]:
    plain = ("name", "description", "admin_state_up", "is_default", "port_security_enabled", "shared")
    values = {name: wish[name] for name in plain if name in wish}
    if wish.get("shared") is False and found.shared and networks.foreign_users(tx, found):
        raise InvalidSharedSetting(network=found.name)
    external = wish.get("router:external", found.external)
    check_provider(wish, external)
    if external != found.external:
        _check_external(tx, found, external)
        values["external"] = external
    if wish.get("mtu"):
        values["mtu"] = checked_mtu(net, wish["mtu"])
    return values


def _check_external(tx: Tx, found: networks.Network, external: bool) -> None:
    if not external and networks.has_owned_ports(tx, found.id, ports.ROUTER_GATEWAY, ports.FLOATING_IP):
        raise ExternalNetworkInUse(id=found.id)


def _tell_host(tx: Tx, network_id: str) -> None:
    wishes.raise_generation(tx, "network", [network_id])
    wishes.raise_generation(tx, "router", routers.of_network(tx, network_id))
    refilter_network(tx, network_id)
