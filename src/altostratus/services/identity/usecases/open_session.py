"""From claims to a session: whether the token still holds, and whom and what it names now."""

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Claims, ScopeKind
from altostratus.services.identity.domain.session import Session, Target
from altostratus.services.identity.store.access import granted_roles
from altostratus.services.identity.store.holders import find_holder


def open_session(tx: Tx, claims: Claims) -> Session | None:
    """The session, or None when the token has been revoked or anything it stands on has ended: user, domain or
    project disabled or gone, password changed, last role taken away."""
    session = enter(tx, claims)
    return session if session and session.epochs == (claims.user_epoch, claims.scope_epoch) else None


def enter(tx: Tx, claims: Claims) -> Session | None:
    """The claimed user in the claimed scope, or None when it may not be there. Looks at no epoch."""
    holder = find_holder(tx, claims)
    if holder is None or not holder.enabled or not _is_named(claims, holder.target):
        return None
    roles = granted_roles(tx, claims.user_id, claims.scope)
    if not roles and claims.scope.kind is not ScopeKind.UNSCOPED:
        return None
    return Session(claims, holder.user, holder.user_domain, holder.target, tuple(roles))


def _is_named(claims: Claims, target: Target | None) -> bool:
    """Nobody has a token for a domain as a project, nor for a project as a domain."""
    kind = claims.scope.kind
    if kind in (ScopeKind.UNSCOPED, ScopeKind.SYSTEM):
        return target is None
    return target is not None and target.project.is_domain == (kind is ScopeKind.DOMAIN)
