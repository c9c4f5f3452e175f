"""Services, endpoints and regions by id and in lists."""

from typing import Any, TypeVar

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.records import Records, endpoints, regions, services
from altostratus.services.identity.usecases import Identity

R = TypeVar("R")
NOUNS: dict[str, Records[Any]] = {"service": services, "endpoint": endpoints, "region": regions}


def find_entry(tx: Tx, identity: Identity, actor: Actor, verb: str, records: Records[R], id: str) -> R:  # noqa: A002
    """The service, endpoint or region, if the actor may `verb` it."""
    noun = noun_of(records)
    identity.policy.require(actor, f"identity:{verb}_{noun}")
    found = records.find(tx, id)
    if found is None:
        raise Missing(noun, id)
    return found


def list_entries(tx: Tx, identity: Identity, actor: Actor, records: Records[R], listing: Listing) -> list[R]:
    identity.policy.require(actor, f"identity:list_{noun_of(records)}s")
    return records.listed(tx, listing)


def noun_of(records: Records[Any]) -> str:
    return next(noun for noun, known in NOUNS.items() if known is records)
