"""POST /v3/roles."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import merged_options, rest
from altostratus.services.identity.domain.nouns import Role
from altostratus.services.identity.errors import Duplicate
from altostratus.services.identity.store.records import roles, unique
from altostratus.services.identity.usecases import Fields, Identity, new_id
from altostratus.services.identity.usecases.find_domains import get_domain

COLUMNS = ("name", "domain_id", "description", "options")


def create_role(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> Role:
    domain_id = fields.get("domain_id")
    identity.policy.require(actor, "identity:create_domain_role" if domain_id else "identity:create_role")
    if domain_id:
        get_domain(tx, domain_id)
    values: dict[str, Any] = {
        "id": new_id(tx),
        "name": fields["name"],
        "domain_id": domain_id,
        "description": fields.get("description"),
        "options": merged_options({}, fields.get("options")),
        "extra": rest(fields, *COLUMNS),
    }
    with unique(tx, duplicate(values["name"], domain_id)):
        roles.insert(tx, **values, name_scope=domain_id or "")
    events.record(tx, actor, "identity.role.create", values["id"])
    return Role(**values)


def duplicate(name: str, domain_id: str | None = None) -> Duplicate:
    where = f" at domain ID {domain_id}" if domain_id else ""
    return Duplicate("role", f"Duplicate entry found with name {name}{where}")
