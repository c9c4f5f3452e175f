"""POST /v3/OS-EP-FILTER/endpoint_groups."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import EndpointGroup
from altostratus.services.identity.errors import Expecting
from altostratus.services.identity.store.records import endpoint_groups
from altostratus.services.identity.usecases import Fields, Identity, new_id

FILTERS = ("service_id", "region_id", "interface")


def create_endpoint_group(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> EndpointGroup:
    identity.policy.require(actor, "identity:create_endpoint_group")
    if not fields["filters"]:
        raise BadRequest("filters field is required and cannot be empty")
    check_filters(fields)
    values: dict[str, Any] = {
        "id": new_id(tx),
        "name": fields["name"],
        "description": fields.get("description"),
        "filters": fields["filters"],
    }
    endpoint_groups.insert(tx, **values)
    events.record(tx, actor, "identity.endpoint_group.create", values["id"])
    return EndpointGroup(**values)


def check_filters(fields: Fields) -> None:
    if set(fields.get("filters", ())) - set(FILTERS):
        raise Expecting(" or ".join(FILTERS), "endpoint_group")
