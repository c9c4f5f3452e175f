"""The port by which a network's DHCP server has its addresses: made when the network is first used."""

from collections.abc import Sequence

from altostratus.kernel.tx import Tx
from altostratus.services.network.store import addresses, ports, subnets
from altostratus.services.network.store.networks import Network
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.new_port import insert_port


def device_of(network_id: str) -> str:
    """The device_id of a network's DHCP port."""
    return f"dhcp-{network_id}"


def extend_dhcp_port(tx: Tx, net: Networking, network: Network, on_network: Sequence[subnets.Subnet]) -> None:
    """See to it that the DHCP server has an address on every subnet that wants DHCP. Where no address is left,
    it has none: guests there need a config drive."""
    existing, has = ports.dhcp_of(tx, network.id)
    missing = [s for s in on_network if s.enable_dhcp and not s.automatic and s.id not in has]
    if not missing:
        return
    port_id = existing or _make(tx, net, network)
    taken = [addresses.take_free(tx, port_id, subnet) for subnet in missing]
    if not any(taken) and not existing:
        ports.remove(tx, port_id)


def shrink_dhcp_port(tx: Tx, network_id: str, subnet_id: str) -> None:
    """The DHCP server leaves a subnet; it goes altogether when that was its last."""
    for port in ports.of_device(tx, device_of(network_id), ports.DHCP):
        addresses.release_subnet(tx, port.id, subnet_id)
        if all(fixed.subnet_id == subnet_id for fixed in port.fixed_ips):
            ports.remove(tx, port.id)


def _make(tx: Tx, net: Networking, network: Network) -> str:
    port_id, _ = insert_port(
        tx, net, network.project_id, network.id, device_id=device_of(network.id), device_owner=ports.DHCP
    )
    return port_id
