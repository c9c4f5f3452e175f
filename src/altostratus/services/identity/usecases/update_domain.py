"""PATCH /v3/domains/{id}."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.find_domains import find_domain
from altostratus.services.identity.usecases.update_project import change_project

PLACE = ("domain_id", "parent_id", "is_domain")


def update_domain(tx: Tx, identity: Identity, actor: Actor, domain_id: str, fields: Fields) -> Project:
    """What is said of its place counts for nothing, as in Keystone: a domain is always at the root."""
    domain = find_domain(tx, identity, actor, "identity:update_domain", domain_id)
    return change_project(tx, actor, domain, {name: fields[name] for name in fields if name not in PLACE})
