"""What changes of ports mean for hosts: which generations to raise, and whom to wake."""

from sqlalchemy import select

from altostratus.kernel.tx import Tx
from altostratus.services.network.store import wishes
from altostratus.services.network.store.ports import Port
from altostratus.services.network.store.tables import network, port


def refilter_network(tx: Tx, network_id: str) -> None:
    """Every port of the network that is on a host must be filtered anew."""
    query = select(port.c.id).where(port.c.network_id == network_id, port.c.host_id != "")
    wishes.raise_generation(tx, "port", tx.sql.execute(query).scalars())


def bind(tx: Tx, port_ids: list[str], network_id: str, host_id: str) -> None:
    """Plug ports of one network on a host. They are ready when the host was seen to have what is wanted of them
    and of their network now; later changes do not make a machine wait again."""
    wishes.raise_generation(tx, "network", [network_id])
    raised = {"host_id": host_id, "bound_generation": port.c.generation + 1}
    of_network = select(network.c.generation).where(network.c.id == network_id).scalar_subquery()
    wishes.raise_generation(tx, "port", port_ids, **raised, network_generation=of_network)


def unbind(tx: Tx, found: Port) -> None:
    """Take a port off its host."""
    if not found.host_id:
        return
    wishes.raise_generation(tx, "port", [found.id], host_id="")
    wishes.raise_generation(tx, "network", [found.network_id])


def port_changed(tx: Tx, found: Port) -> None:
    """What a port is has changed: its filters, its lease, its owner's view of it."""
    if found.host_id:
        wishes.raise_generation(tx, "port", [found.id])
        wishes.raise_generation(tx, "network", [found.network_id])
    tx.wake_owner(found.owner)
