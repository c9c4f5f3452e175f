"""Raw nfnetlink: the generation of the nftables ruleset, and connection tracking entries to read and delete.

Written over a socket, since pyroute2 takes a second for some thousands of entries and cannot delete those of
every protocol. Works in the network namespace of the calling thread. Formats: linux/netfilter/nfnetlink.h,
nfnetlink_conntrack.h, nf_tables.h. Only IPv4.
"""

import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

NETLINK_NETFILTER = 12
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
CT_GET, CT_DELETE, NFT_GETGEN = 0x101, 0x102, 0xA10
CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, CTA_ID, CTA_ZONE = 1, 2, 12, 18
NLA_TYPE = 0x3FFF


@dataclass(frozen=True, slots=True)
class Flow:
    """One direction of a connection. For ICMP `sport` is the type and `dport` the code."""

    source: IPv4Address
    target: IPv4Address
    protocol: int
    sport: int = 0
    dport: int = 0


@dataclass(frozen=True, slots=True)
class Connection:
    """A tracked connection: its first direction, what answers look like, and the key to delete it by."""

    original: Flow
    reply: Flow
    zone: int = 0
    key: bytes = b""


def generation() -> int:
    """A number that changes whenever anyone changes this namespace's nftables ruleset."""
    for message in _ask(NFT_GETGEN, 0, b""):
        return int(struct.unpack("!I", dict(_attributes(message[4:]))[1])[0])
    raise OSError("the kernel gave no nftables generation")


def connections(zone: int | None = None) -> list[Connection]:
    """Every IPv4 connection, or those of one zone (kernels before 6.8 send all, and we choose)."""
    wanted = b"" if zone is None else _attribute(CTA_ZONE, struct.pack("!H", zone))
    parsed = (_connection(message[4:]) for message in _ask(CT_GET, NLM_F_DUMP, wanted))
    return [connection for connection in parsed if zone is None or connection.zone == zone]


def cut(connection: Connection) -> None:
    """Forget a connection; success when it has gone already."""
    try:
        list(_ask(CT_DELETE, NLM_F_ACK, connection.key))
    except FileNotFoundError:
        return


def _ask(kind: int, flags: int, body: bytes) -> Iterator[bytes]:
    payload = struct.pack("BBH", socket.AF_INET, 0, 0) + body
    header = struct.pack("IHHII", 16 + len(payload), kind, NLM_F_REQUEST | flags, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as netlink:
        netlink.settimeout(10)
        netlink.bind((0, 0))
        netlink.send(header + payload)
        more = True
        while more:
            for message_kind, message in _messages(netlink.recv(1 << 18)):
                if message_kind == NLMSG_ERROR:
                    _raise(message)
                if message_kind in (NLMSG_ERROR, NLMSG_DONE):
                    return
                yield message
                more = bool(flags & (NLM_F_DUMP | NLM_F_ACK))


def _raise(message: bytes) -> None:
    (code,) = struct.unpack_from("i", message)
    if code:
        raise OSError(-code, os.strerror(-code))


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= 16:
        length, kind = struct.unpack_from("IH", data)
        yield kind, data[16:length]
        data = data[(length + 3) & ~3 :]


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + 4 <= len(data):
        length, kind = struct.unpack_from("HH", data, offset)
        yield kind & NLA_TYPE, data[offset + 4 : offset + length]
        offset += (max(length, 4) + 3) & ~3


def _attribute(kind: int, value: bytes, nested: bool = False) -> bytes:
    padding = b"\0" * (-len(value) % 4)
    return struct.pack("HH", 4 + len(value), kind | (0x8000 if nested else 0)) + value + padding


def _connection(data: bytes) -> Connection:
    found = dict(_attributes(data))
    zone = found.get(CTA_ZONE, b"\0\0")
    key = _attribute(CTA_TUPLE_ORIG, found[CTA_TUPLE_ORIG], nested=True) + _attribute(CTA_ZONE, zone)
    if CTA_ID in found:
        key += _attribute(CTA_ID, found[CTA_ID])
    original, reply = _flow(found[CTA_TUPLE_ORIG]), _flow(found[CTA_TUPLE_REPLY])
    return Connection(original, reply, struct.unpack("!H", zone)[0], key)


def _flow(data: bytes) -> Flow:
    found = dict(_attributes(data))
    address, protocol = dict(_attributes(found[1])), dict(_attributes(found[2]))
    if 5 in protocol:  # CTA_PROTO_ICMP_TYPE and _CODE
        sport, dport = protocol[5][0], protocol[6][0]
    else:
        sport, dport = (struct.unpack("!H", protocol.get(which, b"\0\0"))[0] for which in (2, 3))
    return Flow(IPv4Address(address[1]), IPv4Address(address[2]), protocol[1][0], sport, dport)
