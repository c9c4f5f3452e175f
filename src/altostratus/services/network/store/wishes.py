"""Generations and tombstones: how a change of rows becomes something for the reconcilers to do.

Every change that a host should hear of goes through here: it raises a generation and asks for a look. What is
deleted leaves a tombstone until the host is clean.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, exists, select, update

from altostratus.kernel.db.rows import insert_or_ignore
from altostratus.kernel.tx import Tx
from altostratus.services.network.store.tables import (
    network,
    port,
    port_security_group,
    router,
    security_group,
    security_group_rule,
    tombstone,
)

TABLES = {"network": network, "router": router, "port": port}
_MEMBERS_CHANGED = (
    update(security_group)
    .where(
        security_group.c.id.in_(bindparam("groups", expanding=True)),
        exists().where(security_group_rule.c.remote_group_id == security_group.c.id),
    )
    .values(membership=security_group.c.membership + 1)
    .returning(security_group.c.id)
)


def raise_generation(tx: Tx, kind: str, ids: Iterable[str], **values: Any) -> None:
    """These networks, routers or ports want something else of the host now. `values` are columns to change with it."""
    wanted = sorted(set(ids))
    if not wanted:
        return
    table = TABLES[kind]
    tx.sql.execute(update(table).where(table.c.id.in_(wanted)).values(generation=table.c.generation + 1, **values))
    for key in wanted:
        tx.wake(f"network.{kind}", key)


def generation_of(tx: Tx, kind: str, key: str) -> int:
    """The wish as it stands in this transaction."""
    table = TABLES[kind]
    return int(tx.sql.execute(select(table.c.generation).where(table.c.id == key)).scalar_one())


def bury(tx: Tx, kind: str, key: str) -> None:
    """The row is gone or going; the host must be rid of it too."""
    insert_or_ignore(tx, tombstone, {"kind": kind, "id": key})
    tx.wake(f"network.{kind}", key)


def is_buried(tx: Tx, kind: str, key: str) -> bool:
    query = select(tombstone.c.id).where(tombstone.c.kind == kind, tombstone.c.id == key)
    return tx.sql.execute(query).first() is not None


def buried(tx: Tx, kind: str) -> list[str]:
    """What was deleted and may still be on a host."""
    return list(tx.sql.execute(select(tombstone.c.id).where(tombstone.c.kind == kind)).scalars())


def forget(tx: Tx, kind: str, key: str) -> None:
    """The host is clean."""
    tx.sql.execute(delete(tombstone).where(tombstone.c.kind == kind, tombstone.c.id == key))


def due(tx: Tx, kind: str) -> list[str]:
    """Keys whose wish has not been seen to be fulfilled."""
    table = TABLES[kind]
    behind = select(table.c.id).where(table.c.generation != table.c.observed_generation)
    return [*tx.sql.execute(behind).scalars(), *buried(tx, kind)]


def bound_ports_of_groups(tx: Tx, group_ids: Sequence[str]) -> list[str]:
    """Ports on a host that have one of these security groups."""
    members = select(port_security_group.c.port_id).where(port_security_group.c.security_group_id.in_(group_ids))
    return list(tx.sql.execute(select(port.c.id).where(port.c.host_id != "", port.c.id.in_(members))).scalars())


def rules_changed(tx: Tx, group_id: str) -> None:
    """Whoever has the group must be filtered by its new rules."""
    raise_generation(tx, "port", bound_ports_of_groups(tx, [group_id]))


def members_changed(tx: Tx, group_ids: Iterable[str]) -> None:
    """Addresses joined or left these groups, or a rule accepts their members from now on; ports that do are told, see
    the membership reconciler. Groups that no rule refers to are not counted."""
    for group_id in tx.sql.execute(_MEMBERS_CHANGED, {"groups": sorted(set(group_ids))}).scalars():
        tx.wake("network.membership", group_id)
