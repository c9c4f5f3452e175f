"""PUT and DELETE of a project's associations: with endpoints (…/projects/{id}/endpoints/{id}) and with endpoint groups
(…/endpoint_groups/{id}/projects/{id})."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.endpoint_filters import project_endpoints, project_groups
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_endpoint_filters import (
    NO_SUCH_GROUP,
    no_such_endpoint,
    require_endpoint,
    require_group_and_project,
    require_project,
)


def add_endpoint(tx: Tx, identity: Identity, actor: Actor, project_id: str, endpoint_id: str) -> None:
    identity.policy.require(actor, "identity:add_endpoint_to_project")
    require_endpoint(tx, endpoint_id)
    require_project(tx, project_id)
    project_endpoints.add(tx, project_id, endpoint_id)
    events.record(tx, actor, "identity.endpoint.add_to_project", endpoint_id, project_id)


def remove_endpoint(tx: Tx, identity: Identity, actor: Actor, project_id: str, endpoint_id: str) -> None:
    identity.policy.require(actor, "identity:remove_endpoint_from_project")
    if not project_endpoints.remove(tx, project_id, endpoint_id):
        raise NotFound(no_such_endpoint(project_id, endpoint_id))
    events.record(tx, actor, "identity.endpoint.remove_from_project", endpoint_id, project_id)


def add_group(tx: Tx, identity: Identity, actor: Actor, project_id: str, group_id: str) -> None:
    rule = "identity:add_endpoint_group_to_project"
    require_group_and_project(tx, identity, actor, rule, project_id, group_id)
    project_groups.add(tx, project_id, group_id)
    events.record(tx, actor, "identity.endpoint_group.add_to_project", group_id, project_id)


def remove_group(tx: Tx, identity: Identity, actor: Actor, project_id: str, group_id: str) -> None:
    rule = "identity:remove_endpoint_group_from_project"
    require_group_and_project(tx, identity, actor, rule, project_id, group_id)
    if not project_groups.remove(tx, project_id, group_id):
        raise NotFound(NO_SUCH_GROUP)
    events.record(tx, actor, "identity.endpoint_group.remove_from_project", group_id, project_id)
