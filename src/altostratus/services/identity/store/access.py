"""Who may do what where: the questions a token's validation asks, in as few queries as possible."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, func, select

from altostratus.kernel.db.rows import insert_or_ignore
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Claims, Scope, ScopeKind
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.domain.session import RoleName, implied
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.implications import implications
from altostratus.services.identity.store.records import projects

_TARGETS = {ScopeKind.PROJECT: "project", ScopeKind.DOMAIN: "domain", ScopeKind.SYSTEM: "system"}
SYSTEM_ID = "all"


def target_of(scope: Scope) -> tuple[str, str]:
    """The scope as assignments name it: ('project', id), ('system', 'all')."""
    return _TARGETS[scope.kind], scope.id or SYSTEM_ID


def with_domains(tx: Tx, ids: Iterable[str]) -> dict[str, Project]:
    """These projects and domains, and the domains that the projects lie in, by id."""
    table = tables.project
    wanted = sorted({one for one in ids if one})
    domains = select(table.c.domain_id).where(table.c.id.in_(wanted), table.c.domain_id.is_not(None))
    query = projects.select().where(table.c.id.in_(wanted) | table.c.id.in_(domains))
    return {row["id"]: Project(**row) for row in tx.sql.execute(query).mappings()}


def granted_roles(tx: Tx, user_id: str, scope: Scope) -> list[RoleName]:
    """The user's roles there, its groups' and implied ones included; [] for an unscoped one."""
    if scope.kind is ScopeKind.UNSCOPED:
        return []
    kind, target = target_of(scope)
    table = tables.assignment
    direct = (
        select(tables.role.c.id, tables.role.c.name, tables.role.c.domain_id)
        .distinct()
        .join(table, table.c.role_id == tables.role.c.id)
        .where(table.c.target_kind == kind, table.c.target_id == target, table.c.inherited.is_(False))
        .where(_held_by(user_id))
        .order_by(tables.role.c.name)
    )
    held = [RoleName(*row) for row in tx.sql.execute(direct)]
    everything = implied(held, implications(tx)) if held else []
    return [role for role in everything if role.domain_id is None]


def _held_by(user_id: str) -> ColumnElement[bool]:
    table = tables.assignment
    groups = select(tables.membership.c.group_id).where(tables.membership.c.user_id == user_id)
    own = (table.c.actor_kind == "user") & (table.c.actor_id == user_id)
    return own | ((table.c.actor_kind == "group") & table.c.actor_id.in_(groups))


def reachable(tx: Tx, user_id: str, kind: str) -> list[Project]:
    """The enabled projects (kind 'project') or domains ('domain') that the user has a role on."""
    table = tables.assignment
    ids = select(table.c.target_id).where(table.c.target_kind == kind, table.c.inherited.is_(False), _held_by(user_id))
    domain = tables.project.alias()
    query = (
        projects.select()
        .outerjoin(domain, domain.c.id == tables.project.c.domain_id)
        .where(tables.project.c.id.in_(ids), tables.project.c.enabled, func.coalesce(domain.c.enabled, True))
        .order_by(tables.project.c.id)
    )
    return [Project(**row) for row in tx.sql.execute(query).mappings()]


def is_revoked(tx: Tx, claims: Claims) -> bool:
    table = tables.revoked_token
    return tx.sql.execute(select(table.c.audit_id).where(table.c.audit_id == claims.audit_id)).first() is not None


def revoke(tx: Tx, claims: Claims) -> None:
    """End one token; and forget those revoked that have expired since."""
    table = tables.revoked_token
    tx.sql.execute(delete(table).where(table.c.expires_at < tx.now))
    insert_or_ignore(tx, table, {"audit_id": claims.audit_id, "expires_at": claims.expires_at})
