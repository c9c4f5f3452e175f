"""Ports of machines: made, taken over, bound, released; what compute asks for through the facade."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from altostratus.contracts.network import PortWish
from altostratus.kernel.actor import Actor
from altostratus.kernel.ids import child_id, is_uuid
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import (
    ExternalNetworkAttachForbidden,
    NetworkAmbiguous,
    NetworkRequiresSubnet,
    NoUniqueMatch,
    PortInUse,
    PortRequiresFixedIP,
    SecurityGroupNotFound,
)
from altostratus.services.network.store import networks, observations, ports, security_groups
from altostratus.services.network.store.standard import revise
from altostratus.services.network.store.tables import network, port
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_network, find_port, require, visible_networks
from altostratus.services.network.usecases.create_port import make_port
from altostratus.services.network.usecases.default_group import ensure_default_group
from altostratus.services.network.usecases.delete_port import erase_port
from altostratus.services.network.usecases.port_wishes import bind, unbind
from altostratus.services.network.usecases.quota import charge

DEVICE_OWNER = "compute:nova"


def create_server_ports(
    tx: Tx, net: Networking, actor: Actor, owner: str, hostname: str,
    wished: Sequence[PortWish] | None, groups: Sequence[str],
) -> None:  # fmt: skip
    """Make or take over the ports of a new machine, in order."""
    if wished is None:
        wished = _only_network(tx, net, actor)
    new = sum(wish.port_id is None for wish in wished)
    group_ids: list[str] = []
    if new:
        group_ids = resolve_groups(tx, actor, groups)
        charge(tx, net, actor.project, port=new)
    first = len(ports.places(tx, owner))
    for ordinal, wish in enumerate(wished, first):
        if wish.port_id:
            _adopt(tx, net, actor, owner, hostname, ordinal, wish.port_id)
        else:
            _make(tx, net, actor, owner, hostname, ordinal, wish, group_ids)


def resolve_groups(tx: Tx, actor: Actor, groups: Sequence[str]) -> list[str]:
    """Ids of groups of the actor's project, from names or ids; `default` where none is named."""
    default = ensure_default_group(tx, actor.project)
    if not groups:
        return [default]
    owned = security_groups.owned(tx, actor.project)
    return [_resolve(owned, group) for group in dict.fromkeys(groups)]


def _resolve(owned: list[security_groups.SecurityGroup], name: str) -> str:
    if is_uuid(name) and any(group.id == name for group in owned):
        return name
    found = [group.id for group in owned if group.name == name]
    if not found:
        raise SecurityGroupNotFound(id=name)
    if len(found) > 1:
        raise NoUniqueMatch(name=name)
    return found[0]


def bind_server_ports(tx: Tx, owner: str, host_id: str) -> None:
    """Plug the machine's ports on this host; those that are there already stay as they are."""
    _bind(tx, [(key, network_id) for key, network_id, host in ports.places(tx, owner) if host != host_id], host_id)


def rebind_ports(tx: Tx, host_id: str) -> None:
    """Plug all ports of this host anew: it was rebooted."""
    observations.note_reboot(tx)
    _bind(tx, ports.on_host(tx, host_id), host_id)


def _bind(tx: Tx, found: Iterable[tuple[str, str]], host_id: str) -> None:
    """Ports with their networks."""
    moving: dict[str, list[str]] = {}
    for port_id, network_id in found:
        moving.setdefault(network_id, []).append(port_id)
    for network_id, port_ids in sorted(moving.items()):
        bind(tx, port_ids, network_id, host_id)


def release_server_ports(tx: Tx, owner: str) -> None:
    """Delete the ports made for the machine, free the others."""
    for each in ports.of_owners(tx, [owner]):
        if each.made_for_owner:
            erase_port(tx, each)
        else:
            unbind(tx, each)
            revise(tx, port, each.id, owner="", device_id="", device_owner="", hostname="", ordinal=0)


def _only_network(tx: Tx, net: Networking, actor: Actor) -> list[PortWish]:
    """The project's own networks first, then shared ones: exactly one, or none at all."""
    usable = ~network.c.external & network.c.admin_state_up & visible_networks(net, actor)
    mine = network.c.project_id == actor.project
    found = networks.fetch(tx, select(network.c.id).where(usable, mine | network.c.shared).order_by(network.c.id))
    with_subnets = [each for each in found if each.subnets]
    if len(with_subnets) > 1:
        raise NetworkAmbiguous()
    return [PortWish(network_id=each.id) for each in with_subnets]


def _make(
    tx: Tx, net: Networking, actor: Actor, owner: str, hostname: str, ordinal: int, wish: PortWish, groups: list[str]
) -> None:
    found = find_network(tx, net, actor, wish.network_id or "")
    target = {**found.target, "project_id": actor.project, "network_device": False}
    require(net, actor, "create_port", target)
    if found.external and not actor.is_admin and not found.shared:
        raise ExternalNetworkAttachForbidden(id=found.id)
    if not found.subnets:
        raise NetworkRequiresSubnet(id=found.id)
    secure = found.port_security_enabled
    attributes: dict[str, Any] = {"port_security_enabled": secure, "device_owner": DEVICE_OWNER}
    if wish.fixed_ip:
        attributes["fixed_ips"] = [{"ip_address": wish.fixed_ip}]
    server_id = owner.split("/", 1)[1]
    make_port(
        tx, net, actor.project, found, groups if secure else [], {**attributes, "device_id": server_id},
        id=child_id(server_id, "port", ordinal), owner=owner, hostname=hostname, ordinal=ordinal, made_for_owner=True,
    )  # fmt: skip


def _adopt(tx: Tx, net: Networking, actor: Actor, owner: str, hostname: str, ordinal: int, port_id: str) -> None:
    found = find_port(tx, net, actor, port_id)
    if found.device_id:
        raise PortInUse(id=port_id, network_id=found.network_id, device_id=found.device_id)
    if not found.fixed_ips:
        raise PortRequiresFixedIP(id=port_id)
    require(net, actor, "update_port", {**found.target, "network_device": False})
    revise(
        tx, port, port_id,
        owner=owner, hostname=hostname, ordinal=ordinal, device_owner=DEVICE_OWNER, device_id=owner.split("/", 1)[1],
    )  # fmt: skip
