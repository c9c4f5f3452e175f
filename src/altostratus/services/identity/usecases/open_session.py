"""From claims to a session: whether the token still holds, and whom and what it names now."""

from collections.abc import Sequence
from dataclasses import replace

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import ON_ITS_OWN, Claims, DelegationKind, ScopeKind
from altostratus.services.identity.domain.nouns import Role
from altostratus.services.identity.domain.session import RoleName, Session, Target
from altostratus.services.identity.store.access import granted_roles, held_role_ids, reached_roles
from altostratus.services.identity.store.application_credentials import find_live_credential, role_ids_of, rules_of
from altostratus.services.identity.store.holders import find_holder
from altostratus.services.identity.store.records import roles
from altostratus.services.identity.store.revocations import is_revoked
from altostratus.services.identity.store.trusts import are_agents_enabled, find_lineage, trusted_role_ids
from altostratus.services.identity.usecases import Identity


def open_session(tx: Tx, identity: Identity, generation: int, claims: Claims) -> Session | None:
    """The session, or None when the token has been revoked or anything it stands on has ended: user, domain or
    project disabled or gone, password changed, last role taken away, trust or application credential gone."""
    session = None if is_revoked(tx, claims) else enter(tx, identity, generation, claims)
    return session if session and session.epochs == (claims.user_epoch, claims.scope_epoch) else None


def enter(tx: Tx, identity: Identity, generation: int, claims: Claims) -> Session | None:
    """The claimed user in the claimed scope, or None when it may not be there; as of this generation or later. Looks at
    no epoch."""
    known = identity.memory.sessions.get((claims.user_id, claims.scope), generation)
    return known._replace(claims=claims) if known and claims.delegation == ON_ITS_OWN else _enter(tx, claims)


def _enter(tx: Tx, claims: Claims) -> Session | None:
    holder = find_holder(tx, claims)
    if holder is None or not holder.enabled or not _is_named(claims, holder.target):
        return None
    session = Session(claims, holder.user, holder.user_domain, holder.target, (), holder.user.epoch)
    return _ENTER[claims.delegation.kind](tx, session)


def _is_named(claims: Claims, target: Target | None) -> bool:
    """Nobody has a token for a domain as a project, nor for a project as a domain."""
    kind = claims.scope.kind
    if kind in (ScopeKind.UNSCOPED, ScopeKind.SYSTEM):
        return target is None
    return target is not None and target.project.is_domain == (kind is ScopeKind.DOMAIN)


def _with_roles(session: Session, roles: Sequence[RoleName | Role]) -> Session | None:
    """Nobody is anywhere without a role."""
    if not roles and session.scope is not ScopeKind.UNSCOPED:
        return None
    return session._replace(roles=tuple(roles))


def _enter_on_its_own(tx: Tx, session: Session) -> Session | None:
    return _with_roles(session, granted_roles(tx, session.user.id, session.claims.scope))


def _enter_by_trust(tx: Tx, session: Session) -> Session | None:
    """With the roles that the trust passes on, all of which its trustor and the first one of its chain must still
    have; in the trustor's name if the trust says so."""
    claims, lineage = session.claims, find_lineage(tx, session.claims.delegation.id)
    if not lineage or not are_agents_enabled(tx, lineage):
        return None
    trust, first = lineage[0], lineage[-1]
    trustor = find_holder(tx, claims._replace(user_id=trust.trustor_user_id))
    if trustor is None or (trust.trustee_user_id, trust.project_id) != (session.user.id, claims.scope.id):
        return None
    passed_on = reached_roles(tx, trusted_role_ids(tx, trust.id))
    for giver in {trust.trustor_user_id, first.trustor_user_id}:
        if not {role.id for role in passed_on} <= held_role_ids(tx, giver, claims.scope):
            return None
    bare = replace(trust, extra={})  # sessions are kept: no long texts
    session = session._replace(trust=bare, user_epoch=session.user_epoch + trustor.user.epoch)
    if trust.impersonation:
        session = session._replace(user=trustor.user, user_domain=trustor.user_domain)
    shown = roles.by_ids(tx, [role.id for role in passed_on if role.domain_id is None])
    return _with_roles(session, sorted(shown, key=lambda role: role.name))


def _enter_by_application_credential(tx: Tx, session: Session) -> Session | None:
    """With those of its roles that the user still has."""
    credential = find_live_credential(tx, session.claims.delegation.id)
    here = (session.user.id, session.claims.scope.id)
    if credential is None or (credential.user_id, credential.project_id or "") != here:
        return None
    held = granted_roles(tx, session.user.id, session.claims.scope)
    passed_on = role_ids_of(tx, [credential.id])[credential.id]  # with what they implied when it was made
    rules = rules_of(tx, [credential.id])[credential.id]
    bare = replace(credential, description=None)  # sessions are kept: no long texts
    session = session._replace(application_credential=bare, access_rules=tuple(rules) or None)
    return _with_roles(session, [role for role in held if role.id in passed_on])


_ENTER = {
    DelegationKind.NONE: _enter_on_its_own,
    DelegationKind.TRUST: _enter_by_trust,
    DelegationKind.APPLICATION_CREDENTIAL: _enter_by_application_credential,
}
