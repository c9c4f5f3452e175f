"""Registered limits by id and in lists."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.nouns import RegisteredLimit
from altostratus.services.identity.store.records import registered_limits
from altostratus.services.identity.usecases import Identity


def find_registered_limit(tx: Tx, identity: Identity, actor: Actor, verb: str, limit_id: str) -> RegisteredLimit:
    """The registered limit, if the actor may `verb` it."""
    identity.policy.require(actor, f"identity:{verb}_registered_limit")
    found = registered_limits.find(tx, limit_id)
    if found is None:
        raise NotFound(f"Could not find registered limit for {limit_id}.")
    return found


def list_registered_limits(tx: Tx, identity: Identity, actor: Actor, listing: Listing) -> list[RegisteredLimit]:
    identity.policy.require(actor, "identity:list_registered_limits")
    return registered_limits.listed(tx, listing)
