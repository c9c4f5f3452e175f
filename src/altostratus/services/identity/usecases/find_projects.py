"""Projects by id and in lists, and those above and below one."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.domain.targets import project_target
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.access import reachable
from altostratus.services.identity.store.records import projects
from altostratus.services.identity.store.tags import Tagged, chosen_by_tags, with_tags
from altostratus.services.identity.usecases import Identity


def find_project(tx: Tx, identity: Identity, actor: Actor, rule: str, project_id: str) -> Project:
    """The project, if the actor may do `rule` to it; who may not learns nothing about whether there is one."""
    project = projects.find(tx, project_id)
    identity.policy.require(actor, rule, project_target(project))
    if project is None:
        raise Missing("project", project_id)
    return project


def list_projects(tx: Tx, identity: Identity, actor: Actor, listing: Listing) -> list[Tagged]:
    """Domains only where `is_domain` asks for them; a domain's reader sees that domain's."""
    identity.policy.require(actor, "identity:list_projects", {"target.domain_id": actor.domain_id})
    if listing.value("is_domain") is None:
        listing = listing.having(is_domain=False)
    if actor.domain_id:
        listing = listing.having(domain_id=actor.domain_id)
    return with_tags(tx, projects.listed(tx, listing, *(chosen_by_tags(kind, names) for kind, names in listing.tags)))


def parents_of(tx: Tx, project: Project) -> list[Project]:
    """From the nearest up, the domain excluded."""
    found: list[Project] = []
    above = projects.find(tx, project.parent_id) if project.parent_id else None
    while above is not None and not above.is_domain:
        found.append(above)
        above = projects.find(tx, above.parent_id) if above.parent_id else None
    return found


def own_of(tx: Tx, actor: Actor, found: list[Project]) -> list[Project]:
    """Those of the projects that the actor has a role on: lists of a project's relatives show no others."""
    own = {project.id for project in reachable(tx, actor.user_id, "project")}
    return [project for project in found if project.id in own]


def children_of(tx: Tx, project: Project) -> dict[str, list[Project]]:
    """All projects of the same domain, or in this one, by their parent's id, to walk the tree below one."""
    tree: dict[str, list[Project]] = {}
    for other in projects.listed(tx, Listing().having(domain_id=project.domain_id or project.id)):
        tree.setdefault(other.parent_id or "", []).append(other)
    return tree


def subtree_of(tx: Tx, project: Project) -> list[Project]:
    """Every project below this one, nearer ones first."""
    tree = children_of(tx, project)
    found = list(tree.get(project.id, ()))
    for child in found:
        found.extend(tree.get(child.id, ()))
    return found
