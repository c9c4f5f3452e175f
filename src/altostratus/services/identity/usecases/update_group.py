"""PATCH /v3/groups/{id}."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import check_same_domain, check_same_id, rest
from altostratus.services.identity.domain.nouns import Group
from altostratus.services.identity.store.records import groups, unique
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.create_group import COLUMNS, duplicate
from altostratus.services.identity.usecases.find_groups import find_group


def update_group(tx: Tx, identity: Identity, actor: Actor, group_id: str, fields: Fields) -> Group:
    group = find_group(tx, identity, actor, "identity:update_group", group_id)
    check_same_id(fields, group_id)
    check_same_domain(fields, group.domain_id)
    name = fields.get("name", group.name).strip()
    description = fields.get("description", group.description)
    with unique(tx, duplicate(name, group.domain_id)):
        extra = {**group.extra, **rest(fields, *COLUMNS)}
        groups.update(tx, group_id, name=name, description=description, extra=extra)
    events.record(tx, actor, "identity.group.update", group_id)
    return groups.find(tx, group_id) or group
