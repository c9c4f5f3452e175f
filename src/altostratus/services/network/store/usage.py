"""How much of its quota a project uses: counted from the rows."""

from sqlalchemy import Table, func, select

from altostratus.kernel.tx import Tx
from altostratus.services.network.store import tables

COUNTED: dict[str, Table] = {
    "network": tables.network,
    "subnet": tables.subnet,
    "subnetpool": tables.subnet_pool,
    "port": tables.port,
    "router": tables.router,
    "floatingip": tables.floating_ip,
    "security_group": tables.security_group,
    "security_group_rule": tables.security_group_rule,
}


def used(tx: Tx, project_id: str, resource: str) -> int:
    """How many the project has."""
    table = COUNTED[resource]
    return tx.sql.execute(select(func.count()).select_from(table).where(table.c.project_id == project_id)).scalar_one()
