"""What others may ask of the network service."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx


@dataclass(frozen=True, slots=True)
class PortWish:
    """A network interface that a new server asks for: an existing port, or a new one on a network."""

    network_id: str | None = None
    port_id: str | None = None
    fixed_ip: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a port; `floating` are the floating addresses that lead to it."""

    ip: str
    version: int
    subnet_id: str
    floating: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Port:
    """A server's interface. `ready` says that its network and filters are in place on its host; `bridge`, `tap` and
    `mtu` are how to plug it there. `gateway`, `dns` and `cidr` are of its first subnet."""

    id: str
    owner: str
    network_id: str
    network_name: str
    mac: str
    addresses: tuple[Address, ...]
    security_groups: tuple[str, ...]
    ready: bool
    bridge: str
    tap: str
    mtu: int


@dataclass(frozen=True, slots=True)
class IngressRule:
    """A rule that lets something in: from `cidr`, from members of `remote_group_id`, or from anywhere."""

    id: str
    group_id: str
    protocol: str | None
    port_min: int | None
    port_max: int | None
    cidr: str | None
    remote_group_id: str | None


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group with the rules that let something in."""

    id: str
    project_id: str
    name: str
    description: str
    rules: tuple[IngressRule, ...]


class SecurityGroups(Protocol):
    """Security groups, for Nova's old proxy of them. Faults are the network service's own."""

    def list_groups(self, tx: Tx, actor: Actor, all_projects: bool) -> list[SecurityGroup]: ...
    def get_group(self, tx: Tx, actor: Actor, group_id: str) -> SecurityGroup: ...
    def create_group(self, tx: Tx, actor: Actor, name: str, description: str) -> SecurityGroup: ...
    def update_group(self, tx: Tx, actor: Actor, group_id: str, name: str, description: str) -> SecurityGroup: ...
    def delete_group(self, tx: Tx, actor: Actor, group_id: str) -> None: ...
    def add_rule(self, tx: Tx, actor: Actor, rule: IngressRule) -> IngressRule:
        """The rule with its id; the one given has none."""
        ...

    def delete_rule(self, tx: Tx, actor: Actor, rule_id: str) -> None: ...


class Networks(Protocol):
    """Ports of servers. An owner is 'compute.server/<id>'; when a port changes, its owner is woken.
    `groups` is for Nova's old proxy of security groups."""

    @property
    def groups(self) -> SecurityGroups: ...

    def create_ports(
        self,
        tx: Tx,
        actor: Actor,
        owner: str,
        hostname: str,
        wishes: Sequence[PortWish] | None,
        security_groups: Sequence[str],
    ) -> None:
        """Make (or take over) the ports of a new server, in order, counting quota. `wishes` None means: the
        project's only network if it has exactly one, no port if it has none, else Conflict. Security groups are
        names or ids. Raises the network service's own faults (kinds of NotFound, Conflict, OverQuota, BadRequest)."""
        ...

    def bind_ports(self, tx: Tx, owner: str, host_id: str) -> None:
        """The server has been placed: make its ports ready on that host."""
        ...

    def host_rebooted(self, tx: Tx, host_id: str) -> None:
        """Nothing of the host's networks is left: its ports are not ready until they have been seen again."""
        ...

    def release_ports(self, tx: Tx, owner: str) -> None:
        """The server is gone: delete the ports made for it, free those it was given. Safe to repeat."""
        ...

    def ports_of(self, tx: Tx, owners: Sequence[str]) -> Mapping[str, list[Port]]:
        """The ports of many servers in a constant number of queries, each list in the order of creation."""
        ...

    def owner_at(self, tx: Tx, address: str, network_id: str | None, router_id: str | None) -> str | None:
        """Who has this fixed address on that network, or on a network that router joins; for metadata."""
        ...

    def metadata_doors(self, tx: Tx) -> list[tuple[str | None, str | None]]:
        """(network_id, None) or (None, router_id) for every place on this host where guests may ask for metadata."""
        ...

    def open_door(self, network_id: str | None, router_id: str | None) -> socket.socket:
        """The listening socket of a door. Blocks; call it in a lane."""
        ...

    def add_address(self, tx: Tx, actor: Actor, owner: str, network_id: str) -> None:
        """One more address for the server's first port on that network. NotFound when it has none there."""
        ...

    def remove_address(self, tx: Tx, actor: Actor, owner: str, address: str) -> None:
        """Take an address from the server's port that has it. NotFound when none has."""
        ...

    def set_group(self, tx: Tx, actor: Actor, owner: str, group: str, member: bool) -> None:
        """Give a security group (by name or id) to all ports of a server, or take it from them."""
        ...
