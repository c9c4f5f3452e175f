"""How many addresses networks have, and how many of them are used."""

from typing import Any

from sqlalchemy import select

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.store import networks, subnets
from altostratus.services.network.store.tables import network
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_network, require


def read_all(tx: Tx, net: Networking, actor: Actor) -> list[dict[str, Any]]:
    """Of every network."""
    require(net, actor, "get_network_ip_availability", {})
    found = networks.fetch(tx, select(network.c.id).order_by(network.c.id))
    on = subnets.of_networks(tx, [each.id for each in found])
    used = subnets.used_by_subnet(tx)
    return [_availability(each, [s for s in on if s.network_id == each.id], used) for each in found]


def read_one(tx: Tx, net: Networking, actor: Actor, network_id: str) -> dict[str, Any]:
    """Of one network."""
    require(net, actor, "get_network_ip_availability", {})
    found = find_network(tx, net, actor, network_id)
    return _availability(found, subnets.of_network(tx, network_id), subnets.used_by_subnet(tx))


def _availability(found: networks.Network, on: list[subnets.Subnet], used: dict[str, int]) -> dict[str, Any]:
    parts = [
        {
            "subnet_id": each.id,
            "subnet_name": each.name,
            "cidr": each.cidr,
            "ip_version": each.ip_version,
            "total_ips": sum(pool.size for pool in each.pools),
            "used_ips": used.get(each.id, 0),
        }
        for each in on
    ]
    return {
        "network_id": found.id,
        "network_name": found.name,
        "project_id": found.project_id,
        "tenant_id": found.project_id,
        "total_ips": sum(part["total_ips"] for part in parts),
        "used_ips": sum(part["used_ips"] for part in parts),
        "subnet_ip_availability": parts,
    }
