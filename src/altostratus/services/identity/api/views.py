"""Identity's nouns as Keystone's JSON."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Raw

from altostratus.kernel.clock import iso_micro
from altostratus.services.identity.domain.claims import ScopeKind
from altostratus.services.identity.domain.ec2 import read_blob
from altostratus.services.identity.domain.factors import Receipt
from altostratus.services.identity.domain.limits import Limited
from altostratus.services.identity.domain.nouns import (
    AccessRule,
    ApplicationCredential,
    CatalogService,
    Credential,
    Endpoint,
    EndpointGroup,
    Group,
    Project,
    Region,
    RegisteredLimit,
    RevocationEvent,
    Role,
    Trust,
    User,
)
from altostratus.services.identity.domain.session import RoleName, Session, Target
from altostratus.services.identity.store.application_credentials import DetailedCredential

View = dict[str, Any]


def token(session: Session, catalog: Raw | None) -> View:
    """The body of a token; `catalog` is JSON already, None leaves it out."""
    body: View = {
        "methods": list(session.claims.methods),
        "user": {
            "domain": _name(session.user_domain),
            "id": session.user.id,
            "name": session.user.name,
            "password_expires_at": iso_naive(session.user.password_expires_at),
        },
        "audit_ids": list(session.claims.audit_ids),
        "expires_at": iso_micro(session.claims.expires_at),
        "issued_at": iso_micro(session.claims.issued_at),
        **_scope(session),
    }
    if session.trust:
        body["OS-TRUST:trust"] = _scoped_trust(session.trust)
    if session.application_credential:
        body["application_credential"] = _scoped_credential(session.application_credential, session.access_rules)
    if session.scope is not ScopeKind.UNSCOPED:
        body["roles"] = [_role_of_token(role) for role in session.roles]
        if catalog is not None:
            body["catalog"] = catalog
    return {"token": body}


def _role_of_token(found: RoleName | Role) -> View:
    return _bare_role(found) if isinstance(found, Role) else {"id": found.id, "name": found.name}


def receipt(found: Receipt) -> View:
    """What a user that has to log in with more methods gets instead of a token."""
    user = {"domain": _name(found.user_domain), "id": found.user.id, "name": found.user.name}
    times = {"expires_at": iso_micro(found.expires_at), "issued_at": iso_micro(found.issued_at)}
    return {
        "receipt": {"methods": list(found.methods), "user": user, **times},
        "required_auth_methods": found.required,
    }


def _scope(session: Session) -> View:
    if session.scope is ScopeKind.SYSTEM:
        return {"system": {"all": True}}
    target = session.target
    if target is None:
        return {}
    if session.scope is ScopeKind.DOMAIN:
        return {"domain": _name(target.project)}
    # a trust's token does not say whether its project is a domain
    return {"project": scoped_project(target)} | ({} if session.trust else {"is_domain": False})


def _scoped_trust(trust: Trust) -> View:
    users = {"trustor_user": {"id": trust.trustor_user_id}, "trustee_user": {"id": trust.trustee_user_id}}
    return {"id": trust.id, **users, "impersonation": trust.impersonation}


def _scoped_credential(credential: ApplicationCredential, rules: Sequence[AccessRule] | None) -> View:
    view = {"id": credential.id, "name": credential.name, "restricted": not credential.unrestricted}
    return view | ({"access_rules": [access_rule(rule) for rule in rules]} if rules else {})


def access_rule(rule: AccessRule) -> View:
    """As application credentials carry it."""
    return {"id": rule.id, "service": rule.service, "path": rule.path, "method": rule.method}


def own_access_rule(rule: AccessRule, base: str) -> View:
    """As a user's; its link leaves out the user, as Keystone's does."""
    return {**access_rule(rule), "links": {"self": f"{base}/access_rules/{rule.id}"}}


def application_credential(found: DetailedCredential, base: str, **more: Any) -> View:
    """Its link leaves out the user, as Keystone's does; `access_rules` only where there are any."""
    credential = found.credential
    rules = {"access_rules": [access_rule(rule) for rule in found.rules]} if found.rules else {}
    return {
        "id": credential.id,
        "name": credential.name,
        "description": credential.description,
        "user_id": credential.user_id,
        "project_id": credential.project_id,
        "system": None,
        "expires_at": iso_naive(credential.expires_at),
        "unrestricted": credential.unrestricted,
        "roles": [_bare_role(role) for role in found.roles],
        **rules,
        **more,
        "links": {"self": f"{base}/application_credentials/{credential.id}"},
    }


def _bare_role(found: Role) -> View:
    """Without links."""
    view = {"id": found.id, "name": found.name, "domain_id": found.domain_id, "description": found.description}
    return {**found.extra, **view, "options": dict(found.options)}


def scoped_project(target: Target) -> View:
    return {"domain": _name(target.domain), **_name(target.project)}


def _name(project: Project) -> View:
    return {"id": project.id, "name": project.name}


def iso_naive(moment: datetime | None) -> str | None:
    """2026-11-20T10:43:19.000000, without a zone, as Keystone prints when a password expires."""
    text = iso_micro(moment)
    return text.rstrip("Z") if text else None


def project(found: Project, tags: list[str], base: str, **more: Any) -> View:
    """A project; what clients said beyond the API's fields lies beside those."""
    return {
        **found.extra,
        "id": found.id,
        "name": found.name,
        "domain_id": found.domain_id,
        "description": found.description,
        "enabled": found.enabled,
        "parent_id": found.parent_id,
        "is_domain": found.is_domain,
        "tags": tags,
        "options": dict(found.options),
        **more,
        "links": {"self": f"{base}/projects/{found.id}"},
    }


def domain(found: Project, tags: list[str], base: str) -> View:
    return {
        **found.extra,
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "enabled": found.enabled,
        "tags": tags,
        "options": dict(found.options),
        "links": {"self": f"{base}/domains/{found.id}"},
    }


def user(found: User, base: str, **more: Any) -> View:
    """A user; `default_project_id` only where there is one."""
    view = {**found.extra, "id": found.id, "name": found.name, "domain_id": found.domain_id, "enabled": found.enabled}
    if found.default_project_id:
        view["default_project_id"] = found.default_project_id
    view["password_expires_at"] = iso_naive(found.password_expires_at)
    return {**view, **more, "options": dict(found.options), "links": {"self": f"{base}/users/{found.id}"}}


def group(found: Group, base: str, **more: Any) -> View:
    view = {"id": found.id, "name": found.name, "domain_id": found.domain_id, "description": found.description}
    return {**found.extra, **view, **more, "links": {"self": f"{base}/groups/{found.id}"}}


def role(found: Role, base: str) -> View:
    return {**_bare_role(found), "links": {"self": f"{base}/roles/{found.id}"}}


def inference(prior: Role, implied: Iterable[Role], base: str) -> View:
    """A role and those that it implies."""
    return {"prior_role": _short_role(prior, base), "implies": [_short_role(role, base) for role in implied]}


def implication(prior: Role, implied: Role, base: str) -> View:
    """A role and one that it implies."""
    return {"prior_role": _short_role(prior, base), "implies": _short_role(implied, base)}


def _short_role(found: Role, base: str) -> View:
    return {"id": found.id, "name": found.name, "links": {"self": f"{base}/roles/{found.id}"}}


def region(found: Region, base: str) -> View:
    return {
        **found.extra,
        "id": found.id,
        "description": found.description,
        "parent_region_id": found.parent_region_id,
        "links": {"self": f"{base}/regions/{found.id}"},
    }


def service(found: CatalogService, base: str) -> View:
    """A service; `name` only where it has one."""
    name = {} if found.name is None else {"name": found.name}
    view = {"id": found.id, "type": found.type, "enabled": found.enabled}
    return {**found.extra, **name, **view, "links": {"self": f"{base}/services/{found.id}"}}


def endpoint(found: Endpoint, base: str) -> View:
    return {
        **found.extra,
        "id": found.id,
        "interface": found.interface,
        "region_id": found.region_id,
        "service_id": found.service_id,
        "url": found.url,
        "enabled": found.enabled,
        "region": found.region_id,
        "links": {"self": f"{base}/endpoints/{found.id}"},
    }


def endpoint_group(found: EndpointGroup, base: str) -> View:
    return {
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "filters": dict(found.filters),
        "links": {"self": f"{base}/OS-EP-FILTER/endpoint_groups/{found.id}"},
    }


def credential(found: Credential, base: str) -> View:
    return {
        **found.extra,
        "id": found.id,
        "user_id": found.user_id,
        "project_id": found.project_id,
        "type": found.type,
        "blob": found.blob,
        "links": {"self": f"{base}/credentials/{found.id}"},
    }


def ec2_credential(found: Credential, base: str) -> View:
    """As /v3/users/{id}/credentials/OS-EC2 shows a credential: by its access key."""
    blob = read_blob(found.blob)
    return {
        "user_id": found.user_id,
        "tenant_id": found.project_id,
        "access": blob["access"],
        "secret": blob.get("secret"),
        "trust_id": blob.get("trust_id"),
        "links": {"self": f"{base}/users/{found.user_id}/credentials/OS-EC2/{blob['access']}"},
    }


def revocation(found: RevocationEvent) -> View:
    """What the event says; what it leaves open has no key."""
    names = ("user_id", "role_id", "domain_id", "project_id", "audit_id", "audit_chain_id")
    view: View = {name: value for name in names if (value := getattr(found, name)) is not None}
    if found.trust_id is not None:
        view["OS-TRUST:trust_id"] = found.trust_id
    return view | {"issued_before": iso_micro(found.issued_before), "revoked_at": iso_micro(found.revoked_at)}


def trust(found: Trust, base: str, roles: Iterable[Role] | None = None) -> View:
    """A trust; lists leave out its roles (None)."""
    url = f"{base}/OS-TRUST/trusts/{found.id}"
    view: View = {
        **found.extra,
        "id": found.id,
        "trustor_user_id": found.trustor_user_id,
        "trustee_user_id": found.trustee_user_id,
        "project_id": found.project_id,
        "impersonation": found.impersonation,
        "expires_at": iso_micro(found.expires_at),
        "remaining_uses": found.remaining_uses,
        "redelegation_count": found.redelegation_count,
        "redelegated_trust_id": found.redelegated_trust_id,
        "deleted_at": iso_micro(found.deleted_at),
        "links": {"self": url},
    }
    if roles is not None:
        view["roles"] = [role(r, base) for r in roles]
        view["roles_links"] = {"self": f"{url}/roles", "next": None, "previous": None}
    return view


def registered_limit(found: RegisteredLimit, base: str) -> View:
    return {
        "id": found.id,
        "service_id": found.service_id,
        "region_id": found.region_id,
        "resource_name": found.resource_name,
        "default_limit": found.default_limit,
        "description": found.description,
        "links": {"self": f"{base}/registered_limits/{found.id}"},
    }


def limit(found: Limited, base: str) -> View:
    return {**bare_limit(found), "links": {"self": f"{base}/limits/{found.limit.id}"}}


def bare_limit(found: Limited) -> View:
    """As projects show theirs: without links."""
    return {
        "id": found.limit.id,
        "project_id": found.limit.project_id,
        "domain_id": found.limit.domain_id,
        "service_id": found.registered.service_id,
        "region_id": found.registered.region_id,
        "resource_name": found.registered.resource_name,
        "resource_limit": found.limit.resource_limit,
        "description": found.limit.description,
    }
