"""Who sees what, and who may do what: policy turned into conditions on rows and into Neutron's faults.

What an actor may not see does not exist for it (404); what it sees and may not change is forbidden (403).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, false, or_, select, true

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import (
    FloatingIPNotFound,
    HTTPBadRequest,
    NetworkNotFound,
    PolicyNotAuthorized,
    PortNotFound,
    RouterNotFound,
    SecurityGroupNotFound,
    SecurityGroupRuleNotFound,
    SubnetNotFound,
    SubnetPoolNotFound,
)
from altostratus.services.network.store import (
    floating_ips,
    networks,
    ports,
    routers,
    security_groups,
    subnet_pools,
    subnets,
)
from altostratus.services.network.store.tables import (
    floating_ip,
    network,
    port,
    router,
    security_group,
    security_group_rule,
    subnet,
    subnet_pool,
)
from altostratus.services.network.usecases import Networking

NOBODY = "-"


def require(net: Networking, actor: Actor, rule: str, target: Mapping[str, Any]) -> None:
    """PolicyNotAuthorized unless the actor may."""
    if not net.policy.allows(actor, rule, _texts(target)):
        raise PolicyNotAuthorized(rule=f"rule:{rule}")


def require_attributes(net: Networking, actor: Actor, action: str, wish: Any, target: Mapping[str, Any]) -> None:
    """Check the rule of every attribute in the wish that has one (`create_port:fixed_ips:ip_address`)."""
    parts = wish if isinstance(wish, list) else [wish]
    for part in parts:
        for name, value in part.items() if isinstance(part, dict) else ():
            rule = f"{action}:{name}"
            if rule in net.policy.rules and not net.policy.allows(actor, rule, _texts(target)):
                raise PolicyNotAuthorized(rule=f"rule:{action} and rule:{rule}")
            require_attributes(net, actor, rule, value, target)


def project_for(actor: Actor, wish: dict[str, Any], *, service: bool = False) -> str:
    """Whose the new resource is; takes project_id and tenant_id out of the wish."""
    named = {wish.pop(name) for name in ("project_id", "tenant_id") if name in wish}
    if len(named) > 1:
        raise HTTPBadRequest("'project_id' and 'tenant_id' do not match")
    wanted = named.pop() if named else None
    if wanted is None and not actor.project_id:
        raise HTTPBadRequest("Running without keystone AuthN requires that tenant_id is specified")
    if wanted not in (None, actor.project_id) and not actor.is_admin and "service" not in actor.roles:
        raise HTTPBadRequest(
            "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request"
            " requires admin or service privileges"
        )
    return str(wanted or actor.project)


def _texts(target: Mapping[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, bool) else value for key, value in target.items()}


def _scope(net: Networking, actor: Actor, rule: str, *owners: str) -> tuple[bool, bool]:
    """(sees everybody's, sees its own) by the rule; asked of policy once a request, never once a row."""
    nobody = dict.fromkeys(("project_id", "network:project_id", "security_group:project_id"), NOBODY)
    everybody = net.policy.allows(actor, rule, nobody)
    own = net.policy.allows(actor, rule, {**nobody, **dict.fromkeys(owners, actor.project)})
    return everybody, own


def visible_networks(net: Networking, actor: Actor) -> ColumnElement[bool]:
    """Own ones, shared ones, external ones."""
    everybody, own = _scope(net, actor, "get_network", "project_id")
    mine = network.c.project_id == actor.project if own else false()
    return true() if everybody else or_(mine, network.c.shared, network.c.external)


def visible_subnets(net: Networking, actor: Actor) -> ColumnElement[bool]:
    """Own ones, those of own, shared or external networks."""
    everybody, own = _scope(net, actor, "get_subnet", "project_id")
    if everybody:
        return true()
    seen = or_(network.c.shared, network.c.external, *([network.c.project_id == actor.project] if own else []))
    mine = subnet.c.project_id == actor.project if own else false()
    return or_(mine, subnet.c.network_id.in_(select(network.c.id).where(seen)))


def visible_ports(net: Networking, actor: Actor) -> ColumnElement[bool]:
    """Own ones and those on own networks."""
    everybody, own = _scope(net, actor, "get_port", "project_id")
    if everybody or not own:
        return true() if everybody else false()
    networks_ = select(network.c.id).where(network.c.project_id == actor.project)
    return or_(port.c.project_id == actor.project, port.c.network_id.in_(networks_))


def visible_pools(net: Networking, actor: Actor) -> ColumnElement[bool]:
    """Own ones and shared ones."""
    everybody, own = _scope(net, actor, "get_subnetpool", "project_id")
    mine = subnet_pool.c.project_id == actor.project if own else false()
    return true() if everybody else or_(mine, subnet_pool.c.shared)


def visible_rules(net: Networking, actor: Actor) -> ColumnElement[bool]:
    """Those of own groups."""
    return _own(net, actor, "get_security_group_rule", security_group_rule, "security_group:project_id")


def visible_groups(net: Networking, actor: Actor) -> ColumnElement[bool]:
    """Own ones."""
    return _own(net, actor, "get_security_group", security_group)


def visible_routers(net: Networking, actor: Actor) -> ColumnElement[bool]:
    """Own ones."""
    return _own(net, actor, "get_router", router)


def visible_floating_ips(net: Networking, actor: Actor) -> ColumnElement[bool]:
    """Own ones."""
    return _own(net, actor, "get_floatingip", floating_ip)


def _own(net: Networking, actor: Actor, rule: str, table: Table, owner: str = "project_id") -> ColumnElement[bool]:
    everybody, own = _scope(net, actor, rule, owner)
    if everybody:
        return true()
    return table.c.project_id == actor.project if own else false()


def _only(table: Table, key: str, visible: ColumnElement[bool]) -> Select[Any]:
    return select(table.c.id).where(table.c.id == key, visible)


def find_network(tx: Tx, net: Networking, actor: Actor, key: str) -> networks.Network:
    """The network, if the actor may see it; else NetworkNotFound. So do the others below."""
    for found in networks.fetch(tx, _only(network, key, visible_networks(net, actor))):
        return found
    raise NetworkNotFound(id=key)


def find_subnet(tx: Tx, net: Networking, actor: Actor, key: str) -> subnets.Subnet:
    for found in subnets.fetch(tx, _only(subnet, key, visible_subnets(net, actor))):
        return found
    raise SubnetNotFound(id=key)


def find_port(tx: Tx, net: Networking, actor: Actor, key: str) -> ports.Port:
    for found in ports.fetch(tx, _only(port, key, visible_ports(net, actor))):
        return found
    raise PortNotFound(id=key)


def find_router(tx: Tx, net: Networking, actor: Actor, key: str) -> routers.Router:
    for found in routers.fetch(tx, _only(router, key, visible_routers(net, actor))):
        return found
    raise RouterNotFound(id=key)


def find_floating_ip(tx: Tx, net: Networking, actor: Actor, key: str) -> floating_ips.FloatingIP:
    for found in floating_ips.fetch(tx, _only(floating_ip, key, visible_floating_ips(net, actor))):
        return found
    raise FloatingIPNotFound(id=key)


def find_group(tx: Tx, net: Networking, actor: Actor, key: str) -> security_groups.SecurityGroup:
    for found in security_groups.fetch(tx, _only(security_group, key, visible_groups(net, actor))):
        return found
    raise SecurityGroupNotFound(id=key)


def find_rule(tx: Tx, net: Networking, actor: Actor, key: str) -> security_groups.Rule:
    query = _only(security_group_rule, key, visible_rules(net, actor))
    for found in security_groups.fetch_rules(tx, query):
        return found
    raise SecurityGroupRuleNotFound(id=key)


def find_pool(tx: Tx, net: Networking, actor: Actor, key: str) -> subnet_pools.SubnetPool:
    for found in subnet_pools.fetch(tx, _only(subnet_pool, key, visible_pools(net, actor))):
        return found
    raise SubnetPoolNotFound(id=key)
