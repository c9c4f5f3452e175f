"""PATCH /v3/roles/{id}."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import (
    check_mutable,
    check_same_id,
    known,
    merged_options,
    rest,
)
from altostratus.services.identity.domain.nouns import Role
from altostratus.services.identity.store.records import roles, unique
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.create_role import COLUMNS, duplicate
from altostratus.services.identity.usecases.find_roles import find_role


def update_role(tx: Tx, identity: Identity, actor: Actor, role_id: str, fields: Fields) -> Role:
    role = find_role(tx, identity, actor, "update", role_id)
    check_same_id(fields, role_id)
    check_mutable(role.immutable, "role", role_id, fields)
    if fields.get("domain_id", role.domain_id) != role.domain_id:
        raise BadRequest("Update of `domain_id` is not allowed.")
    changes: dict[str, Any] = known(fields, "name", "description")
    changes["options"] = merged_options(role.options, fields.get("options"))
    changes["extra"] = {**role.extra, **rest(fields, *COLUMNS)}
    with unique(tx, duplicate(changes.get("name", role.name))):
        roles.update(tx, role_id, **changes)
    events.record(tx, actor, "identity.role.update", role_id)
    return roles.find(tx, role_id) or role
