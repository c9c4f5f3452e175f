"""Links, addresses and routes of the calling thread's network namespace, over pyroute2. Decides nothing."""

import errno
import fcntl
import socket
import struct
from array import array
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from altostratus.services.network.drivers.linux.privileged import Link, Route, Veth

RT_TABLE_MAIN, RTN_UNICAST, RTPROT_KERNEL, RTPROT_STATIC = 254, 1, 2, 4
SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17
SYS = Path("/proc/sys")


def write_sysctl(key: str, value: str) -> None:
    """Of the namespace of the calling thread; `key` is a path under /proc/sys."""
    (SYS / key).write_text(value)


def without_ipv6(link: str) -> None:
    path = SYS / "net/ipv6/conf" / link / "disable_ipv6"
    if path.exists():  # a kernel may have no IPv6 at all
        path.write_text("1")


def links() -> dict[str, Link]:
    with IPRoute() as ip:
        found = list(ip.get_links())
    names = {link["index"]: link.get("ifname") for link in found}
    return {link.get("ifname"): _link(link, names) for link in found}


def link(name: str) -> Link | None:
    """One link, without a dump of them all."""
    try:
        with IPRoute() as ip:
            (found,) = ip.link("get", ifname=name)
    except NetlinkError as error:
        if error.code != errno.ENODEV:
            raise
        return None
    master = found.get("master")
    return _link(found, {master: socket.if_indextoname(master)} if master else {})


def existing(name: str) -> Link:
    found = link(name)
    if found is None:
        raise OSError(errno.ENODEV, "no such link", name)
    return found


def _link(link: Any, names: dict[int, str]) -> Link:
    return Link(
        name=link.get("ifname"),
        index=link["index"],
        kind=link.get(("linkinfo", "kind")) or "",
        mac=link.get("address") or "",
        mtu=link.get("mtu") or 0,
        up=bool(link["flags"] & 1),
        master=names.get(link.get("master")),
        alias=link.get("ifalias") or "",
    )


def index(link: str) -> int:
    try:
        return socket.if_nametoindex(link)
    except OSError:  # which has no errno before Python 3.12
        raise OSError(errno.ENODEV, "no such link", link) from None


def delete_link(name: str) -> None:
    """Success when it is absent."""
    try:
        with IPRoute() as ip:
            ip.link("del", index=index(name))
    except OSError as error:
        if error.errno != errno.ENODEV:
            raise
    except NetlinkError as error:
        if error.code != errno.ENODEV:
            raise


def ensure_peer(veth: Veth) -> None:
    peer = existing(veth.peer)
    if veth.whole:
        _without_checksum_offload(veth.peer)
    mac = veth.mac or peer.mac
    if (peer.mtu, peer.mac, peer.up) == (veth.mtu, mac, True):
        return
    without_ipv6(veth.peer)
    with IPRoute() as ip:
        ip.link("set", index=peer.index, address=mac, mtu=veth.mtu)
        ip.link("set", index=peer.index, state="up")


def _without_checksum_offload(link: str) -> None:
    """As `ethtool -K LINK tx off` (linux/ethtool.h)."""
    value = array("I", [ETHTOOL_STXCSUM, 0])
    request = struct.pack("16sP", link.encode(), value.buffer_info()[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCETHTOOL, request)


def ensure_addresses(link: str, wanted: list[IPv4Interface]) -> set[IPv4Address]:
    number = index(link)
    with IPRoute() as ip:
        before = _addresses(ip, number)
        for address in before - set(wanted):
            _forget_address(ip, number, address)
        # read again: secondary addresses may have gone with their primary one
        there = _addresses(ip, number) if before - set(wanted) else before
        for address in wanted:
            if address not in there:
                ip.addr("add", index=number, address=str(address.ip), prefixlen=address.network.prefixlen)
    return {address.ip for address in wanted if address not in before}


def _addresses(ip: Any, number: int) -> set[IPv4Interface]:
    # filtered here: the kernel ignores the index in a dump of addresses
    found = [entry for entry in ip.get_addr(family=socket.AF_INET) if entry["index"] == number]
    return {IPv4Interface(f"{entry.get('local') or entry.get('address')}/{entry['prefixlen']}") for entry in found}


def _forget_address(ip: Any, number: int, address: IPv4Interface) -> None:
    try:
        ip.addr("del", index=number, address=str(address.ip), prefixlen=address.network.prefixlen)
    except NetlinkError as error:
        if error.code != errno.EADDRNOTAVAIL:  # a secondary one went with its primary
            raise


def routes() -> list[tuple[Route, int]]:
    """Unicast routes of the main table, each with the protocol that put it there."""
    names = {link.index: link.name for link in links().values()}
    with IPRoute() as ip:
        found = list(ip.get_routes(family=socket.AF_INET))
    return [
        (_route(entry, names), entry["proto"])
        for entry in found
        if entry["type"] == RTN_UNICAST and (entry.get("table") or entry["table"]) == RT_TABLE_MAIN
    ]


def _route(entry: Any, names: dict[int, str]) -> Route:
    gateway = entry.get("gateway")
    target = IPv4Network((entry.get("dst") or 0, entry["dst_len"]))
    return Route(target, IPv4Address(gateway) if gateway else None, names.get(entry.get("oif")))


def ensure_routes(wanted: set[Route]) -> None:
    plain = {(route.target, route.gateway): route for route in wanted}
    there = {(route.target, route.gateway): route for route, proto in routes() if proto != RTPROT_KERNEL}
    with IPRoute() as ip:
        for key in there.keys() - plain.keys():
            ip.route("del", **_route_arguments(there[key]))
        for key in plain.keys() - there.keys():
            ip.route("add", proto=RTPROT_STATIC, **_route_arguments(plain[key]))


def _route_arguments(route: Route) -> dict[str, object]:
    arguments: dict[str, object] = {"dst": str(route.target), "table": RT_TABLE_MAIN}
    if route.gateway is not None:
        arguments["gateway"] = str(route.gateway)
    if route.link is not None:
        arguments["oif"] = index(route.link)
    return arguments


def announce(link: str, addresses: Iterable[IPv4Address]) -> None:
    """RFC 5227 section 2.3: a broadcast ARP request for the own address."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((link, 0))
        mac = wire.getsockname()[4]
        for address in addresses:
            ethernet = b"\xff" * 6 + mac + struct.pack("!H", 0x0806)
            request = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1)
            wire.send(ethernet + request + mac + address.packed + b"\0" * 6 + address.packed)
