"""From claims to a session: whether the token still holds, and whom and what it names now."""

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Claims, ScopeKind
from altostratus.services.identity.domain.nouns import Project, User
from altostratus.services.identity.domain.session import Session, Target
from altostratus.services.identity.store.access import granted_roles, is_revoked, with_domains
from altostratus.services.identity.store.records import users


def open_session(tx: Tx, claims: Claims) -> Session | None:
    """The session, or None when the token has been revoked or anything it stands on has ended: user, domain or
    project disabled or gone, password changed, last role taken away."""
    if is_revoked(tx, claims):
        return None
    user = users.find(tx, claims.user_id)
    if user is None or user.epoch != claims.user_epoch:
        return None
    session = enter(tx, claims, user)
    return session if session and _epoch(session.target) == claims.scope_epoch else None


def enter(tx: Tx, claims: Claims, user: User) -> Session | None:
    """The user in the claimed scope, or None when it may not be there."""
    found = with_domains(tx, (user.domain_id, claims.scope.id))
    domain = found[user.domain_id]
    if not (user.enabled and domain.enabled):
        return None
    if claims.scope.kind is ScopeKind.UNSCOPED:
        return Session(claims, user, domain, None, ())
    target = _target(found, claims)
    if claims.scope.kind is not ScopeKind.SYSTEM and (target is None or not target.enabled):
        return None
    roles = granted_roles(tx, user.id, claims.scope)
    return Session(claims, user, domain, target, tuple(roles)) if roles else None


def _target(found: dict[str, Project], claims: Claims) -> Target | None:
    """What is claimed; nobody has a token for a domain as a project, nor for a project as a domain."""
    project = found.get(claims.scope.id)
    if project is None or project.is_domain != (claims.scope.kind is ScopeKind.DOMAIN):
        return None
    return Target(project, found[project.domain_id] if project.domain_id else project)


def _epoch(target: Target | None) -> int:
    return target.project.epoch if target else 0
