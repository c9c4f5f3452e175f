"""PATCH /v3/endpoints/{id}. A URL is not checked, as in Keystone: a malformed one is left out of catalogs."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import check_same_id, known, rest
from altostratus.services.identity.domain.nouns import Endpoint
from altostratus.services.identity.store.records import endpoints
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.create_endpoint import COLUMNS, check_service, region_of
from altostratus.services.identity.usecases.find_catalog import find_entry


def update_endpoint(tx: Tx, identity: Identity, actor: Actor, endpoint_id: str, fields: Fields) -> Endpoint:
    endpoint = find_entry(tx, identity, actor, "update", endpoints, endpoint_id)
    check_same_id(fields, endpoint_id)
    changes: dict[str, Any] = known(fields, "service_id", "interface", "url", "enabled")
    if fields.get("region") is not None or "region_id" in fields:
        changes["region_id"] = region_of(tx, fields)
    check_service(tx, fields)
    endpoints.update(tx, endpoint_id, **changes, extra={**endpoint.extra, **rest(fields, *COLUMNS)})
    events.record(tx, actor, "identity.endpoint.update", endpoint_id)
    return endpoints.find(tx, endpoint_id) or endpoint
