"""Trusts with the roles they pass on. A deleted trust leaves no row."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from altostratus.kernel.db.rows import every
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.expiry import unexpired
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


def has_twin(tx: Tx, trust: Trust) -> bool:
    """Whether there is such a trust already. Two for no project, or that never expire, are not the same."""
    if trust.project_id is None or trust.expires_at is None:
        return False
    names = ("trustor_user_id", "trustee_user_id", "project_id", "impersonation", "expires_at")
    return trusts.find_by(tx, **{name: getattr(trust, name) for name in names}) is not None


def find_live_trust(tx: Tx, trust_id: str) -> Trust | None:
    """None when there is none, or it has expired."""
    return unexpired(trusts.find(tx, trust_id), tx.now)


def find_usable_trust(tx: Tx, trust_id: str) -> Trust | None:
    """None also when it is used up: the tokens that it gave still hold, but there are no more."""
    found = find_live_trust(tx, trust_id)
    return found if found and found.remaining_uses != 0 else None


def find_lineage(tx: Tx, trust_id: str) -> list[Trust]:
    """The trust and those that it was passed on from, the first of them last; [] when one of them has ended. It is
    short: redelegation is counted down."""
    found: list[Trust] = []
    above: str | None = trust_id
    while above is not None:
        trust = find_live_trust(tx, above)
        if trust is None:
            return []
        found.append(trust)
        above = trust.redelegated_trust_id
    return found


def are_agents_enabled(tx: Tx, lineage: Sequence[Trust]) -> bool:
    """Whether everyone who gives or takes by these trusts is there and enabled, and so are their domains."""
    agents = {user_id for trust in lineage for user_id in (trust.trustor_user_id, trust.trustee_user_id)}
    user, domain = tables.user, tables.project
    query = select(func.count()).select_from(user).join(domain, domain.c.id == user.c.domain_id)
    enabled = query.where(user.c.id.in_(sorted(agents)), user.c.enabled, domain.c.enabled)
    return tx.sql.execute(enabled).scalar_one() == len(agents)


def trusted_role_ids(tx: Tx, trust_id: str) -> list[str]:
    table = tables.trust_role
    return list(tx.sql.execute(select(table.c.role_id).where(table.c.trust_id == trust_id)).scalars())


def consume_use(tx: Tx, trust_id: str) -> None:
    """Of one that can be used; one without a number of uses always can."""
    table = tables.trust
    query = update(table).where(table.c.id == trust_id, table.c.remaining_uses > 0)
    tx.sql.execute(query.values(remaining_uses=table.c.remaining_uses - 1))


def end_trusts(tx: Tx, which: ColumnElement[bool]) -> list[str]:
    """Delete these trusts and all that were passed on from them; their ids."""
    table = tables.trust
    first = select(table.c.id).where(which).cte("ended", recursive=True)
    chains = first.union(select(table.c.id).join(first, first.c.id == table.c.redelegated_trust_id))
    ids = list(tx.sql.execute(select(chains.c.id).order_by(chains.c.id)).scalars())
    tx.sql.execute(delete(table).where(table.c.id.in_(ids)))
    return ids
