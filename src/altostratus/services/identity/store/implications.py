"""Which role implies which."""

from sqlalchemy import select

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
