"""Addresses of ports: unique rows, taken one by one; never a counter."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, select

from altostratus.kernel.db.rows import insert_or_ignore
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.addressing import free_addresses, number_of
from altostratus.services.network.store.subnets import Subnet
from altostratus.services.network.store.tables import port, port_address

ATTEMPTS = 64
# made once, because every new port asks
_TAKEN = select(port_address.c.ip).where(port_address.c.subnet_id == bindparam("subnet_id"))
_NEXT_ORDINAL = select(func.coalesce(func.max(port_address.c.ordinal) + 1, 0)).where(
    port_address.c.port_id == bindparam("port_id")
)


def take(tx: Tx, port_id: str, subnet: Subnet, ip: str) -> bool:
    """Give this very address to the port; False when another port has it."""
    row = {"port_id": port_id, "subnet_id": subnet.id, "network_id": subnet.network_id, "ip": ip}
    return insert_or_ignore(tx, port_address, row | {"ordinal": _next_ordinal(tx, port_id)}) == 1


def take_free(tx: Tx, port_id: str, subnet: Subnet) -> str | None:
    """Give the lowest free address of the subnet's pools to the port; None when there is none left. Somebody
    else may take an address between our look and our insert: then it is simply not free any more."""
    taken = {number_of(ip) for ip in tx.sql.execute(_TAKEN, {"subnet_id": subnet.id}).scalars()}
    for attempt, address in enumerate(free_addresses(subnet.pools, taken)):
        if take(tx, port_id, subnet, str(address)):
            return str(address)
        if attempt == ATTEMPTS:
            break
    return None


def release(tx: Tx, port_id: str, ips: Sequence[str]) -> None:
    """Take these addresses from the port."""
    where = (port_address.c.port_id == port_id) & port_address.c.ip.in_(ips)
    tx.sql.execute(delete(port_address).where(where))


def release_subnet(tx: Tx, port_id: str, subnet_id: str) -> None:
    """Take the port's addresses of a subnet from it."""
    where = (port_address.c.port_id == port_id) & (port_address.c.subnet_id == subnet_id)
    tx.sql.execute(delete(port_address).where(where))


def holder(tx: Tx, subnet_id: str, ip: str) -> str | None:
    """The port that has this address."""
    query = select(port_address.c.port_id).where(port_address.c.subnet_id == subnet_id, port_address.c.ip == ip)
    return tx.sql.execute(query).scalar()


def owner_of(tx: Tx, ip: str, network_ids: Sequence[str]) -> str | None:
    """The owner (compute.server/…) of the port with this address on one of these networks."""
    query = (
        select(port.c.owner)
        .join(port_address, port_address.c.port_id == port.c.id)
        .where(port_address.c.ip == ip, port_address.c.network_id.in_(network_ids), port.c.owner != "")
    )
    return tx.sql.execute(query).scalar()


def _next_ordinal(tx: Tx, port_id: str) -> int:
    return int(tx.sql.execute(_NEXT_ORDINAL, {"port_id": port_id}).scalar_one())
