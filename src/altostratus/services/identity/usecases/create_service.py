"""POST /v3/services."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import rest
from altostratus.services.identity.domain.nouns import CatalogService
from altostratus.services.identity.store.records import services
from altostratus.services.identity.usecases import Fields, Identity, new_id

COLUMNS = ("type", "name", "enabled")


def create_service(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> CatalogService:
    identity.policy.require(actor, "identity:create_service")
    values: dict[str, Any] = {
        "id": new_id(tx),
        "type": fields["type"],
        "name": fields.get("name", ""),
        "enabled": fields.get("enabled", True),
        "extra": rest(fields, *COLUMNS),
    }
    services.insert(tx, **values)
    events.record(tx, actor, "identity.service.create", values["id"])
    return CatalogService(**values)
