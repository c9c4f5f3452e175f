"""Change a port."""

from collections.abc import Sequence
from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import (
    AddressPairAndPortSecurityRequired,
    BadRequest,
    MacAddressInUse,
    PortBound,
    PortSecurityPortHasSecurityGroup,
)
from altostratus.services.network.store import addresses, floating_ips, ports, subnets, wishes
from altostratus.services.network.store.standard import revise
from altostratus.services.network.store.tables import floating_ip, port
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_port, require, require_attributes
from altostratus.services.network.usecases.create_port import checked_groups, device_target, port_columns, read_port
from altostratus.services.network.usecases.float_wishes import disassociate
from altostratus.services.network.usecases.port_wishes import bind, port_changed, unbind
from altostratus.services.network.usecases.revisions import check_revision
from altostratus.services.network.usecases.take_addresses import Wished, take_automatic, take_wished


def update_port(
    tx: Tx, net: Networking, actor: Actor, port_id: str, wish: dict[str, Any], revision: int | None = None
) -> ports.Port:
    """Change what the wish names."""
    found = find_port(tx, net, actor, port_id)
    target = {**found.target, **device_target(wish)}
    require(net, actor, "update_port", target)
    require_attributes(net, actor, "update_port", wish, target)
    check_revision(found.revision_number, revision)
    _set_groups(tx, net, actor, found, wish)
    revise(tx, port, port_id, **port_columns(wish))
    if "allowed_address_pairs" in wish:
        wishes.members_changed(tx, found.security_groups)
    _set_mac(tx, found, wish.get("mac_address"))
    if wish.get("fixed_ips") is not None:
        _set_addresses(tx, found, wish["fixed_ips"])
    _set_host(tx, found, wish)
    port_changed(tx, found)
    events.record(tx, actor, "network.port.update", port_id, found.project_id)
    return read_port(tx, port_id)


def _set_groups(tx: Tx, net: Networking, actor: Actor, found: ports.Port, wish: dict[str, Any]) -> None:
    secure = wish.get("port_security_enabled", found.port_security_enabled)
    groups: Sequence[str] = found.security_groups
    if "security_groups" in wish:
        kept = [group for group in wish["security_groups"] or [] if group in found.security_groups]
        new = [group for group in wish["security_groups"] or [] if group not in kept]
        groups = [*dict.fromkeys(kept), *checked_groups(tx, net, actor, new, secure)]
    if groups and not secure:
        raise PortSecurityPortHasSecurityGroup()
    if wish.get("allowed_address_pairs", found.allowed_address_pairs) and not secure:
        raise AddressPairAndPortSecurityRequired()
    if set(groups) != set(found.security_groups):
        ports.set_groups(tx, found.id, groups)
        wishes.members_changed(tx, set(groups) ^ set(found.security_groups))


def _set_mac(tx: Tx, found: ports.Port, mac: str | None) -> None:
    if mac is None or mac == found.mac_address:
        return
    if found.host_id:
        raise PortBound(id=found.id, old=found.mac_address, new=mac)
    if ports.matching(tx, port.c.network_id == found.network_id, port.c.mac_address == mac):
        raise MacAddressInUse(network_id=found.network_id, mac=mac)
    revise(tx, port, found.id, mac_address=mac)


def _set_addresses(tx: Tx, found: ports.Port, wished: Wished) -> None:
    """Exactly these addresses; a subnet named alone keeps the address it gave, and floating IPs of what is lost
    go with it."""
    if found.device_owner in (ports.ROUTER_GATEWAY, ports.FLOATING_IP):
        raise BadRequest(resource="port", reason=f"addresses of a {found.device_owner} port are not changed here")
    kept, new = _sort_out(found, wished)
    lost = [fixed.ip for fixed in found.fixed_ips if fixed.ip not in kept]
    addresses.release(tx, found.id, lost)
    on_network = subnets.of_network(tx, found.network_id)
    fixed = found.device_owner in ports.ROUTER_OWNERS
    take_wished(tx, found.id, found.mac_address, found.network_id, on_network, new, fixed=fixed)
    if not fixed:
        take_automatic(tx, found.id, found.mac_address, on_network)
    if lost:
        where = (floating_ip.c.port_id == found.id) & floating_ip.c.fixed_ip.in_(lost)
        for each in floating_ips.matching(tx, where):
            disassociate(tx, each)
    wishes.members_changed(tx, found.security_groups)
    if fixed:
        wishes.raise_generation(tx, "router", [found.device_id])


def _sort_out(found: ports.Port, wished: Wished) -> tuple[set[str], list[dict[str, Any]]]:
    """(addresses to keep, wishes to fulfil)."""
    kept: set[str] = set()
    new: list[dict[str, Any]] = []
    for wish in wished:
        same = [
            fixed.ip
            for fixed in found.fixed_ips
            if fixed.ip not in kept
            and wish.get("subnet_id") in (None, fixed.subnet_id)
            and wish.get("ip_address") in (None, fixed.ip)
        ]
        if same:
            kept.add(same[0])
        else:
            new.append(dict(wish))
    return kept, new


def _set_host(tx: Tx, found: ports.Port, wish: dict[str, Any]) -> None:
    host = wish.get("binding:host_id", found.host_id) or ""
    if host != found.host_id:
        unbind(tx, found)
        if host:
            bind(tx, [found.id], found.network_id, host)
