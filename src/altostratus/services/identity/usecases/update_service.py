"""PATCH /v3/services/{id}."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import check_same_id, known, rest
from altostratus.services.identity.domain.nouns import CatalogService
from altostratus.services.identity.store.records import services
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.create_service import COLUMNS
from altostratus.services.identity.usecases.find_catalog import find_entry


def update_service(tx: Tx, identity: Identity, actor: Actor, service_id: str, fields: Fields) -> CatalogService:
    service = find_entry(tx, identity, actor, "update", services, service_id)
    check_same_id(fields, service_id)
    extra = {**service.extra, **rest(fields, *COLUMNS)}
    services.update(tx, service_id, **known(fields, *COLUMNS), extra=extra)
    events.record(tx, actor, "identity.service.update", service_id)
    return services.find(tx, service_id) or service
