"""PATCH /v3/domains/{id}."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.find_domains import find_domain
from altostratus.services.identity.usecases.update_project import change_project


def update_domain(tx: Tx, identity: Identity, actor: Actor, domain_id: str, fields: Fields) -> Project:
    return change_project(tx, actor, find_domain(tx, identity, actor, "identity:update_domain", domain_id), fields)
