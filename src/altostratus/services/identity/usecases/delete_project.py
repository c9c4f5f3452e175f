"""DELETE /v3/projects/{id}: with all grants on it and the credentials and trusts for it."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import check_mutable
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.store.cleanup import forget_projects
from altostratus.services.identity.store.records import projects
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.announce_revocation import announce_revocation
from altostratus.services.identity.usecases.delete_domain import remove_domain
from altostratus.services.identity.usecases.find_projects import find_project


def delete_project(tx: Tx, identity: Identity, actor: Actor, project_id: str) -> None:
    """What other services keep for the project stays there."""
    project = find_project(tx, identity, actor, "identity:delete_project", project_id)
    if project.is_domain:
        remove_domain(tx, identity, actor, project)
        return
    check_mutable(project.immutable, "project", project_id)
    if projects.listed(tx, Listing(limit=1).having(parent_id=project_id)):
        raise Forbidden(
            f"Cannot delete the project {project_id} since it is not a leaf in the hierarchy. "
            "Use the cascade option if you want to delete a whole subtree."
        )
    forget_projects(tx, [project_id])
    projects.delete(tx, project_id)
    announce_revocation(tx, identity, project_id=project_id)
    events.record(tx, actor, "identity.project.delete", project_id, project_id)
