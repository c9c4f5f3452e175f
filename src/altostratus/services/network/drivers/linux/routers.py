"""Routers: a namespace each, legs by veth, translation by one nftables table that is replaced as a whole."""

from ipaddress import IPv4Interface

from altostratus.services.network.driver import RouterGateway, RouterInterface, RouterSpec, digest
from altostratus.services.network.drivers.linux import translation
from altostratus.services.network.drivers.linux.names import Label, Names, short
from altostratus.services.network.drivers.linux.privileged import Link, Privileged, Route, Veth
from altostratus.services.network.drivers.linux.segments import Segments
from altostratus.services.network.drivers.linux.translation import ANY_NETWORK, RouterMark

SYSCTLS = {
    "net/ipv4/conf/all/rp_filter": "0",
    "net/ipv4/conf/default/rp_filter": "0",
    "net/ipv4/conf/default/promote_secondaries": "1",
    "net/ipv4/conf/all/accept_redirects": "0",
    "net/ipv4/conf/all/send_redirects": "0",
    "net/ipv4/conf/default/send_redirects": "0",
    "net/ipv4/conf/default/arp_notify": "1",
}


def inner_name(leg: RouterInterface | RouterGateway) -> str:
    """The leg's name inside the namespace; rules tell the two kinds apart by it."""
    return ("ex-" if isinstance(leg, RouterGateway) else "in-") + short(leg.port_id)


def leg_addresses(spec: RouterSpec, leg: RouterInterface | RouterGateway) -> list[IPv4Interface]:
    """Its own; a gateway also answers for the floating ones."""
    floating = [fip.floating for fip in spec.floating] if isinstance(leg, RouterGateway) else []
    own = {address.ip for address in leg.addresses}
    return [*leg.addresses, *(IPv4Interface(address) for address in floating if address not in own)]


def routes(spec: RouterSpec) -> list[Route]:
    found = [Route(target, gateway) for target, gateway in spec.routes]
    if spec.gateway is not None and spec.gateway.nexthop is not None:
        found.append(Route(ANY_NETWORK, spec.gateway.nexthop))
    return found


class Routers:
    """The routers of one instance."""

    def __init__(self, names: Names, privileged: Privileged, segments: Segments) -> None:
        self._names = names
        self._privileged = privileged
        self._segments = segments
        self._marks: dict[str, tuple[int, RouterMark | None]] = {}  # by namespace, with its generation

    def ensure(self, spec: RouterSpec) -> None:
        namespace = self._names.router_namespace(spec.id)
        self._marks.pop(namespace, None)
        legs = spec.legs
        bridges = {leg.network_id: self._segments.ensure(leg.network_id, leg.mtu) for leg in legs}
        forward = "1" if spec.up else "0"
        self._privileged.ensure_namespace(namespace, {"net/ipv4/ip_forward": forward, **SYSCTLS})
        # rules come before any address can be reached; the mark comes when all is made
        self._privileged.apply_rules(translation.render(spec, RouterMark("?", len(legs))), namespace)
        self._remove_other_legs(spec, namespace)
        for leg in legs:
            self._ensure_leg(spec, leg, bridges[leg.network_id], namespace)
        self._privileged.ensure_routes(routes(spec), namespace)
        self._cut_refused(spec, namespace)
        self._privileged.apply_rules(translation.render(spec, RouterMark(digest(spec), len(legs))), namespace)

    def remove(self, router_id: str) -> None:
        bridges = set()
        for link in self._legs_of(router_id):
            bridges.add(link.master)
            self._privileged.remove_link(link.name)
        self._privileged.remove_namespace(self._names.router_namespace(router_id))
        for bridge in bridges - {None}:
            self._segments.release(str(bridge))

    def observe(self, links: dict[str, Link], namespaces: set[str]) -> dict[str, str]:
        """Router id to digest; also of those of which only a leg is left."""
        legs: dict[str, list[Link]] = {}
        for link in links.values():
            label = Label.parse(link.alias)
            if label and label.kind == "router" and link.name.startswith(self._names.legs):
                legs.setdefault(label.owner, []).append(link)
        found = dict.fromkeys(legs, "")
        for namespace in namespaces:
            router = self._names.router_of(namespace)
            if router is not None:
                found[router] = self._digest(namespace, legs.get(router, []))
        return found

    def _digest(self, namespace: str, legs: list[Link]) -> str:
        mark = self._mark(namespace)
        if mark is None or mark.digest == "?" or mark.legs != len(legs):
            return ""
        # `digest` in a leg's label is the bridge it belongs to
        plugged = all(leg.up and leg.master and f" {leg.master} " in leg.alias for leg in legs)
        return mark.digest if plugged else ""

    def _mark(self, namespace: str) -> RouterMark | None:
        generation = self._privileged.generation(namespace)
        known = self._marks.get(namespace)
        if known is None or known[0] != generation:
            known = generation, translation.read(self._privileged.rules("ip", translation.TABLE, namespace))
            self._marks[namespace] = known
        return known[1]

    def _legs_of(self, router_id: str) -> list[Link]:
        ours = [link for link in self._privileged.links().values() if link.name.startswith(self._names.legs)]
        labels = ((link, Label.parse(link.alias)) for link in ours)
        return [link for link, label in labels if label and (label.kind, label.owner) == ("router", router_id)]

    def _remove_other_legs(self, spec: RouterSpec, namespace: str) -> None:
        wanted = {self._names.leg("router", leg.port_id) for leg in spec.legs}
        for link in self._legs_of(spec.id):
            if link.name not in wanted:
                self._privileged.remove_link(link.name)
                if link.master is not None:
                    self._segments.release(link.master)
        inner = {inner_name(leg) for leg in spec.legs}
        for name in self._privileged.links(namespace):
            if name.startswith(("in-", "ex-")) and name not in inner:
                self._privileged.remove_link(name, namespace)

    def _ensure_leg(self, spec: RouterSpec, leg: RouterInterface | RouterGateway, bridge: str, namespace: str) -> None:
        inner = inner_name(leg)
        alias = str(Label("router", spec.id, bridge))
        name = self._names.leg("router", leg.port_id)
        before = self._privileged.link(name)
        self._privileged.ensure_veth(Veth(name, bridge, inner, namespace, leg.mac, leg.mtu, alias))
        if before is not None and before.master not in (None, bridge):
            self._segments.release(str(before.master))
        fresh = self._privileged.ensure_addresses(inner, leg_addresses(spec, leg), namespace)
        if fresh:
            self._privileged.announce(inner, fresh, namespace)

    def _cut_refused(self, spec: RouterSpec, namespace: str) -> None:
        found = self._privileged.connections(None, namespace)
        refused = [connection for connection in found if not translation.still_translated(spec, connection)]
        if refused:
            self._privileged.cut(refused, namespace)
