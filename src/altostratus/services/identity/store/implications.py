"""Which role implies which."""

from sqlalchemy import ColumnElement, delete, insert, select

from altostratus.kernel.db.rows import changed
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.session import RoleName
from altostratus.services.identity.store.tables import implied_role, role

_QUERY = (
    select(implied_role.c.prior_role_id, role.c.id, role.c.name, role.c.domain_id)
    .join(role, role.c.id == implied_role.c.implied_role_id)
    .order_by(implied_role.c.prior_role_id, role.c.name)
)


def implications(tx: Tx) -> dict[str, list[RoleName]]:
    """The roles that a role implies directly, by that role's id; one query."""
    found: dict[str, list[RoleName]] = {}
    for prior, *implied in tx.sql.execute(_QUERY):
        found.setdefault(prior, []).append(RoleName(*implied))
    return found


def own_roles(tx: Tx) -> set[str]:
    """Ids of the roles that belong to a domain: they work through what they imply alone."""
    return set(tx.sql.execute(select(role.c.id).where(role.c.domain_id.is_not(None))).scalars())


def is_implied(tx: Tx, prior_id: str, implied_id: str) -> bool:
    """Whether the one implies the other directly."""
    return tx.sql.execute(select(implied_role).where(_rule(prior_id, implied_id))).first() is not None


def insert_implication(tx: Tx, prior_id: str, implied_id: str) -> None:
    tx.sql.execute(insert(implied_role).values(prior_role_id=prior_id, implied_role_id=implied_id))


def delete_implication(tx: Tx, prior_id: str, implied_id: str) -> bool:
    """Whether there was one."""
    return changed(tx, delete(implied_role).where(_rule(prior_id, implied_id))) > 0


def _rule(prior_id: str, implied_id: str) -> ColumnElement[bool]:
    return (implied_role.c.prior_role_id == prior_id) & (implied_role.c.implied_role_id == implied_id)
