"""PATCH /v3/OS-EP-FILTER/endpoint_groups/{id}."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import EndpointGroup
from altostratus.services.identity.store.records import endpoint_groups
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.create_endpoint_group import check_filters
from altostratus.services.identity.usecases.find_endpoint_groups import existing_group


def update_endpoint_group(tx: Tx, identity: Identity, actor: Actor, group_id: str, fields: Fields) -> EndpointGroup:
    identity.policy.require(actor, "identity:update_endpoint_group")
    check_filters(fields)
    existing_group(tx, group_id)
    endpoint_groups.update(tx, group_id, **fields)
    events.record(tx, actor, "identity.endpoint_group.update", group_id)
    return existing_group(tx, group_id)
