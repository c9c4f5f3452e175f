"""Insert a port row with a MAC address; what every kind of port has in common."""

from typing import Any

from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import MacAddressGenerationFailure, MacAddressInUse
from altostratus.services.network.store import ports
from altostratus.services.network.store.standard import born
from altostratus.services.network.usecases import Networking

MAC_ATTEMPTS = 16
_DEFAULTS: dict[str, Any] = {
    "name": "",
    "admin_state_up": True,
    "device_id": "",
    "device_owner": "",
    "port_security_enabled": False,
    "allowed_address_pairs": [],
    "extra_dhcp_opts": [],
    "vnic_type": "normal",
    "profile": {},
}


def insert_port(
    tx: Tx, net: Networking, project_id: str, network_id: str, mac: str | None = None, **values: Any
) -> tuple[str, str]:
    """(id, MAC) of a new port. The MAC is the one asked for, or a random one that nobody on the network has."""
    row = {**born(tx, project_id, values), **_DEFAULTS, **values, "network_id": network_id}
    if mac is not None:
        if not ports.insert(tx, **row, mac_address=mac):
            raise MacAddressInUse(network_id=network_id, mac=mac)
        return row["id"], mac
    for _ in range(MAC_ATTEMPTS):
        mac = random_mac(tx, net)
        if ports.insert(tx, **row, mac_address=mac):
            return row["id"], mac
    raise MacAddressGenerationFailure(network_id=network_id)


def random_mac(tx: Tx, net: Networking) -> str:
    """A MAC address with the cloud's prefix."""
    tail = tx.entropy.getrandbits(24).to_bytes(3, "big")
    return f"{net.config.mac_prefix}:{tail.hex(':')}"
