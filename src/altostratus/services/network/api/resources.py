"""Every kind of resource with its use cases and views."""

from altostratus.kernel.actor import Actor
from altostratus.services.network.api import schemas, views
from altostratus.services.network.api.resource import Resource
from altostratus.services.network.store import (
    floating_ips,
    networks,
    ports,
    routers,
    security_groups,
    subnet_pools,
    subnets,
)
from altostratus.services.network.usecases import Networking, access
from altostratus.services.network.usecases.create_floating_ip import create_floating_ip
from altostratus.services.network.usecases.create_network import create_network
from altostratus.services.network.usecases.create_port import create_port
from altostratus.services.network.usecases.create_router import create_router
from altostratus.services.network.usecases.create_security_group import create_security_group
from altostratus.services.network.usecases.create_subnet import create_subnet
from altostratus.services.network.usecases.default_group import ensure_default_group
from altostratus.services.network.usecases.delete_floating_ip import delete_floating_ip
from altostratus.services.network.usecases.delete_network import delete_network
from altostratus.services.network.usecases.delete_port import delete_port
from altostratus.services.network.usecases.delete_router import delete_router
from altostratus.services.network.usecases.delete_security_group import delete_security_group
from altostratus.services.network.usecases.delete_subnet import delete_subnet
from altostratus.services.network.usecases.security_group_rules import (
    create_security_group_rule,
    delete_security_group_rule,
)
from altostratus.services.network.usecases.subnet_pools import (
    create_subnet_pool,
    delete_subnet_pool,
    update_subnet_pool,
)
from altostratus.services.network.usecases.update_floating_ip import update_floating_ip
from altostratus.services.network.usecases.update_network import update_network
from altostratus.services.network.usecases.update_port import update_port
from altostratus.services.network.usecases.update_router import update_router
from altostratus.services.network.usecases.update_security_group import update_security_group
from altostratus.services.network.usecases.update_subnet import update_subnet


def _rules(single: str, *attributes: str) -> dict[str, str]:
    return {name: f"get_{single}:{name}" for name in attributes}


async def _ensure_default_group(net: Networking, actor: Actor) -> None:
    """A project that looks at its groups finds the default one there."""
    if actor.project and await net.db.read(lambda tx: security_groups.default_of(tx, actor.project)) is None:
        await net.db.write(lambda tx: ensure_default_group(tx, actor.project))


NETWORKS = Resource(
    "network", "networks", networks.LISTING, access.visible_networks, networks.fetch, access.find_network,
    views.network, schemas.NewNetwork, create_network, delete_network, schemas.NetworkChange, update_network,
    secret=_rules("network", "provider:network_type", "provider:physical_network", "provider:segmentation_id"),
)  # fmt: skip

SUBNETS = Resource(
    "subnet", "subnets", subnets.LISTING, access.visible_subnets, subnets.fetch, access.find_subnet,
    views.subnet, schemas.NewSubnet, create_subnet, delete_subnet, schemas.SubnetChange, update_subnet,
)  # fmt: skip

PORTS = Resource(
    "port", "ports", ports.LISTING, access.visible_ports, ports.fetch, access.find_port,
    views.port, schemas.NewPort, create_port, delete_port, schemas.PortChange, update_port,
    secret=_rules("port", "binding:host_id", "binding:profile", "binding:vif_type", "binding:vif_details"),
)  # fmt: skip

ROUTERS = Resource(
    "router", "routers", routers.LISTING, access.visible_routers, routers.fetch, access.find_router,
    views.router, schemas.NewRouter, create_router, delete_router, schemas.RouterChange, update_router,
)  # fmt: skip

FLOATING_IPS = Resource(
    "floatingip", "floatingips", floating_ips.LISTING, access.visible_floating_ips, floating_ips.fetch,
    access.find_floating_ip, views.floating_ip, schemas.NewFloatingIP, create_floating_ip, delete_floating_ip,
    schemas.FloatingIPChange, update_floating_ip,
)  # fmt: skip

SECURITY_GROUPS = Resource(
    "security_group", "security_groups", security_groups.LISTING, access.visible_groups, security_groups.fetch,
    access.find_group, views.security_group, schemas.NewSecurityGroup, create_security_group, delete_security_group,
    schemas.SecurityGroupChange, update_security_group, before_list=_ensure_default_group,
)  # fmt: skip

SECURITY_GROUP_RULES = Resource(
    "security_group_rule", "security_group_rules", security_groups.RULE_LISTING, access.visible_rules,
    security_groups.fetch_rules, access.find_rule, views.security_group_rule, schemas.NewSecurityGroupRule,
    create_security_group_rule, delete_security_group_rule,
)  # fmt: skip

SUBNET_POOLS = Resource(
    "subnetpool", "subnetpools", subnet_pools.LISTING, access.visible_pools, subnet_pools.fetch, access.find_pool,
    views.subnet_pool, schemas.NewSubnetPool, create_subnet_pool, delete_subnet_pool, schemas.SubnetPoolChange,
    update_subnet_pool,
)  # fmt: skip

ALL = (
    NETWORKS, SUBNETS, PORTS, ROUTERS, FLOATING_IPS, SECURITY_GROUPS, SECURITY_GROUP_RULES, SUBNET_POOLS,
)  # fmt: skip
