"""What goes with a user, a group, a role, a project or a domain where no foreign key takes it along."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, select, update

from altostratus.kernel.tx import Tx
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.trusts import end_trusts

Ids = Sequence[str] | Select[Any]


def forget_users(tx: Tx, ids: Ids) -> None:
    _forget_assignments(tx, "actor", "user", ids)
    end_trusts(tx, tables.trust.c.trustor_user_id.in_(ids) | tables.trust.c.trustee_user_id.in_(ids))
    tx.sql.execute(delete(tables.credential).where(tables.credential.c.user_id.in_(ids)))
    # before the users' access rules, which go with the users: none goes while it binds one of these
    owned = tables.application_credential.c.user_id.in_(ids)
    tx.sql.execute(delete(tables.application_credential).where(owned))


def forget_groups(tx: Tx, ids: Ids) -> None:
    _forget_assignments(tx, "actor", "group", ids)


def forget_roles(tx: Tx, ids: Ids) -> None:
    """A trust that passes on a role which is gone is good for nothing."""
    passing = select(tables.trust_role.c.trust_id).where(tables.trust_role.c.role_id.in_(ids))
    end_trusts(tx, tables.trust.c.id.in_(passing))


def forget_projects(tx: Tx, ids: Ids) -> None:
    _forget_assignments(tx, "target", "project", ids)
    tx.sql.execute(delete(tables.credential).where(tables.credential.c.project_id.in_(ids)))
    preferring = tables.user.c.default_project_id.in_(ids)
    tx.sql.execute(update(tables.user).where(preferring).values(default_project_id=None))


def empty_domain(tx: Tx, domain_id: str) -> None:
    """Everything in the domain, and all that points there. The domain itself stays."""
    for table, forget in (
        (tables.user, forget_users),
        (tables.group, forget_groups),
        (tables.role, forget_roles),
        (tables.project, forget_projects),
    ):
        forget(tx, select(table.c.id).where(table.c.domain_id == domain_id))
    _forget_assignments(tx, "target", "domain", [domain_id])
    inside = tables.project.c.domain_id == domain_id
    tx.sql.execute(update(tables.project).where(inside).values(parent_id=None))
    for table in (tables.user, tables.group, tables.role, tables.project):
        tx.sql.execute(delete(table).where(table.c.domain_id == domain_id))


def _forget_assignments(tx: Tx, side: str, kind: str, ids: Ids) -> None:
    table = tables.assignment
    tx.sql.execute(delete(table).where(table.c[f"{side}_kind"] == kind, table.c[f"{side}_id"].in_(ids)))
