"""POST /v3/domains."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.create_project import insert_project


def create_domain(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> Project:
    identity.policy.require(actor, "identity:create_domain")
    return insert_project(tx, actor, fields, None, None)
