"""Domains by id and in lists."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.domain.targets import domain_target
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.records import projects
from altostratus.services.identity.store.tags import Tagged, with_tags
from altostratus.services.identity.usecases import Identity


def get_domain(tx: Tx, domain_id: str) -> Project:
    """The domain, whoever asks."""
    found = projects.find(tx, domain_id)
    if found is None or not found.is_domain:
        raise Missing("domain", domain_id)
    return found


def find_domain(tx: Tx, identity: Identity, actor: Actor, rule: str, domain_id: str) -> Project:
    """The domain, if the actor may do `rule` to it."""
    found = projects.find(tx, domain_id)
    domain = found if found and found.is_domain else None
    identity.policy.require(actor, rule, domain_target(domain))
    if domain is None:
        raise Missing("domain", domain_id)
    return domain


def list_domains(tx: Tx, identity: Identity, actor: Actor, listing: Listing) -> list[Tagged]:
    """A domain's reader sees that domain."""
    identity.policy.require(actor, "identity:list_domains", {"target.domain.id": actor.domain_id})
    listing = listing.having(is_domain=True)
    if actor.domain_id:
        listing = listing.having(id=actor.domain_id)
    return with_tags(tx, projects.listed(tx, listing))
