"""POST /v3/endpoints."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import rest
from altostratus.services.identity.domain.nouns import Endpoint
from altostratus.services.identity.domain.urls import filled
from altostratus.services.identity.errors import Expecting
from altostratus.services.identity.store.records import endpoints, regions, services
from altostratus.services.identity.usecases import Fields, Identity, new_id

COLUMNS = ("service_id", "region_id", "region", "interface", "url", "enabled")
FILLED_IN = ("project_id", "tenant_id", "user_id")


def create_endpoint(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> Endpoint:
    identity.policy.require(actor, "identity:create_endpoint")
    region_id = region_of(tx, fields)
    check_endpoint(tx, fields)
    values: dict[str, Any] = {
        "id": new_id(tx),
        "service_id": fields["service_id"],
        "region_id": region_id,
        "interface": fields["interface"],
        "url": fields["url"],
        "enabled": fields.get("enabled", True),
        "extra": rest(fields, *COLUMNS),
    }
    endpoints.insert(tx, **values)
    events.record(tx, actor, "identity.endpoint.create", values["id"])
    return Endpoint(**values)


def region_of(tx: Tx, fields: Fields) -> str | None:
    """The region said as `region_id`, or the old way as `region`, which makes it where there is none."""
    old: str | None = fields.get("region")
    if old and not fields.get("region_id"):
        if regions.find(tx, old) is None:
            regions.insert(tx, id=old, description="", extra={})
        return old
    region_id: str | None = fields.get("region_id")
    if region_id is not None and regions.find(tx, region_id) is None:
        raise Expecting("endpoint region_id", "region table")
    return region_id


def check_endpoint(tx: Tx, fields: Fields) -> None:
    if "service_id" in fields and services.find(tx, fields["service_id"]) is None:
        raise Expecting("endpoint service_id", "service table")
    if "url" in fields and filled(fields["url"], dict.fromkeys(FILLED_IN, "")) is None:
        raise BadRequest(
            f"Malformed endpoint URL ({fields['url']}): it may hold $(project_id)s, $(tenant_id)s, $(user_id)s."
        )
