"""What a network driver must be: the NetworkDriver protocol and the values that cross it.

A driver owns the data plane of one host: segments, DHCP, routers with floating addresses, and per-port filters.
It knows no database and no HTTP. Every method is synchronous, is called from a bounded thread lane under a
deadline, and may be called again with the same arguments at any time; the second call must change nothing.
`ensure_*` makes the thing exactly as its spec says, whatever half-made state it finds; `remove_*` of something
absent is success. The order of calls is free: a port may be ensured before its network, a router before the
networks it joins; the driver makes whatever it needs (a bridge) idempotently.
"""

import hashlib
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Protocol


class DriverError(Exception):
    """The host could not do it now; the step is tried again with back-off."""


class Impossible(DriverError):
    """This can never succeed as asked; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the driver can do; callers branch on this, never on the driver's name."""

    name: str
    max_mtu: int
    ipv6: bool = False
    several_hosts: bool = False


@dataclass(frozen=True, slots=True)
class DhcpHost:
    """A fixed lease: the port's address on the subnet."""

    mac: str
    ip: IPv4Address
    hostname: str


@dataclass(frozen=True, slots=True)
class SubnetSpec:
    """A subnet of a segment. `dhcp` is the address of the DHCP server itself, None where DHCP is off. Without
    `dns` guests are told to ask the DHCP server, which knows the subnet's hosts and asks the host's name servers
    by the first gateway."""

    id: str
    cidr: IPv4Network
    gateway: IPv4Address | None
    dhcp: IPv4Address | None
    dns: tuple[IPv4Address, ...] = ()
    routes: tuple[tuple[IPv4Network, IPv4Address], ...] = ()
    hosts: tuple[DhcpHost, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """A segment: layer 2, MTU, DHCP per subnet; a metadata address (169.254.169.254) beside the DHCP server.

    `host_address` (external networks only) is put on the host's side of the segment, so that the host can
    reach floating addresses; `uplink` says whether traffic from the segment is masqueraded out of the host.
    """

    id: str
    mtu: int
    subnets: tuple[SubnetSpec, ...] = ()
    dhcp_mac: str | None = None
    host_address: tuple[IPv4Interface, ...] = ()
    uplink: bool = False


@dataclass(frozen=True, slots=True)
class RouterInterface:
    """A router's leg on a tenant network."""

    port_id: str
    network_id: str
    mac: str
    addresses: tuple[IPv4Interface, ...]
    mtu: int


@dataclass(frozen=True, slots=True)
class RouterGateway:
    """A router's leg on an external network."""

    port_id: str
    network_id: str
    mac: str
    addresses: tuple[IPv4Interface, ...]
    nexthop: IPv4Address | None
    snat: bool
    mtu: int


@dataclass(frozen=True, slots=True)
class FloatingIP:
    """One-to-one translation of a floating address to a port's fixed address."""

    id: str
    floating: IPv4Address
    fixed: IPv4Address


@dataclass(frozen=True, slots=True)
class RouterSpec:
    """A router: its legs, floating addresses and extra routes. `up` False forwards nothing."""

    id: str
    up: bool = True
    interfaces: tuple[RouterInterface, ...] = ()
    gateway: RouterGateway | None = None
    floating: tuple[FloatingIP, ...] = ()
    routes: tuple[tuple[IPv4Network, IPv4Address], ...] = ()

    @property
    def legs(self) -> tuple[RouterInterface | RouterGateway, ...]:
        """Its interfaces, then its gateway if it has one."""
        return self.interfaces if self.gateway is None else (*self.interfaces, self.gateway)


@dataclass(frozen=True, slots=True)
class Rule:
    """One stateful accept rule. `protocol` is an IP protocol number, None for any; ports are for TCP, UDP, SCTP
    (for ICMP `port_min` is the type and `port_max` the code). `remote` limits the other side, None is anyone."""

    ingress: bool
    protocol: int | None = None
    port_min: int | None = None
    port_max: int | None = None
    remote: tuple[IPv4Network, ...] | None = None


@dataclass(frozen=True, slots=True)
class PortSpec:
    """A machine's port: where it is plugged and what may pass. `secure` False turns off filter and anti-spoofing.
    With `secure`, nothing may enter or leave but what `rules` accept, answers to it, ARP for own addresses and
    DHCP; source MAC and address must be the port's own or one of `allowed`. `up` False passes nothing."""

    id: str
    network_id: str
    tap: str
    mac: str
    addresses: tuple[IPv4Address, ...]
    secure: bool = True
    up: bool = True
    allowed: tuple[tuple[str | None, IPv4Network], ...] = ()
    rules: tuple[Rule, ...] = ()


Spec = NetworkSpec | RouterSpec | PortSpec


def digest(spec: Spec) -> str:
    """A short stable name for the content of a spec; drivers keep it beside what they made from it."""
    return hashlib.sha256(repr(spec).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is on the host: id to digest of the spec it was last made from; '' where that is unknown or half-made."""

    networks: dict[str, str]
    routers: dict[str, str]
    ports: dict[str, str]


class NetworkDriver(Protocol):
    """The data plane of one host. The contract suite in tests/contracts runs against every driver."""

    def capabilities(self) -> Capabilities: ...

    def observe(self) -> Seen:
        """Everything of ours on this host, orphans included. What was made by hand or damaged (a missing
        namespace, a dead DHCP server, an emptied nftables table) shows as ''. A segment that only routers or
        ports need is no network; one that nobody needs any more is an orphan and goes by `remove_network`."""
        ...

    def host_networks(self) -> list[IPv4Network]:
        """Networks the host already routes (not through us), which an external network must not overlap."""
        ...

    def bridge(self, network_id: str) -> str:
        """The name of the link to plug taps into (at most 15 characters); no side effect."""
        ...

    def ensure_network(self, spec: NetworkSpec) -> None: ...
    def remove_network(self, network_id: str) -> None: ...

    def ensure_router(self, spec: RouterSpec) -> None:
        """A floating address or rule that is gone also ends the connections that used it."""
        ...

    def remove_router(self, router_id: str) -> None: ...

    def ensure_port(self, spec: PortSpec) -> None:
        """Filters are in force before this returns, also for a tap that appears later. A narrower rule set
        also cuts established connections it no longer accepts."""
        ...

    def remove_port(self, port_id: str) -> None: ...

    def listen_metadata(self, network_id: str | None = None, router_id: str | None = None) -> socket.socket:
        """A listening TCP socket that receives what guests of that network (or behind that router) send to
        169.254.169.254:80. The caller closes it. The peer address is the guest's fixed address."""
        ...

    def purge(self) -> None:
        """Undo every change ever made to this host. Machines must be gone; the driver can be used again."""
        ...

    def close(self) -> None: ...
