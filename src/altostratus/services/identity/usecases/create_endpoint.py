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
FILLED_IN = ("project_id", "tenant_id", "user_id", "compute_host", "public_endpoint")
"""What Keystone lets a URL hold; it knows no value of the last two, so that such a URL is in no catalog."""


def create_endpoint(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> Endpoint:
    identity.policy.require(actor, "identity:create_endpoint")
    check_url(fields["url"])
    region_id = region_of(tx, fields)
    check_service(tx, fields)
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
    region_id: str | None = fields.get("region_id")
    if region_id is None and fields.get("region"):
        return _ensure_region(tx, fields["region"])
    if region_id is not None and regions.find(tx, region_id) is None:
        raise Expecting("endpoint region_id", "region table")
    return region_id


def _ensure_region(tx: Tx, region_id: str) -> str:
    if regions.find(tx, region_id) is None:
        regions.insert(tx, id=region_id, description="", extra={})
    return region_id


def check_service(tx: Tx, fields: Fields) -> None:
    if "service_id" in fields and services.find(tx, fields["service_id"]) is None:
        raise Expecting("endpoint service_id", "service table")


def check_url(url: str) -> None:
    if filled(url, dict.fromkeys(FILLED_IN, "")) is None:
        raise BadRequest(f"Cannot create an endpoint with an invalid URL: {url}.")
