"""Roles by id and in lists, and which role implies which."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.nouns import Role
from altostratus.services.identity.domain.targets import role_target
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.implications import implications
from altostratus.services.identity.store.records import roles
from altostratus.services.identity.usecases import Identity


def find_role(tx: Tx, identity: Identity, actor: Actor, verb: str, role_id: str) -> Role:
    """The role, if the actor may `verb` ('get', 'update', 'delete') it; a domain's roles have rules of their own."""
    role = roles.find(tx, role_id)
    noun = "domain_role" if role and role.domain_id else "role"
    identity.policy.require(actor, f"identity:{verb}_{noun}", role_target(role))
    if role is None:
        raise Missing("role", role_id)
    return role


def list_roles(tx: Tx, identity: Identity, actor: Actor, listing: Listing) -> list[Role]:
    """Those of the domain that is asked for, else those of the whole cloud."""
    if listing.value("domain_id"):
        identity.policy.require(actor, "identity:list_domain_roles")
        return roles.listed(tx, listing)
    identity.policy.require(actor, "identity:list_roles")
    return roles.listed(tx, listing.having(domain_id=None))


Inference = tuple[Role, list[Role]]


def list_implied(tx: Tx, identity: Identity, actor: Actor, role_id: str) -> Inference:
    """The role and those that it implies directly."""
    role = roles.find(tx, role_id)
    identity.policy.require(actor, "identity:list_implied_roles")
    if role is None:
        raise Missing("role", role_id)
    return next((found for found in _inferences(tx) if found[0].id == role_id), (role, []))


def list_inferences(tx: Tx, identity: Identity, actor: Actor) -> list[Inference]:
    """Every role that implies others, with those."""
    identity.policy.require(actor, "identity:list_role_inference_rules")
    return _inferences(tx)


def _inferences(tx: Tx) -> list[Inference]:
    known = {role.id: role for role in roles.listed(tx)}
    rules = implications(tx)
    return [(known[prior], [known[role.id] for role in implied]) for prior, implied in rules.items()]
