"""Limits by id and in lists, and the model that they must fit."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.limits import MODELS, Limited, holder_id
from altostratus.services.identity.domain.targets import Target, limit_target
from altostratus.services.identity.store.limits import find_limited, list_limited, within_domain
from altostratus.services.identity.store.records import projects
from altostratus.services.identity.usecases import Identity

SEES_ALL = frozenset({"admin", "service"})
"""Roles that see every limit, as in Keystone: services look up what they enforce."""


def find_limit(tx: Tx, identity: Identity, actor: Actor, limit_id: str) -> Limited:
    """The limit, if the actor may see it; who may not learns nothing about whether there is one."""
    found = find_limited(tx, limit_id)
    identity.policy.require(actor, "identity:get_limit", _target(tx, found))
    return _known(found, limit_id)


def find_limit_to(tx: Tx, identity: Identity, actor: Actor, verb: str, limit_id: str) -> Limited:
    """The limit, if the actor may `verb` it ('update', 'delete'); here Keystone looks first whether there is one."""
    found = _known(find_limited(tx, limit_id), limit_id)
    identity.policy.require(actor, f"identity:{verb}_limit", _target(tx, found))
    return found


def _target(tx: Tx, found: Limited | None) -> Target:
    return limit_target(found, projects.find(tx, holder_id(found.limit)) if found else None)


def _known(found: Limited | None, limit_id: str) -> Limited:
    if found is None:
        raise NotFound(f"Could not find limit for {limit_id}.")
    return found


def list_limits(tx: Tx, identity: Identity, actor: Actor, listing: Listing) -> list[Limited]:
    """Everything for the system and who sees all, else those of the token's domain with its projects, or project."""
    identity.policy.require(actor, "identity:list_limits")
    if actor.system or SEES_ALL & actor.roles:
        return list_limited(tx, listing)
    if actor.domain_id:
        return list_limited(tx, listing, within_domain(actor.domain_id))
    return list_limited(tx, listing.having(project_id=actor.project_id)) if actor.project_id else []


def find_model(identity: Identity, actor: Actor) -> tuple[str, str]:
    """The model's name, and what it is."""
    identity.policy.require(actor, "identity:get_limit_model")
    name = identity.config.unified_limit_enforcement_model
    return name, MODELS[name]
