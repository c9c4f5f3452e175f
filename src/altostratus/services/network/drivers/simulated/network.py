"""A network driver over a world in memory: no root, no kernel, faults on demand."""

import socket
from ipaddress import IPv4Network

from altostratus.kernel.testing.faults import Faults
from altostratus.services.network.driver import (
    Capabilities,
    DriverError,
    Impossible,
    NetworkSpec,
    PortSpec,
    RouterSpec,
    Seen,
    Spec,
)
from altostratus.services.network.drivers.limits import MAX_MTU, refuse_impossible
from altostratus.services.network.drivers.simulated.world import Kind, SimulatedWorld


class SimulatedNetwork:
    """NetworkDriver over a SimulatedWorld. Any call but `bridge`, `capabilities` and `close` may go wrong."""

    def __init__(self, world: SimulatedWorld | None = None, faults: Faults | None = None) -> None:
        self.world = world or SimulatedWorld()
        self.faults = faults or Faults(DriverError)

    def capabilities(self) -> Capabilities:
        return Capabilities(name="simulated", max_mtu=MAX_MTU)

    def bridge(self, network_id: str) -> str:
        return f"sim-{network_id[:11]}"

    def observe(self) -> Seen:
        return self.faults.call("observe", self.world.seen)

    def host_networks(self) -> list[IPv4Network]:
        return self.faults.call("host_networks", lambda: list(self.world.host_networks))

    def ensure_network(self, spec: NetworkSpec) -> None:
        self._ensure("network", spec)

    def remove_network(self, network_id: str) -> None:
        self._remove("network", network_id)

    def ensure_router(self, spec: RouterSpec) -> None:
        self._ensure("router", spec)

    def remove_router(self, router_id: str) -> None:
        self._remove("router", router_id)

    def ensure_port(self, spec: PortSpec) -> None:
        self._ensure("port", spec)

    def remove_port(self, port_id: str) -> None:
        self._remove("port", port_id)

    def listen_metadata(self, network_id: str | None = None, router_id: str | None = None) -> socket.socket:
        return self.faults.call("listen_metadata", lambda: self._listen(network_id, router_id))

    def purge(self) -> None:
        self.faults.call("purge", self.world.reboot)

    def close(self) -> None:
        self.faults.abandon()

    def leftovers(self) -> list[str]:
        """What is still on the host, for tests that demand a clean slate."""
        return self.world.leftovers()

    def _ensure(self, kind: Kind, spec: Spec) -> None:
        refuse_impossible(spec)
        self.faults.call(f"ensure_{kind}", lambda: self.world.put(kind, spec))

    def _remove(self, kind: Kind, thing: str) -> None:
        self.faults.call(f"remove_{kind}", lambda: self.world.drop(kind, thing))

    def _listen(self, network_id: str | None, router_id: str | None) -> socket.socket:
        if (network_id is None) == (router_id is None):
            raise Impossible("metadata is listened for on a network or on a router, one of them")
        seen = self.world.seen()
        if network_id not in seen.networks and router_id not in seen.routers:
            raise DriverError("there is no such network or router on this host yet")
        return self.world.listen(network_id, router_id)
