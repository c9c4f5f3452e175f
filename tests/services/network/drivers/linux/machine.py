"""A network namespace that stands in for a machine, and what a guest would do from inside it."""

import contextlib
import os
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TypeVar

from altostratus.services.network.drivers.linux import namespaces
from altostratus.services.network.drivers.linux.privileged import Route, Veth
from altostratus.services.network.drivers.linux.root import Root

T = TypeVar("T")
ARP, IP = 0x0806, 0x0800
BROADCAST = b"\xff" * 6


class Machine:
    """Plugged into a bridge by a veth whose host end has the name of the tap."""

    def __init__(self, root: Root, name: str, tap: str, mac: str) -> None:
        self.root, self.name, self.tap, self.mac = root, name, tap, mac

    def plug(self, bridge: str | None, mtu: int = 1450) -> None:
        self.root.ensure_namespace(self.name, {"net/ipv4/conf/all/rp_filter": "0"})
        self.root.ensure_veth(Veth(self.tap, bridge, "eth0", self.name, self.mac, mtu))

    def unplug(self) -> None:
        self.root.remove_link(self.tap)
        self.root.remove_namespace(self.name)

    def configure(self, *addresses: str, gateway: str | None = None, metadata: str | None = None) -> None:
        """Addresses and routes, as a DHCP client would set them."""
        self.root.ensure_addresses("eth0", [IPv4Interface(address) for address in addresses], self.name)
        routes = []
        if metadata is not None:
            routes.append(Route(IPv4Network("169.254.169.254/32"), IPv4Address(metadata)))
        if gateway is not None:
            routes.append(Route(IPv4Network("0.0.0.0/0"), IPv4Address(gateway)))
        self.root.ensure_routes(routes, self.name)

    def inside(self, act: Callable[[], T]) -> T:
        return namespaces.inside(self.name, act)

    def pings(self, target: str, source: str | None = None, seconds: float = 1) -> bool:
        command = ["ping", "-c1", f"-W{seconds}", *(["-I", source] if source else []), target]
        return self.inside(lambda: subprocess.run(command, capture_output=True, check=False)).returncode == 0

    def connect(self, target: str, port: int, seconds: float = 1) -> socket.socket:
        return self.inside(lambda: socket.create_connection((target, port), timeout=seconds))

    def reaches(self, target: str, port: int, seconds: float = 0.7) -> bool:
        """A TCP connection is accepted there; False when nothing comes back or it is refused."""
        try:
            self.connect(target, port, seconds).close()
        except OSError:
            return False
        return True

    def send_frame(self, frame: bytes) -> None:
        def send() -> None:
            with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
                wire.bind(("eth0", 0))
                wire.send(frame)

        self.inside(send)

    def sniff(self, ethertype: int = 0x0003) -> "Sniffer":
        def listen() -> socket.socket:
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ethertype))
            wire.bind(("eth0", ethertype))
            return wire

        return Sniffer(self.inside(listen))

    def asks_name(self, server: str, name: str, seconds: float = 1) -> bytes:
        """The answer to a DNS question for an IPv4 address (RFC 1035); b'' when there is none."""
        labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
        question = struct.pack("!6H", 77, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", 1, 1)

        def ask() -> bytes:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(seconds)
                client.sendto(question, (server, 53))
                try:
                    return client.recv(500)
                except TimeoutError:
                    return b""

        return self.inside(ask)

    def ask_dhcp(self) -> "Offer | None":
        """One DISCOVER; the offer, or None within a second."""
        transaction = os.urandom(4)

        def ask() -> bytes | None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
                client.bind(("", 68))
                client.settimeout(1)
                client.sendto(_discover(transaction, self.mac), ("255.255.255.255", 67))
                try:
                    return client.recv(2000)
                except TimeoutError:
                    return None

        answer = self.inside(ask)
        return None if answer is None else _offer(answer)


class Sniffer:
    """Frames that arrive at a machine."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire

    def __enter__(self) -> "Sniffer":
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def udp_from(self, port: int, seconds: float = 1) -> bytes:
        """The first IP packet with a UDP datagram from that port."""
        self._wire.settimeout(seconds)
        while True:
            packet = self._wire.recv(2000)[14:]
            if packet[9:10] == b"\x11" and packet[20:22] == struct.pack("!H", port):
                return packet

    def saw(self, content: bytes, seconds: float = 0.4) -> bool:
        """A frame with this in it arrives within the time."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._wire.settimeout(left)
            with contextlib.suppress(TimeoutError):
                if content in self._wire.recv(2000):
                    return True
        return False


class EchoServer:
    """TCP on every address of a machine (or the host); answers each line with the peer it sees."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, peer = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection, peer[0]), daemon=True).start()

    @staticmethod
    def _answer(connection: socket.socket, peer: str) -> None:
        with connection, contextlib.suppress(OSError):
            while connection.recv(100):
                connection.sendall(peer.encode() + b"\n")

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextlib.contextmanager
def serving(*listeners: socket.socket) -> Iterator[None]:
    servers = [EchoServer(listener) for listener in listeners]
    try:
        yield
    finally:
        for server in servers:
            server.close()


def echo(connection: socket.socket, seconds: float = 1) -> str | None:
    """What the other side says it sees as our address; None when the connection is dead."""
    connection.settimeout(seconds)
    try:
        connection.sendall(b"?")
        return connection.recv(100).decode().strip() or None
    except OSError:
        return None


def listen(machine: Machine, port: int) -> socket.socket:
    return machine.inside(lambda: socket.create_server(("", port)))


@dataclass(frozen=True)
class Offer:
    address: str
    options: dict[int, bytes]


def _discover(transaction: bytes, mac: str) -> bytes:
    """RFC 2131; asks for mask, router, DNS, name, MTU, classless routes; answers by broadcast, please."""
    head = struct.pack("!BBBB4sHH", 1, 1, 6, 0, transaction, 0, 0x8000) + bytes(16)
    body = hardware(mac) + bytes(10 + 64 + 128) + b"\x63\x82\x53\x63"
    return head + body + bytes([53, 1, 1, 55, 6, 1, 3, 6, 12, 26, 121, 255])


def _offer(packet: bytes) -> Offer:
    options, at = {}, 240
    while packet[at] != 255:
        length = packet[at + 1]
        options[packet[at]] = packet[at + 2 : at + 2 + length]
        at += 2 + length
    return Offer(str(IPv4Address(packet[16:20])), options)


def hardware(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def arp_request(mac: str, sender: str, target: str, source: str | None = None) -> bytes:
    """An Ethernet frame; `source` is the frame's own MAC where it differs from ARP's."""
    ethernet = BROADCAST + hardware(source or mac) + struct.pack("!H", ARP)
    fixed = struct.pack("!HHBBH", 1, IP, 6, 4, 1)
    addresses = IPv4Address(sender).packed, bytes(6), IPv4Address(target).packed
    return ethernet + fixed + hardware(mac) + b"".join(addresses)


def udp(mac: str, source: str, target: str, sport: int, dport: int, data: bytes) -> bytes:
    """A broadcast Ethernet frame with a UDP datagram (no UDP checksum, RFC 768)."""
    payload = struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data
    addresses = IPv4Address(source).packed + IPv4Address(target).packed
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, 17, 0) + addresses
    total = sum(struct.unpack("!10H", header))
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    header = header[:10] + struct.pack("!H", checksum) + header[12:]
    return BROADCAST + hardware(mac) + struct.pack("!H", IP) + header + payload


def has_whole_checksum(packet: bytes) -> bool:
    """Of the UDP datagram in an IP packet without options (RFC 768)."""
    length = struct.unpack_from("!H", packet, 24)[0]
    summed = packet[12:20] + struct.pack("!HH", 17, length) + packet[20 : 20 + length] + bytes(length % 2)
    total = sum(word for (word,) in struct.iter_unpack("!H", summed))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return packet[26:28] == b"\0\0" or total == 0xFFFF
