"""Create ports."""

from collections.abc import Sequence
from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.port_rules import check_dhcp_options, check_pairs
from altostratus.services.network.errors import (
    AddressPairAndPortSecurityRequired,
    PortSecurityAndIPRequiredForSecurityGroups,
)
from altostratus.services.network.store import ports, subnets, wishes
from altostratus.services.network.store.networks import Network
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import (
    find_group,
    find_network,
    project_for,
    require,
    require_attributes,
)
from altostratus.services.network.usecases.default_group import ensure_default_group
from altostratus.services.network.usecases.dhcp_port import extend_dhcp_port
from altostratus.services.network.usecases.new_port import insert_port
from altostratus.services.network.usecases.port_wishes import bind
from altostratus.services.network.usecases.quota import charge
from altostratus.services.network.usecases.take_addresses import take_default, take_wished

RENAMED = {"binding:vnic_type": "vnic_type", "binding:profile": "profile", "binding:host_id": "host_id"}


def create_port(tx: Tx, net: Networking, actor: Actor, wish: dict[str, Any]) -> ports.Port:
    """A new port on a network, with addresses and security groups."""
    project_id = project_for(actor, wish)
    network = find_network(tx, net, actor, wish["network_id"])
    target = {**network.target, "project_id": project_id, "tenant_id": project_id, **device_target(wish)}
    require(net, actor, "create_port", target)
    require_attributes(net, actor, "create_port", wish, target)
    charge(tx, net, project_id, port=1)
    secure = wish.get("port_security_enabled", network.port_security_enabled)
    groups = _groups(tx, net, actor, project_id, wish, secure)
    port_id = make_port(tx, net, project_id, network, groups, {**wish, "port_security_enabled": secure})
    if wish.get("binding:host_id"):
        bind(tx, [port_id], network.id, wish["binding:host_id"])
    events.record(tx, actor, "network.port.create", port_id, project_id)
    return read_port(tx, port_id)


def make_port(
    tx: Tx, net: Networking, project_id: str, network: Network, groups: Sequence[str], wish: dict[str, Any],
    **internal: Any,
) -> str:  # fmt: skip
    """Insert a port that has been allowed and charged; its id. `internal` are columns that no client sets."""
    columns = port_columns(wish)
    if columns.get("allowed_address_pairs") and not wish["port_security_enabled"]:
        raise AddressPairAndPortSecurityRequired()
    on_network = subnets.of_network(tx, network.id)
    if not wish.get("device_owner", "").startswith("network:"):
        extend_dhcp_port(tx, net, network, on_network)
    port_id, mac = insert_port(tx, net, project_id, network.id, wish.get("mac_address"), **columns, **internal)
    if wish.get("fixed_ips") is None:
        take_default(tx, port_id, mac, network.id, on_network)
    else:
        take_wished(tx, port_id, mac, network.id, on_network, wish["fixed_ips"])
    ports.add_groups(tx, port_id, groups)
    wishes.members_changed(tx, groups)
    return port_id


def read_port(tx: Tx, port_id: str) -> ports.Port:
    """A port that is there."""
    found = ports.get(tx, port_id)
    assert found is not None
    return found


def device_target(wish: dict[str, Any]) -> dict[str, Any]:
    """What policy asks of a port's device owner: services' own ports are not for everyone."""
    return {"network_device": (wish.get("device_owner") or "").startswith("network:")}


def port_columns(wish: dict[str, Any]) -> dict[str, Any]:
    """The plain columns that a wish names, checked."""
    names = ("name", "description", "admin_state_up", "device_id", "device_owner", "port_security_enabled")
    columns = {name: wish[name] for name in names if name in wish}
    columns |= {column: wish[name] for name, column in RENAMED.items() if name in wish and column != "host_id"}
    if "profile" in columns:
        columns["profile"] = columns["profile"] or {}
    if "allowed_address_pairs" in wish:
        columns["allowed_address_pairs"] = check_pairs(wish["allowed_address_pairs"] or [])
    if "extra_dhcp_opts" in wish:
        columns["extra_dhcp_opts"] = check_dhcp_options(wish["extra_dhcp_opts"] or [])
    return columns


def _groups(tx: Tx, net: Networking, actor: Actor, project_id: str, wish: dict[str, Any], secure: bool) -> list[str]:
    """The groups asked for, else the project's default one; a port without filters has none."""
    default = ensure_default_group(tx, project_id)
    if "security_groups" not in wish:
        plain = secure and not device_target(wish)["network_device"]
        return [default] if plain else []
    return checked_groups(tx, net, actor, wish["security_groups"] or [], secure)


def checked_groups(tx: Tx, net: Networking, actor: Actor, groups: Sequence[str], secure: bool) -> list[str]:
    """These groups, each there and visible."""
    if groups and not secure:
        raise PortSecurityAndIPRequiredForSecurityGroups()
    return [find_group(tx, net, actor, group).id for group in dict.fromkeys(groups)]
