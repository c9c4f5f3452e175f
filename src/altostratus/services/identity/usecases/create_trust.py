"""POST /v3/OS-TRUST/trusts. Tokens scoped to a trust do not exist yet: a trust is kept and shown, no more."""

from datetime import UTC, datetime
from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Scope, ScopeKind
from altostratus.services.identity.domain.fields import rest
from altostratus.services.identity.domain.nouns import Role, Trust
from altostratus.services.identity.errors import Duplicate, Missing
from altostratus.services.identity.store.access import granted_roles
from altostratus.services.identity.store.records import projects, roles, unique, users
from altostratus.services.identity.store.trusts import insert_trust
from altostratus.services.identity.usecases import Fields, Identity, new_id

COLUMNS = ("trustor_user_id", "trustee_user_id", "project_id", "impersonation", "expires_at", "remaining_uses")
NOT_KEPT = ("roles", "allow_redelegation", "redelegation_count", "redelegated_trust_id", "deleted_at")


def create_trust(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> tuple[Trust, list[Role]]:
    """The trustor passes on roles that it holds itself in the project."""
    trustor = fields["trustor_user_id"]
    identity.policy.require(actor, "identity:create_trust", {"target.trust.trustor_user_id": trustor})
    if fields.get("project_id") and not fields.get("roles"):
        raise Forbidden("At least one role should be specified.")
    if users.find(tx, fields["trustee_user_id"]) is None:
        raise Missing("user", fields["trustee_user_id"])
    passed_on = _roles(tx, fields)
    trust = Trust(**_values(tx, fields))
    with unique(tx, Duplicate("trust", "Duplicate entry")):
        insert_trust(tx, trust, [role.id for role in passed_on])
    events.record(tx, actor, "identity.trust.create", trust.id, trust.project_id)
    return trust, passed_on


def _values(tx: Tx, fields: Fields) -> dict[str, Any]:
    return {
        "id": new_id(tx),
        **{name: fields.get(name) for name in COLUMNS},
        "expires_at": _expiry(tx, fields.get("expires_at")),
        "redelegation_count": 0,
        "redelegated_trust_id": None,
        "deleted_at": None,
        "extra": rest(fields, *COLUMNS, *NOT_KEPT),
    }


def _roles(tx: Tx, fields: Fields) -> list[Role]:
    project_id = fields.get("project_id")
    if not project_id:
        return []
    if projects.find(tx, project_id) is None:
        raise Missing("project", project_id)
    held = {role.id for role in granted_roles(tx, fields["trustor_user_id"], Scope(ScopeKind.PROJECT, project_id))}
    found = [_role(tx, said) for said in fields["roles"]]
    for role in found:
        if role.id not in held:
            raise Missing("role", role.id)
    return found


def _role(tx: Tx, said: Fields) -> Role:
    role_id, name = said.get("id"), said.get("name")
    role = roles.find(tx, role_id) if role_id else roles.find_by(tx, name_scope="", name=name)
    if role is None:
        raise Missing("role", str(role_id or name))
    return role


def _expiry(tx: Tx, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(f"The 'expires_at' {text} is not a time in ISO 8601.") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment <= tx.now:
        raise BadRequest("The 'expires_at' must not be before now.")
    return moment
