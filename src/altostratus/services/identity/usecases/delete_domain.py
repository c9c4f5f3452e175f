"""DELETE /v3/domains/{id}: a disabled domain goes with everything in it."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import check_mutable
from altostratus.services.identity.domain.filters import ALL
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.store.cleanup import empty_domain
from altostratus.services.identity.store.records import projects
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.announce_revocation import announce_end_of_domain
from altostratus.services.identity.usecases.find_domains import find_domain


def delete_domain(tx: Tx, identity: Identity, actor: Actor, domain_id: str) -> None:
    remove_domain(tx, identity, actor, find_domain(tx, identity, actor, "identity:delete_domain", domain_id))


def remove_domain(tx: Tx, identity: Identity, actor: Actor, domain: Project) -> None:
    check_mutable(domain.immutable, "domain", domain.id)
    if domain.enabled:
        raise Forbidden("Cannot delete a domain that is enabled, please disable it first.")
    for project in projects.listed(tx, ALL.having(domain_id=domain.id)):
        check_mutable(project.immutable, "project", project.id)
    announce_end_of_domain(tx, identity, domain.id)
    empty_domain(tx, domain.id)
    projects.delete(tx, domain.id)
    events.record(tx, actor, "identity.domain.delete", domain.id, domain.id)
