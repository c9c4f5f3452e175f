"""POST /v3/registered_limits: all of them, or none."""

from collections.abc import Sequence

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import RegisteredLimit
from altostratus.services.identity.errors import Duplicate, Expecting
from altostratus.services.identity.store.limits import insert_registered_limits
from altostratus.services.identity.store.records import regions, services, unique
from altostratus.services.identity.usecases import Fields, Identity, new_id

NOUN = "registered_limit"
DUPLICATE = Duplicate(NOUN, "Duplicate entry")


def create_registered_limits(
    tx: Tx, identity: Identity, actor: Actor, wishes: Sequence[Fields]
) -> list[RegisteredLimit]:
    """In the order that they were said in."""
    identity.policy.require(actor, "identity:create_registered_limits")
    check_places(tx, NOUN, wishes)
    made = [_registered(tx, fields) for fields in wishes]
    with unique(tx, DUPLICATE):
        insert_registered_limits(tx, made)
    for one in made:
        events.record(tx, actor, "identity.registered_limit.create", one.id)
    return made


def _registered(tx: Tx, fields: Fields) -> RegisteredLimit:
    return RegisteredLimit(
        id=new_id(tx),
        service_id=fields["service_id"],
        region_id=fields.get("region_id"),
        resource_name=fields["resource_name"],
        default_limit=fields["default_limit"],
        description=fields.get("description"),
    )


def check_places(tx: Tx, noun: str, wishes: Sequence[Fields]) -> None:
    """The services and regions that are named must be there."""
    for records, name in ((services, "service_id"), (regions, "region_id")):
        named = {fields[name] for fields in wishes if fields.get(name) is not None}
        if named - {found.id for found in records.by_ids(tx, sorted(named))}:
            raise Expecting(name, noun)
