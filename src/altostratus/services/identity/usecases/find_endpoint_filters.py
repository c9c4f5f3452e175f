"""Which endpoints and endpoint groups a project is associated with, and which projects one of those is."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import Endpoint, EndpointGroup
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.endpoint_filters import endpoints_for, project_endpoints, project_groups
from altostratus.services.identity.store.records import endpoints, projects
from altostratus.services.identity.store.tags import Tagged, with_tags
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_endpoint_groups import existing_group

NO_SUCH_GROUP = "Endpoint Group Project Association not found"


def check_endpoint(tx: Tx, identity: Identity, actor: Actor, project_id: str, endpoint_id: str) -> None:
    """NotFound unless the project is associated with the endpoint by itself."""
    identity.policy.require(actor, "identity:check_endpoint_in_project")
    require_endpoint(tx, endpoint_id)
    require_project(tx, project_id)
    if not project_endpoints.has(tx, project_id, endpoint_id):
        raise NotFound(no_such_endpoint(project_id, endpoint_id))


def check_group(tx: Tx, identity: Identity, actor: Actor, project_id: str, group_id: str) -> None:
    """NotFound unless the project is associated with the group."""
    require_group_and_project(tx, identity, actor, "identity:get_endpoint_group_in_project", project_id, group_id)
    if not project_groups.has(tx, project_id, group_id):
        raise NotFound(NO_SUCH_GROUP)


def list_endpoints_of_project(tx: Tx, identity: Identity, actor: Actor, project_id: str) -> list[Endpoint]:
    """By itself or in groups."""
    identity.policy.require(actor, "identity:list_endpoints_for_project")
    require_project(tx, project_id)
    return endpoints_for(tx, project_id)


def list_groups_of_project(tx: Tx, identity: Identity, actor: Actor, project_id: str) -> list[EndpointGroup]:
    identity.policy.require(actor, "identity:list_endpoint_groups_for_project")
    require_project(tx, project_id)
    return project_groups.of_project(tx, project_id)


def list_projects_of_endpoint(tx: Tx, identity: Identity, actor: Actor, endpoint_id: str) -> list[Tagged]:
    identity.policy.require(actor, "identity:list_projects_for_endpoint")
    require_endpoint(tx, endpoint_id)
    return with_tags(tx, project_endpoints.projects_with(tx, endpoint_id))


def list_projects_of_group(tx: Tx, identity: Identity, actor: Actor, group_id: str) -> list[Tagged]:
    """[] for a group that does not exist, as in Keystone."""
    identity.policy.require(actor, "identity:list_projects_associated_with_endpoint_group")
    return with_tags(tx, project_groups.projects_with(tx, group_id))


def require_group_and_project(
    tx: Tx, identity: Identity, actor: Actor, rule: str, project_id: str, group_id: str
) -> None:
    """Forbidden, or then Missing, unless the actor may do `rule` and both are there."""
    identity.policy.require(actor, rule)
    require_project(tx, project_id)
    existing_group(tx, group_id)


def require_project(tx: Tx, project_id: str) -> None:
    """A domain counts as one."""
    if projects.find(tx, project_id) is None:
        raise Missing("project", project_id)


def require_endpoint(tx: Tx, endpoint_id: str) -> None:
    if endpoints.find(tx, endpoint_id) is None:
        raise Missing("endpoint", endpoint_id)


def no_such_endpoint(project_id: str, endpoint_id: str) -> str:
    return f"Endpoint {endpoint_id} not found in project {project_id}"
