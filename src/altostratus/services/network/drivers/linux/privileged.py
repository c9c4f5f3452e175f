"""The one door to root for networks: a Protocol of typed calls. Owns no policy: what is made is others' choice.

`namespace` is a name as in `ip netns`, None is the host's own. Every `ensure_*` may be repeated; every
`remove_*` of something absent is success. Failures are DriverError. Each change to the host's own namespace is
recorded, so that `undo_all` takes it back; what is inside a namespace of ours goes with the namespace.
"""

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any, Protocol

from altostratus.services.network.drivers.linux.netfilter import Connection


@dataclass(frozen=True, slots=True)
class Link:
    """A network interface. `master` is the name of the bridge it is plugged into."""

    name: str
    index: int
    kind: str
    mac: str
    mtu: int
    up: bool
    master: str | None
    alias: str


@dataclass(frozen=True, slots=True)
class Veth:
    """A pair: the host's end plugged into a bridge (or not), the other end in a namespace (or on the host).
    With `whole` the other end sends whole checksums, for guests that look at raw frames (DHCP clients do)."""

    name: str
    bridge: str | None
    peer: str
    namespace: str | None
    mac: str | None
    mtu: int
    alias: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the main table; None as gateway is directly connected."""

    target: IPv4Network
    gateway: IPv4Address | None
    link: str | None = None


class Privileged(Protocol):
    """What needs root. In process as `Root`; a helper process may implement it as well."""

    def namespaces(self) -> set[str]: ...
    def ensure_namespace(self, name: str, sysctls: Mapping[str, str]) -> None:
        """It exists, lo is up, and these are set."""
        ...

    def remove_namespace(self, name: str) -> None:
        """Whatever runs inside is killed."""
        ...

    def links(self, namespace: str | None = None) -> dict[str, Link]: ...
    def link(self, name: str) -> Link | None: ...
    def plugged(self, bridge: str) -> set[str]:
        """The links in a bridge; none when there is no such bridge."""
        ...

    def ensure_bridge(self, name: str, mtu: int | None, alias: str) -> None:
        """A bridge that is up, without STP and IPv6, with its own `nf_call_iptables`. `alias` is given to a
        new one only; so is the default MTU where `mtu` is None."""
        ...

    def ensure_veth(self, veth: Veth) -> None: ...
    def set_alias(self, link: str, alias: str) -> None: ...
    def plug(self, link: str, bridge: str) -> None: ...
    def remove_link(self, name: str, namespace: str | None = None) -> None: ...
    def ensure_addresses(
        self, link: str, addresses: Iterable[IPv4Interface], namespace: str | None = None
    ) -> set[IPv4Address]:
        """The link has these IPv4 addresses and no others. The answer is the addresses that were not there."""
        ...

    def routes(self, namespace: str | None = None) -> list[Route]: ...
    def ensure_routes(self, routes: Iterable[Route], namespace: str) -> None:
        """These and the connected ones, no others."""
        ...

    def announce(self, link: str, addresses: Iterable[IPv4Address], namespace: str | None = None) -> None:
        """Gratuitous ARP, so that neighbours forget who had the addresses before."""
        ...

    def sysctl(self, key: str) -> str:
        """One of the host's; `key` is a path under /proc/sys."""
        ...

    def set_sysctl(self, key: str, value: str) -> None: ...

    def apply_rules(self, ruleset: str, namespace: str | None = None, tables: Iterable[tuple[str, str]] = ()) -> None:
        """All of an nftables script or nothing. `tables` names (family, name) what it may create on the host."""
        ...

    def rules(self, family: str, table: str, namespace: str | None = None) -> list[dict[str, Any]]:
        """A table as nftables' JSON objects (libnftables-json(5)); empty when there is no such table."""
        ...

    def chains(self) -> list[dict[str, Any]]:
        """All chains of the host."""
        ...

    def tables(self) -> set[tuple[str, str]]:
        """Family and name of the host's nftables tables."""
        ...

    def remove_table(self, family: str, table: str) -> None: ...
    def accept_forwarding(self, family: str, table: str, chain: str, matches: str, comment: str) -> None:
        """Insert an accept rule into a chain of somebody else's, recorded and taken back by `undo_all`."""
        ...

    def generation(self, namespace: str | None = None) -> int:
        """Changes whenever the nftables ruleset there does."""
        ...

    def connections(self, zone: int | None = None, namespace: str | None = None) -> list[Connection]: ...
    def cut(self, connections: Iterable[Connection], namespace: str | None = None) -> None: ...
    def start_dnsmasq(self, namespace: str, arguments: list[str]) -> None:
        """Start it as a daemon that outlives us; back when it serves."""
        ...

    def dnsmasq(self, pid_file: Path, namespace: str) -> list[str]:
        """Its arguments while it lives there; empty when it does not."""
        ...

    def reload_dnsmasq(self, pid_file: Path) -> None: ...
    def stop_dnsmasq(self, pid_file: Path) -> None:
        """Whatever was started with this file is dead."""
        ...

    def listen_in(self, namespace: str, address: str, port: int) -> socket.socket: ...
    def undo_all(self) -> None:
        """Take back every change that was recorded, last one first."""
        ...
