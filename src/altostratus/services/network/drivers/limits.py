"""What no driver of ours can make, refused the same way by all of them. Knows no host."""

import re

from altostratus.services.network.driver import (
    Impossible,
    NetworkSpec,
    PortSpec,
    RouterGateway,
    RouterInterface,
    RouterSpec,
    Spec,
    SubnetSpec,
)

MIN_MTU = 68  # RFC 791: every internet module must forward 68 octets
MAX_MTU = 65535
LINK_NAME = re.compile(r"[A-Za-z0-9_.-]{1,15}")  # IFNAMSIZ is 16 with the final zero
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
HOSTNAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.(?!-)[A-Za-z0-9-]{1,63}){0,8}")  # RFC 1123, 2.1
ID = re.compile(r"[0-9A-Za-z-]{1,64}")


def refuse_impossible(spec: Spec) -> None:
    """Raises Impossible when no second try could ever succeed; the message says what to change."""
    _refuse_id("id", spec.id)
    match spec:
        case NetworkSpec():
            _refuse_mtu(spec.mtu)
            if spec.dhcp_mac is not None:
                _refuse_mac(spec.dhcp_mac)
            for subnet in spec.subnets:
                _refuse_subnet(subnet)
        case RouterSpec():
            for leg in spec.legs:
                _refuse_leg(leg)
        case PortSpec():
            _refuse_port(spec)


def _refuse_subnet(subnet: SubnetSpec) -> None:
    _refuse_id("subnet", subnet.id)
    for host in subnet.hosts:
        _refuse_mac(host.mac)
        if not HOSTNAME.fullmatch(host.hostname):
            raise Impossible(f"host name {host.hostname!r} must be letters, digits, dots and dashes (RFC 1123)")


def _refuse_leg(leg: RouterInterface | RouterGateway) -> None:
    _refuse_id("network", leg.network_id)
    _refuse_mtu(leg.mtu)
    _refuse_mac(leg.mac)


def _refuse_port(spec: PortSpec) -> None:
    _refuse_id("network", spec.network_id)
    if not LINK_NAME.fullmatch(spec.tap) or spec.tap in (".", ".."):
        raise Impossible(f"tap name {spec.tap!r} must be 1 to 15 of letters, digits, '.', '-' and '_'")
    for mac in (spec.mac, *(mac for mac, _ in spec.allowed if mac is not None)):
        _refuse_mac(mac)


def _refuse_id(what: str, value: str) -> None:
    if not ID.fullmatch(value):
        raise Impossible(f"{what} {value!r} must be 1 to 64 letters, digits or dashes")


def _refuse_mtu(mtu: int) -> None:
    if not MIN_MTU <= mtu <= MAX_MTU:
        raise Impossible(f"MTU {mtu} must be between {MIN_MTU} and {MAX_MTU} bytes")


def _refuse_mac(mac: str) -> None:
    if not MAC.fullmatch(mac.lower()):
        raise Impossible(f"{mac!r} is not an Ethernet address like 02:00:00:00:00:01")
    if int(mac[:2], 16) & 1:
        raise Impossible(f"{mac} is a multicast address; an interface needs a unicast one")
