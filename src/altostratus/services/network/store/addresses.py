"""Addresses of ports: unique rows, taken one by one; never a counter."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from altostratus.kernel.db.rows import insert_row
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.addressing import free_addresses, parse_address
from altostratus.services.network.store.subnets import Subnet
from altostratus.services.network.store.tables import port, port_address

ATTEMPTS = 64


def take(tx: Tx, port_id: str, subnet: Subnet, ip: str) -> bool:
    """Give this very address to the port; False when another port has it."""
    try:
        with tx.sql.begin_nested():
            insert_row(
                tx,
                port_address,
                port_id=port_id,
                subnet_id=subnet.id,
                network_id=subnet.network_id,
                ip=ip,
                ordinal=_next_ordinal(tx, port_id),
            )
    except IntegrityError:
        return False
    return True


def take_free(tx: Tx, port_id: str, subnet: Subnet) -> str | None:
    """Give the lowest free address of the subnet's pools to the port; None when there is none left. Somebody
    else may take an address between our look and our insert: then it is simply not free any more."""
    taken = {int(parse_address(ip)) for ip in _taken(tx, subnet.id)}
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


def _taken(tx: Tx, subnet_id: str) -> Sequence[str]:
    return tx.sql.execute(select(port_address.c.ip).where(port_address.c.subnet_id == subnet_id)).scalars().all()


def _next_ordinal(tx: Tx, port_id: str) -> int:
    query = select(func.coalesce(func.max(port_address.c.ordinal) + 1, 0)).where(port_address.c.port_id == port_id)
    return int(tx.sql.execute(query).scalar_one())
