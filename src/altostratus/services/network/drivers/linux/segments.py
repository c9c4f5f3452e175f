"""Segments: one Linux bridge a network, there for as long as a network, a router or a port needs it."""

from altostratus.services.network.driver import DriverError
from altostratus.services.network.drivers.linux.filters import Filters
from altostratus.services.network.drivers.linux.names import Label, Names
from altostratus.services.network.drivers.linux.privileged import Privileged

IMPLICIT = "-"


class Segments:
    """Bridges of one instance. What a bridge is for stands in its alias, see `Label`."""

    def __init__(self, names: Names, privileged: Privileged, filters: Filters) -> None:
        self._names = names
        self._privileged = privileged
        self._filters = filters

    def ensure(self, network_id: str, mtu: int | None = None) -> str:
        """The bridge is there, up and has a connection tracking zone. The answer is its name."""
        bridge = self._names.bridge(network_id)
        there = self._privileged.link(bridge)
        label = Label.parse(there.alias) if there is not None else None
        if label is not None and label.owner != network_id:  # names are short; two in a million networks meet
            raise DriverError(f"{bridge} belongs to network {label.owner}, not to {network_id}")
        self._filters.ensure_zone(bridge)
        self._privileged.ensure_bridge(bridge, mtu, str(Label("network", network_id, IMPLICIT)))
        return bridge

    def release(self, bridge: str) -> None:
        """Remove the bridge if nobody needs it any more."""
        if self.in_use(bridge):
            return
        there = self._privileged.link(bridge)
        label = Label.parse(there.alias) if there is not None else None
        if label is None or label.digest == IMPLICIT:
            self._privileged.remove_link(bridge)
            self._filters.remove_zone(bridge)

    def in_use(self, bridge: str) -> bool:
        """A port belongs there, plugged or not, or a leg of ours is plugged in."""
        if bridge in self._filters.bridges_in_use():
            return True
        return any(name.startswith(self._names.legs) for name in self._privileged.plugged(bridge))
