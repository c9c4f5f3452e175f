"""What other services may call: see contracts/network.py."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select

from altostratus.contracts import network as contract
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.network.driver import NetworkDriver
from altostratus.services.network.errors import NetworkNotFound
from altostratus.services.network.store import addresses, owned_ports, ports, routers, security_groups
from altostratus.services.network.store.tables import network, security_group, subnet
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_group, visible_groups
from altostratus.services.network.usecases.create_security_group import create_security_group
from altostratus.services.network.usecases.delete_security_group import delete_security_group
from altostratus.services.network.usecases.security_group_rules import (
    create_security_group_rule,
    delete_security_group_rule,
)
from altostratus.services.network.usecases.server_ports import (
    bind_server_ports,
    create_server_ports,
    rebind_ports,
    release_server_ports,
    resolve_groups,
)
from altostratus.services.network.usecases.update_port import update_port
from altostratus.services.network.usecases.update_security_group import update_security_group


class Facade:
    """Implements contracts.network.Networks."""

    def __init__(self, net: Networking, driver: NetworkDriver) -> None:
        self._net = net
        self._driver = driver
        self.groups = GroupFacade(net)

    def create_ports(
        self, tx: Tx, actor: Actor, owner: str, hostname: str,
        wishes: Sequence[contract.PortWish] | None, security_groups: Sequence[str],
    ) -> None:  # fmt: skip
        create_server_ports(tx, self._net, actor, owner, hostname, wishes, security_groups)

    def bind_ports(self, tx: Tx, owner: str, host_id: str) -> None:
        bind_server_ports(tx, owner, host_id)

    def host_rebooted(self, tx: Tx, host_id: str) -> None:
        rebind_ports(tx, host_id)

    def release_ports(self, tx: Tx, owner: str) -> None:
        release_server_ports(tx, owner)

    def ports_of(self, tx: Tx, owners: Sequence[str]) -> Mapping[str, list[contract.Port]]:
        result: dict[str, list[contract.Port]] = {owner: [] for owner in owners}
        for each in owned_ports.of_owners(tx, owners, self._net.bridge):
            result[each.owner].append(each)
        return result

    def owner_at(self, tx: Tx, address: str, network_id: str | None, router_id: str | None) -> str | None:
        network_ids = [network_id] if network_id else routers.networks_of(tx, router_id or "")
        return addresses.owner_of(tx, address, network_ids)

    def metadata_doors(self, tx: Tx) -> list[tuple[str | None, str | None]]:
        served = select(subnet.c.network_id).where(subnet.c.enable_dhcp, subnet.c.ip_version == 4)
        query = select(network.c.id).where(network.c.observed_digest.is_not(None), network.c.id.in_(served))
        on_networks = [(key, None) for key in tx.sql.execute(query.order_by(network.c.id)).scalars()]
        return [*on_networks, *((None, key) for key in routers.on_host(tx))]

    def open_door(self, network_id: str | None, router_id: str | None) -> socket.socket:
        return self._driver.listen_metadata(network_id, router_id)

    def add_address(self, tx: Tx, actor: Actor, owner: str, network_id: str) -> None:
        for each in ports.of_owners(tx, [owner]):
            if each.network_id == network_id:
                kept = [{"ip_address": fixed.ip} for fixed in each.fixed_ips]
                self._readdress(tx, actor, each, [*kept, {"subnet_id": each.fixed_ips[0].subnet_id}])
                return
        raise NetworkNotFound(id=network_id)

    def remove_address(self, tx: Tx, actor: Actor, owner: str, address: str) -> None:
        for each in ports.of_owners(tx, [owner]):
            kept = [{"ip_address": fixed.ip} for fixed in each.fixed_ips if fixed.ip != address]
            if len(kept) < len(each.fixed_ips):
                self._readdress(tx, actor, each, kept)
                return
        raise NotFound(f"Fixed IP {address} is not on this server.")

    def set_group(self, tx: Tx, actor: Actor, owner: str, group: str, member: bool) -> None:
        [group_id] = resolve_groups(tx, actor, [group])
        for each in ports.of_owners(tx, [owner]):
            others = [other for other in each.security_groups if other != group_id]
            if not member and len(others) == len(each.security_groups):
                raise NotFound(f"Security group {group} is not on this server.")
            groups = [*others, group_id] if member else others
            update_port(tx, self._net, actor, each.id, {"security_groups": groups})

    def _readdress(self, tx: Tx, actor: Actor, found: ports.Port, wished: list[dict[str, str]]) -> None:
        update_port(tx, self._net, replace(actor, roles=actor.roles | {"admin"}), found.id, {"fixed_ips": wished})


class GroupFacade:
    """Implements contracts.network.SecurityGroups."""

    def __init__(self, net: Networking) -> None:
        self._net = net

    def list_groups(self, tx: Tx, actor: Actor, all_projects: bool) -> list[contract.SecurityGroup]:
        query = select(security_group.c.id).where(visible_groups(self._net, actor))
        if not all_projects:
            query = query.where(security_group.c.project_id == actor.project)
        order = (security_group.c.created_at, security_group.c.id)
        return [_group(found) for found in security_groups.fetch(tx, query.order_by(*order))]

    def get_group(self, tx: Tx, actor: Actor, group_id: str) -> contract.SecurityGroup:
        return _group(find_group(tx, self._net, actor, group_id))

    def create_group(self, tx: Tx, actor: Actor, name: str, description: str) -> contract.SecurityGroup:
        return _group(create_security_group(tx, self._net, actor, {"name": name, "description": description}))

    def update_group(self, tx: Tx, actor: Actor, group_id: str, name: str, description: str) -> contract.SecurityGroup:
        wish = {"name": name, "description": description}
        return _group(update_security_group(tx, self._net, actor, group_id, wish))

    def delete_group(self, tx: Tx, actor: Actor, group_id: str) -> None:
        delete_security_group(tx, self._net, actor, group_id)

    def add_rule(self, tx: Tx, actor: Actor, rule: contract.IngressRule) -> contract.IngressRule:
        remote_version = "IPv6" if rule.cidr and ":" in rule.cidr else "IPv4"
        wish = {
            "security_group_id": rule.group_id,
            "direction": "ingress",
            "ethertype": remote_version,
            "protocol": rule.protocol,
            "port_range_min": rule.port_min,
            "port_range_max": rule.port_max,
            "remote_ip_prefix": rule.cidr,
            "remote_group_id": rule.remote_group_id,
        }
        return _rule(create_security_group_rule(tx, self._net, actor, wish))

    def delete_rule(self, tx: Tx, actor: Actor, rule_id: str) -> None:
        delete_security_group_rule(tx, self._net, actor, rule_id)


def _group(found: security_groups.SecurityGroup) -> contract.SecurityGroup:
    rules = tuple(_rule(rule) for rule in found.rules if rule.direction == "ingress")
    return contract.SecurityGroup(found.id, found.project_id, found.name, found.description, rules)


def _rule(found: security_groups.Rule) -> contract.IngressRule:
    return contract.IngressRule(
        found.id,
        found.security_group_id,
        found.protocol,
        found.port_range_min,
        found.port_range_max,
        found.remote_ip_prefix,
        found.remote_group_id,
    )
