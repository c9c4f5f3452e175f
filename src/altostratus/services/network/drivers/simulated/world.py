"""A host in memory for the simulated network driver: what is on it, what was damaged, who listens.

It outlives any driver, as a real data plane does: a test kills the control plane by dropping the driver and
makes a new one over the same world. Never filters nor carries packets; only the metadata listeners are real.
"""

import socket
import threading
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Literal

from altostratus.services.network.driver import (
    NetworkSpec,
    PortSpec,
    RouterSpec,
    Seen,
    Spec,
    digest,
)

Kind = Literal["network", "router", "port"]


class SimulatedWorld:
    """A host's data plane. Everything public but `put`, `drop`, `seen` and `listen` is for tests."""

    def __init__(self, host_networks: tuple[IPv4Network, ...] = ()) -> None:
        self.host_networks = list(host_networks)
        self.networks: dict[str, NetworkSpec] = {}
        self.routers: dict[str, RouterSpec] = {}
        self.ports: dict[str, PortSpec] = {}
        self._digests: dict[Kind, dict[str, str]] = {"network": {}, "router": {}, "port": {}}
        self._listeners: dict[tuple[str | None, str | None], tuple[str, int]] = {}
        self._callers: dict[int, str] = {}
        self._lock = threading.RLock()

    def put(self, kind: Kind, spec: Spec) -> None:
        """The thing is exactly as its spec says."""
        with self._lock:
            self._specs(kind)[spec.id] = spec
            self._digests[kind][spec.id] = digest(spec)

    def drop(self, kind: Kind, thing: str) -> None:
        with self._lock:
            self._specs(kind).pop(thing, None)
            self._digests[kind].pop(thing, None)

    def seen(self) -> Seen:
        with self._lock:
            kinds = self._digests
            return Seen(dict(kinds["network"]), dict(kinds["router"]), dict(kinds["port"]))

    def bridges(self) -> set[str]:
        """Network ids that have a segment: those made, and those that a router or a port needs."""
        legs = {leg.network_id for router in self.routers.values() for leg in router.legs}
        return set(self.networks) | legs | {port.network_id for port in self.ports.values()}

    def leftovers(self) -> list[str]:
        """Everything that is on the host, as 'kind id'; empty on a clean slate."""
        with self._lock:
            seen = self.seen()
            kinds = (("network", seen.networks), ("router", seen.routers), ("port", seen.ports))
            things = [f"{kind} {thing}" for kind, made in kinds for thing in made]
            return sorted(things + [f"bridge {network}" for network in self.bridges()])

    def reboot(self) -> None:
        """The kernel's state is gone, as after a reboot of the host."""
        with self._lock:
            for things in (self.networks, self.routers, self.ports, *self._digests.values(), self._listeners):
                things.clear()  # type: ignore[attr-defined]

    def remove_bridge(self, network_id: str) -> None:
        """Someone deletes the bridge: all that is plugged into it falls off."""
        with self._lock:
            self._damage("network", network_id)
            for router in self.routers.values():
                if network_id in {leg.network_id for leg in router.legs}:
                    self._damage("router", router.id)
            for port in self.ports.values():
                if port.network_id == network_id:
                    self._damage("port", port.id)

    def kill_dhcp(self, network_id: str) -> None:
        """The DHCP server dies. Nothing when the network has none."""
        with self._lock:
            spec = self.networks.get(network_id)
            if spec and any(subnet.dhcp for subnet in spec.subnets):
                self._damage("network", network_id)

    def remove_router_namespace(self, router_id: str) -> None:
        with self._lock:
            self._damage("router", router_id)

    def flush_filter(self, port_id: str) -> None:
        with self._lock:
            self._damage("port", port_id)

    def _damage(self, kind: Kind, thing: str) -> None:
        if thing in self._digests[kind]:
            self._digests[kind][thing] = ""

    def _specs(self, kind: Kind) -> dict[str, Any]:
        specs: dict[Kind, dict[str, Any]]
        specs = {"network": self.networks, "router": self.routers, "port": self.ports}
        return specs[kind]

    def dial_metadata(
        self, source: IPv4Address, network_id: str | None = None, router_id: str | None = None
    ) -> socket.socket:
        """Connect as the guest with fixed address `source`; ConnectionRefusedError when nobody listens."""
        with self._lock:
            address = self._listeners.get((network_id, router_id))
            if address is None:
                raise ConnectionRefusedError("nobody listens for metadata there")
            client = socket.socket()
            client.bind(("127.0.0.1", 0))
            self._callers[client.getsockname()[1]] = str(source)
        client.settimeout(10)
        client.connect(address)
        return client

    def listen(self, network_id: str | None, router_id: str | None) -> socket.socket:
        """A real listener on loopback, found by `dial_metadata`."""
        listener = _Listener(self._callers)
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        with self._lock:
            self._listeners[(network_id, router_id)] = listener.getsockname()
        return listener


class _Connection(socket.socket):
    """A connection whose peer is the guest it stands for."""

    peer: tuple[str, int] = ("127.0.0.1", 0)

    def getpeername(self) -> tuple[str, int]:
        return self.peer


class _Listener(socket.socket):
    """A loopback listener that shows each caller under the fixed address it dialled with."""

    def __init__(self, callers: dict[int, str]) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self._callers = callers

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        accepted, (host, port) = super().accept()
        connection = _Connection(fileno=accepted.detach())
        connection.peer = (self._callers.pop(port, host), port)
        connection.settimeout(socket.getdefaulttimeout())
        return connection, connection.peer
