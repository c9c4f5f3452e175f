"""Trusts with the roles they pass on. A deleted trust leaves no row."""

from collections.abc import Iterable

from sqlalchemy import insert, select, update

from altostratus.kernel.db.rows import changed, every
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


def find_live_trust(tx: Tx, trust_id: str) -> Trust | None:
    """None when there is none, or it has expired."""
    found = trusts.find(tx, trust_id)
    return found if found and (found.expires_at is None or found.expires_at > tx.now) else None


def trusted_role_ids(tx: Tx, trust_id: str) -> list[str]:
    table = tables.trust_role
    return list(tx.sql.execute(select(table.c.role_id).where(table.c.trust_id == trust_id)).scalars())


def first_trustor(tx: Tx, trust: Trust) -> str:
    """Whose roles a chain of trusts passes on. Chains are short: redelegation is counted down."""
    while trust.redelegated_trust_id:
        above = trusts.find(tx, trust.redelegated_trust_id)
        if above is None:
            break
        trust = above
    return trust.trustor_user_id


def consume_use(tx: Tx, trust_id: str) -> bool:
    """Whether the trust could be used once more; one without a number of uses always can."""
    table = tables.trust
    unlimited = table.c.remaining_uses.is_(None)
    query = update(table).where(table.c.id == trust_id, unlimited | (table.c.remaining_uses > 0))
    return changed(tx, query.values(remaining_uses=table.c.remaining_uses - 1)) > 0
