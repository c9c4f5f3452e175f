"""POST /v3/groups."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import home_domain, rest
from altostratus.services.identity.domain.nouns import Group
from altostratus.services.identity.errors import Duplicate
from altostratus.services.identity.store.records import groups, unique
from altostratus.services.identity.usecases import Fields, Identity, new_id
from altostratus.services.identity.usecases.find_domains import get_domain

COLUMNS = ("name", "domain_id", "description")


def create_group(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> Group:
    domain_id = home_domain(actor, fields)
    identity.policy.require(actor, "identity:create_group", {"target.group.domain_id": domain_id})
    get_domain(tx, domain_id)
    values: dict[str, Any] = {
        "id": new_id(tx),
        "domain_id": domain_id,
        "name": fields["name"].strip(),
        "description": fields.get("description", ""),
        "extra": rest(fields, *COLUMNS),
    }
    with unique(tx, duplicate(values["name"], domain_id)):
        groups.insert(tx, **values)
    events.record(tx, actor, "identity.group.create", values["id"])
    return Group(**values)


def duplicate(name: str, domain_id: str) -> Duplicate:
    return Duplicate("group", f"Duplicate entry found with name {name} at domain ID {domain_id}")
