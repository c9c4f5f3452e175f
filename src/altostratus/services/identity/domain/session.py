"""A valid token together with whom and what it names now."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from altostratus.kernel.actor import Actor, Permit
from altostratus.services.identity.domain.claims import BY_SIGNATURE, Claims, ScopeKind
from altostratus.services.identity.domain.nouns import AccessRule, ApplicationCredential, Project, Role, Trust, User


@dataclass(frozen=True, slots=True)
class RoleName:
    """A role as tokens show it. A domain's own role (`domain_id`) is never in a token: only what it implies is."""

    id: str
    name: str
    domain_id: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A project with its domain, or a domain (then both are the same)."""

    project: Project
    domain: Project

    @property
    def enabled(self) -> bool:
        return self.project.enabled and self.domain.enabled


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom and what a token names, whether it may be there or not. `target` is None where its scope names nothing."""

    user: User
    user_domain: Project
    target: Target | None

    @property
    def enabled(self) -> bool:
        return self.user.enabled and self.user_domain.enabled and (self.target is None or self.target.enabled)


class Session(NamedTuple):
    """`target` is None for unscoped and system tokens; `roles` hold the implied ones too (a trust's token shows all of
    them). `user` is who acts: with a trust that impersonates, the trustor. `user_epoch` grows with the tokens' end of
    anyone whom the token stands on. `access_rules` None allows everything."""

    claims: Claims
    user: User
    user_domain: Project
    target: Target | None
    roles: tuple[RoleName | Role, ...]
    user_epoch: int
    trust: Trust | None = None
    application_credential: ApplicationCredential | None = None
    access_rules: tuple[AccessRule, ...] | None = None

    @property
    def scope(self) -> ScopeKind:
        return self.claims.scope.kind

    @property
    def project_id(self) -> str | None:
        """Of the project that it is for, if it is for one."""
        return self.claims.scope.id if self.scope is ScopeKind.PROJECT else None

    @property
    def ends_at(self) -> datetime:
        """When the token ends, at the latest: what it stands on may end first."""
        ends = [self.claims.expires_at]
        if self.trust and self.trust.expires_at:
            ends.append(self.trust.expires_at)
        if self.application_credential and self.application_credential.expires_at:
            ends.append(self.application_credential.expires_at)
        return min(ends)

    @property
    def epochs(self) -> tuple[int, int]:
        """The user's and the scope's now."""
        return self.user_epoch, self.target.project.epoch if self.target else 0


def actor_of(session: Session) -> Actor:
    """The session as every other service sees it."""
    project = session.target if session.scope is ScopeKind.PROJECT else None
    domain = session.target if session.scope is ScopeKind.DOMAIN else None
    return Actor(
        user_id=session.user.id,
        user_name=session.user.name,
        user_domain_id=session.user_domain.id,
        user_domain_name=session.user_domain.name,
        project_id=project.project.id if project else None,
        project_name=project.project.name if project else None,
        project_domain_id=project.domain.id if project else None,
        project_domain_name=project.domain.name if project else None,
        domain_id=domain.project.id if domain else None,
        domain_name=domain.project.name if domain else None,
        system=session.scope is ScopeKind.SYSTEM,
        roles=frozenset(role.name for role in session.roles),
        token_expires=session.ends_at,
        audit_id=session.claims.audit_id,
        permits=_permits(session),
        delegated=session.claims.delegated,
        signed=BY_SIGNATURE in session.claims.methods,
        restricted=session.application_credential is not None and not session.application_credential.unrestricted,
        application_credential_id=_own_credential(session),
        trust_id=session.trust.id if session.trust else None,
    )


def _own_credential(session: Session) -> str | None:
    """Unless something else that stands on it was shown instead."""
    shown = "application_credential" in session.claims.methods
    return session.application_credential.id if session.application_credential and shown else None


def _permits(session: Session) -> tuple[Permit, ...] | None:
    rules = session.access_rules
    return None if rules is None else tuple(Permit(rule.service, rule.method, rule.path) for rule in rules)
