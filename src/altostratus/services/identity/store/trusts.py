"""Trusts with the roles they pass on. A deleted trust leaves no row."""

from collections.abc import Iterable

from sqlalchemy import insert, select

from altostratus.kernel.db.rows import every
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import Role, Trust
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.records import roles, trusts


def roles_of(tx: Tx, trust_id: str) -> list[Role]:
    table = tables.trust_role
    held = select(table.c.role_id).where(table.c.trust_id == trust_id)
    return every(tx, roles.select().where(tables.role.c.id.in_(held)).order_by(tables.role.c.name), Role)


def insert_trust(tx: Tx, trust: Trust, role_ids: Iterable[str]) -> None:
    trusts.insert(tx, **{name: getattr(trust, name) for name in Trust.__dataclass_fields__})
    if rows := [{"trust_id": trust.id, "role_id": role_id} for role_id in role_ids]:
        tx.sql.execute(insert(tables.trust_role), rows)
