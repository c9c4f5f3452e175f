"""Members of security groups as other ports' filters see them: what changed, and who has been told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from altostratus.kernel.db.rows import one
from altostratus.kernel.tx import Tx
from altostratus.services.network.store import wishes
from altostratus.services.network.store.tables import security_group, security_group_rule


@dataclass(frozen=True, slots=True)
class Group:
    """`membership` counts changes; `spread` is the last that was told, at `spread_at`."""

    id: str
    membership: int
    spread: int
    spread_at: datetime | None


def due(tx: Tx) -> list[str]:
    """Groups with changes that have not been told."""
    query = select(security_group.c.id).where(security_group.c.membership != security_group.c.spread)
    return list(tx.sql.execute(query).scalars())


def read(tx: Tx, group_id: str) -> Group | None:
    columns = [security_group.c[name] for name in Group.__dataclass_fields__]
    return one(tx, select(*columns).where(security_group.c.id == group_id), Group)


def listeners(tx: Tx, group_id: str) -> list[str]:
    """Ports on a host that have a rule for the group's members."""
    rule = security_group_rule
    groups = select(rule.c.security_group_id).where(rule.c.remote_group_id == group_id)
    return wishes.bound_ports_of_groups(tx, sorted(set(tx.sql.execute(groups).scalars())))


def spread(tx: Tx, group: Group) -> None:
    """The listeners are to be filtered anew, by the members that there are when it happens."""
    wishes.raise_generation(tx, "port", listeners(tx, group.id))
    values = {"spread": group.membership, "spread_at": tx.now}
    tx.sql.execute(update(security_group).where(security_group.c.id == group.id).values(values))
