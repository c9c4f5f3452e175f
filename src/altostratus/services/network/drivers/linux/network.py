"""The network driver for one Linux host: bridges, namespaces, dnsmasq and nftables. Needs root, by `Privileged`.

Remembers nothing that the kernel does not remember too: names, labels of links and comments of rules say what
is ours and from which spec it was made. Made for one driver a host and instance; calls exclude one another.
"""

import socket
import threading
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from altostratus.services.network.driver import (
    Capabilities,
    Impossible,
    NetworkSpec,
    PortSpec,
    RouterSpec,
    Seen,
    digest,
)
from altostratus.services.network.drivers.limits import MAX_MTU, refuse_impossible
from altostratus.services.network.drivers.linux.dhcp import Dhcp, served
from altostratus.services.network.drivers.linux.external import External
from altostratus.services.network.drivers.linux.filters import Filters
from altostratus.services.network.drivers.linux.journal import Journal
from altostratus.services.network.drivers.linux.names import Label, Names
from altostratus.services.network.drivers.linux.privileged import Link, Privileged
from altostratus.services.network.drivers.linux.root import Root
from altostratus.services.network.drivers.linux.routers import Routers
from altostratus.services.network.drivers.linux.segments import IMPLICIT, Segments
from altostratus.services.network.drivers.linux.translation import ANY_NETWORK, METADATA_PORT

HALF_MADE = "?"


class LinuxNetwork:
    """NetworkDriver for this host. `run` keeps the journal and dnsmasq's files and must survive restarts of the
    process; `instance` (four characters) tells several clouds on one host apart; `resolvers` are the name
    servers that answer guests' questions about the world, None for the host's own."""

    def __init__(
        self,
        run: Path,
        instance: str,
        privileged: Privileged | None = None,
        domain: str = "openstacklocal",
        resolvers: tuple[IPv4Address, ...] | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._passed_at = -1  # how often the ruleset had been read when the host's firewall was last looked at
        self._names = Names(instance)
        self._privileged = privileged or Root(Journal(run / "journal"))
        self._filters = Filters(self._names, self._privileged)
        self._segments = Segments(self._names, self._privileged, self._filters)
        self._dhcp = Dhcp(self._names, self._privileged, run / "dhcp", domain, resolvers)
        self._external = External(self._names, self._privileged)
        self._routers = Routers(self._names, self._privileged, self._segments)

    def capabilities(self) -> Capabilities:
        return Capabilities(name="linux", max_mtu=MAX_MTU)

    def bridge(self, network_id: str) -> str:
        return self._names.bridge(network_id)

    def observe(self) -> Seen:
        with self._lock:
            links, namespaces = self._privileged.links(), self._privileged.namespaces()
            # a firewall that was started since would stop what goes on without any call of ours
            self._pass_through_host(links)
            return Seen(
                networks=self._observe_networks(links, namespaces),
                routers=self._routers.observe(links, namespaces),
                ports=self._filters.observe(links),
            )

    def host_networks(self) -> list[IPv4Network]:
        routes = self._privileged.routes()
        ours = (route.link is not None and self._names.is_our_link(route.link) for route in routes)
        foreign = [route.target for route, own in zip(routes, ours, strict=True) if not own]
        return sorted({target for target in foreign if target != ANY_NETWORK})

    def ensure_network(self, spec: NetworkSpec) -> None:
        refuse_impossible(spec)
        with self._lock:
            bridge = self._segments.ensure(spec.id, spec.mtu)
            made = Label("network", spec.id, digest(spec), _flags(spec))
            if self._alias(bridge) != str(made):
                self._privileged.set_alias(bridge, str(Label("network", spec.id, HALF_MADE)))
            self._dhcp.ensure(spec, bridge)
            self._external.ensure(spec, bridge)
            self._privileged.set_alias(bridge, str(made))
            self._pass_through_host()

    def remove_network(self, network_id: str) -> None:
        with self._lock:
            bridge = self._names.bridge(network_id)
            if self._privileged.link(bridge) is not None:
                self._privileged.set_alias(bridge, str(Label("network", network_id, IMPLICIT)))
            self._dhcp.remove(network_id)
            self._external.remove(network_id)
            self._segments.release(bridge)

    def ensure_router(self, spec: RouterSpec) -> None:
        refuse_impossible(spec)
        with self._lock:
            self._routers.ensure(spec)
            self._pass_through_host()

    def remove_router(self, router_id: str) -> None:
        with self._lock:
            self._routers.remove(router_id)

    def ensure_port(self, spec: PortSpec) -> None:
        refuse_impossible(spec)
        with self._lock:
            bridge = self._segments.ensure(spec.network_id)
            before = self._filters.bridge_of(spec.id)
            self._filters.ensure(spec, bridge)
            tap = self._privileged.link(spec.tap)
            if tap is not None and tap.master != bridge:
                self._privileged.plug(spec.tap, bridge)
            if before not in (None, bridge):
                self._segments.release(str(before))
            self._pass_through_host()

    def remove_port(self, port_id: str) -> None:
        with self._lock:
            bridge = self._filters.bridge_of(port_id)
            self._filters.remove(port_id)
            if bridge is not None:
                self._segments.release(bridge)

    def listen_metadata(self, network_id: str | None = None, router_id: str | None = None) -> socket.socket:
        if network_id is not None and router_id is None:
            return self._listen(self._names.dhcp_namespace(network_id), "169.254.169.254", 80)
        if router_id is not None and network_id is None:
            return self._listen(self._names.router_namespace(router_id), "0.0.0.0", METADATA_PORT)  # noqa: S104
        raise Impossible("metadata is listened for on a network or on a router, one of them")

    def _listen(self, namespace: str, address: str, port: int) -> socket.socket:
        return self._privileged.listen_in(namespace, address, port)

    def purge(self) -> None:
        """Goes by our names and by the journal, not by what we know: also half-made things go."""
        with self._lock:
            # links first: those whose other end is in a namespace would go at leisure after it
            for name in self._privileged.links():
                if self._names.is_our_link(name):
                    self._privileged.remove_link(name)
            for namespace in self._privileged.namespaces():
                if self._names.network_of(namespace) or self._names.router_of(namespace):
                    self._privileged.remove_namespace(namespace)
            for family, table in self._privileged.tables():
                if self._names.is_our_table(table):
                    self._privileged.remove_table(family, table)
            self._dhcp.forget_all_files()
            self._privileged.undo_all()

    def close(self) -> None:
        """Nothing to close: the data plane goes on."""

    def _observe_networks(self, links: dict[str, Link], namespaces: set[str]) -> dict[str, str]:
        found = {network: "" for name in namespaces if (network := self._names.network_of(name))}
        for link in links.values():
            label = Label.parse(link.alias)
            if label is None or not self._names.is_our_link(link.name):
                continue
            if label.kind in ("dhcp", "host"):
                found.setdefault(label.owner, "")
            elif label.kind == "network" and label.digest != IMPLICIT:
                found[label.owner] = self._network_digest(link, label, links, namespaces)
            elif label.kind == "network" and not self._segments.in_use(link.name):
                found[label.owner] = ""
        return found

    def _network_digest(self, link: Link, label: Label, links: dict[str, Link], namespaces: set[str]) -> str:
        has_dhcp = self._dhcp.is_alive(label.owner, link.name, links, namespaces)
        if not link.up or label.digest == HALF_MADE or ("d" in label.flags) != has_dhcp:
            return ""
        if "h" in label.flags and not self._external.is_alive(label.owner, link.name, links):
            return ""
        if "u" in label.flags and not self._external.has_uplink(label.owner, self._privileged.tables()):
            return ""
        return label.digest

    def _alias(self, link: str) -> str | None:
        there = self._privileged.link(link)
        return there.alias if there is not None else None

    def _pass_through_host(self, links: dict[str, Link] | None = None) -> None:
        """A host that forwards nothing by default (Docker, firewalld) drops what bridges carry as well."""
        reloads = self._filters.reloads()
        if reloads == self._passed_at:
            return
        ours, legs = f'"{self._names.bridges}*"', f'"{self._names.legs}*"'
        matches = [f"iifname {ours} oifname {ours}"]
        labels = (Label.parse(link.alias) for link in (links or self._privileged.links()).values())
        if any(label and "u" in label.flags for label in labels):
            matches += [f"iifname {legs}", f"oifname {legs}"]
        self._accept(matches)
        self._passed_at = self._filters.reloads()

    def _accept(self, matches: list[str]) -> None:
        for chain in self._privileged.chains():
            is_closed = chain.get("hook") == "forward" and chain.get("policy") == "drop"
            if is_closed and chain["family"] in ("ip", "inet"):
                where = chain["family"], chain["table"], chain["name"]
                for match in matches:
                    self._privileged.accept_forwarding(*where, match, self._names.comment)


def _flags(spec: NetworkSpec) -> str:
    flags = ("d" if served(spec) else "", "h" if spec.host_address else "", "u" if spec.uplink else "")
    return "".join(flags) or "-"
