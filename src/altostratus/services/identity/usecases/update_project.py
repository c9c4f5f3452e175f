"""PATCH /v3/projects/{id} and /v3/domains/{id}."""

from typing import Any

from sqlalchemy import update

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import (
    check_mutable,
    check_same_domain,
    check_same_id,
    known,
    merged_options,
    rest,
)
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.records import projects, unique
from altostratus.services.identity.store.tags import replace_tags
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.create_project import COLUMNS, duplicate
from altostratus.services.identity.usecases.find_projects import find_project, parents_of, subtree_of


def update_project(tx: Tx, identity: Identity, actor: Actor, project_id: str, fields: Fields) -> Project:
    project = find_project(tx, identity, actor, "identity:update_project", project_id)
    check_same_id(fields, project_id)
    return change_project(tx, actor, project, fields)


def change_project(tx: Tx, actor: Actor, project: Project, fields: Fields) -> Project:
    """The project (or domain) as it is then. What is said of a domain's id counts for nothing."""
    kind = "domain" if project.is_domain else "project"
    check_same_domain(fields, project.domain_id)
    check_mutable(project.immutable, kind, project.id, fields)
    _check_place(tx, project, fields)
    with unique(tx, duplicate({"id": project.id, "domain_id": project.domain_id, "name": fields.get("name")})):
        projects.update(tx, project.id, **_changes(project, fields))
    if "tags" in fields:
        replace_tags(tx, project.id, fields["tags"])
    if project.is_domain and project.enabled and not fields.get("enabled", True):
        _end_tokens_within(tx, project.id)
    events.record(tx, actor, f"identity.{kind}.update", project.id, project.id)
    return projects.find(tx, project.id) or project


def _changes(project: Project, fields: Fields) -> dict[str, Any]:
    changes = known(fields, "enabled", "description")
    if "name" in fields:
        changes["name"] = fields["name"].strip()
    if project.enabled and not fields.get("enabled", True):
        changes["epoch"] = project.epoch + 1
    changes["options"] = merged_options(project.options, fields.get("options"))
    changes["extra"] = {**project.extra, **rest(fields, *COLUMNS)}
    return changes


def _check_place(tx: Tx, project: Project, fields: Fields) -> None:
    if fields.get("parent_id", project.parent_id) != project.parent_id:
        raise Forbidden("Update of `parent_id` is not allowed.")
    if fields.get("is_domain", project.is_domain) != project.is_domain:
        raise BadRequest("Update of `is_domain` is not allowed.")
    if project.is_domain or fields.get("enabled", project.enabled) == project.enabled:
        return
    if fields["enabled"] and not all(above.enabled for above in (*parents_of(tx, project), *_domain_of(tx, project))):
        raise Forbidden(f"Cannot enable project {project.id} since it has disabled parents")
    if not fields["enabled"] and any(child.enabled for child in subtree_of(tx, project)):
        raise Forbidden(f"Cannot disable project {project.id} since its subtree contains enabled projects.")


def _domain_of(tx: Tx, project: Project) -> list[Project]:
    return projects.by_ids(tx, [project.domain_id] if project.domain_id else [])


def _end_tokens_within(tx: Tx, domain_id: str) -> None:
    """Tokens of the domain's users and projects stay ended when it is enabled again."""
    for table in (tables.user, tables.project):
        tx.sql.execute(update(table).where(table.c.domain_id == domain_id).values(epoch=table.c.epoch + 1))
