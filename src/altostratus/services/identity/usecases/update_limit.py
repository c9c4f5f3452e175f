"""PATCH /v3/limits/{id}: how much, and its description."""

from dataclasses import replace

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import known
from altostratus.services.identity.domain.limits import Limited, holder_id
from altostratus.services.identity.store.records import limits, projects
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.create_limits import check_model
from altostratus.services.identity.usecases.find_limits import find_limit_to


def update_limit(tx: Tx, identity: Identity, actor: Actor, limit_id: str, fields: Fields) -> Limited:
    found = find_limit_to(tx, identity, actor, "update", limit_id)
    changes = known(fields, "resource_limit", "description")
    changed = replace(found, limit=replace(found.limit, **changes))
    check_model(tx, identity, [changed], projects.by_ids(tx, [holder_id(found.limit)]))
    if changes:
        limits.update(tx, limit_id, **changes)
    events.record(tx, actor, "identity.limit.update", limit_id, found.limit.project_id)
    return changed
