"""POST /v3/projects; with `is_domain` it makes a domain."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import home_domain, merged_options, rest
from altostratus.services.identity.domain.limits import DEEPEST
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.errors import Duplicate, Missing
from altostratus.services.identity.store.records import projects, unique
from altostratus.services.identity.store.tags import replace_tags
from altostratus.services.identity.usecases import Fields, Identity, new_id
from altostratus.services.identity.usecases.find_projects import parents_of

COLUMNS = ("name", "domain_id", "parent_id", "is_domain", "enabled", "description", "options", "tags")


def create_project(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> Project:
    identity.policy.require(actor, "identity:create_project", {"target.project.domain_id": fields.get("domain_id")})
    if fields.get("is_domain"):
        if fields.get("parent_id") or fields.get("domain_id"):
            raise BadRequest("only root projects are allowed to act as domains.")
        return insert_project(tx, actor, fields, None, None)
    domain_id = home_domain(actor, fields)
    parent_id = fields.get("parent_id") or domain_id
    _check_place(tx, identity, domain_id, parent_id)
    return insert_project(tx, actor, fields, domain_id, parent_id)


def insert_project(tx: Tx, actor: Actor, fields: Fields, domain_id: str | None, parent_id: str | None) -> Project:
    """A project, or (both None) a domain."""
    values: dict[str, Any] = {
        "id": new_id(tx),
        "name": fields["name"].strip(),
        "domain_id": domain_id,
        "parent_id": parent_id,
        "is_domain": domain_id is None,
        "enabled": fields.get("enabled", True),
        "description": fields.get("description", ""),
        "epoch": 0,
        "options": merged_options({}, fields.get("options")),
        "extra": rest(fields, *COLUMNS),
    }
    with unique(tx, duplicate(values)):
        projects.insert(tx, **values, name_scope=domain_id or "")
    replace_tags(tx, values["id"], fields.get("tags", ()))
    kind = "project" if domain_id else "domain"
    events.record(tx, actor, f"identity.{kind}.create", values["id"], values["id"])
    return Project(**values)


def duplicate(values: Fields) -> Duplicate:
    if values["domain_id"] is None:
        reason = f"it is not permitted to have two projects acting as domains with the same name: {values['name']}"
    else:
        reason = (
            "it is not permitted to have two projects with either the same name or same id in the same domain: "
            f"name is {values['name']}, project id {values['id']}"
        )
    return Duplicate("project", reason)


def _check_place(tx: Tx, identity: Identity, domain_id: str, parent_id: str) -> None:
    """What is wrong with the place of a new project is a 400, even what is not found."""
    domain = projects.find(tx, domain_id)
    if domain is None or not domain.is_domain:
        raise BadRequest(str(Missing("domain", domain_id)))
    parent = projects.find(tx, parent_id)
    if parent is None:
        raise BadRequest(str(Missing("project", parent_id)))
    if (parent.domain_id or parent.id) != domain_id:
        raise BadRequest(f"Cannot create project, its domain {domain_id} is not that of its parent {parent_id}.")
    above = [domain] if parent.is_domain else [parent, *parents_of(tx, parent), domain]
    if any(not project.enabled for project in above):
        raise BadRequest(f"cannot create a project in a branch containing a disabled project: {parent_id}")
    if len(above) > _deepest(identity):
        raise Forbidden(f"Max hierarchy depth reached for {parent_id} branch.")


def _deepest(identity: Identity) -> int:
    """How many levels of projects there may be below a domain."""
    config = identity.config
    return min(config.project_depth, DEEPEST.get(config.unified_limit_enforcement_model, config.project_depth))
