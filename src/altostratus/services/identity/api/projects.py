"""/v3/projects"""

from typing import Any

from litestar import Router, delete, get, patch, post
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.api import IdentityCall, schemas, views
from altostratus.services.identity.api.listing import PAGE, TAGS
from altostratus.services.identity.domain.limits import holder_id
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.store.limits import limits_of
from altostratus.services.identity.store.tags import tags_of, with_tags
from altostratus.services.identity.usecases.create_project import create_project
from altostratus.services.identity.usecases.delete_project import delete_project
from altostratus.services.identity.usecases.find_projects import (
    children_of,
    find_project,
    list_projects,
    own_of,
    parents_of,
    subtree_of,
)
from altostratus.services.identity.usecases.update_project import update_project

FILTERS = ("domain_id", "enabled", "name", "parent_id", "is_domain", "tags")


@get("/", query=(*FILTERS, *TAGS, *PAGE))
async def get_projects(request: IdentityCall) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing(schemas.ProjectQuery)
    found = await identity.db.read(lambda tx: list_projects(tx, identity, actor, listing))
    return request.collection("projects", found, lambda row: views.project(*row, request.base), listing)


@post("/", body=schemas.NewProjectBody)
async def post_project(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.new_fields(schemas.NewProjectBody, "project")

    def create(tx: Tx) -> views.View:
        return _view(tx, request, create_project(tx, identity, actor, fields))

    return {"project": await identity.change(create)}


@get(
    "/{project_id:str}",
    query=("parents_as_list", "parents_as_ids", "subtree_as_list", "subtree_as_ids", "include_limits"),
)
async def get_project(request: IdentityCall, project_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor

    def read(tx: Tx) -> views.View:
        project = find_project(tx, identity, actor, "identity:get_project", project_id)
        return _view(tx, request, project, **_relatives(tx, request, project))

    return {"project": await identity.db.read(read)}


@patch("/{project_id:str}", body=schemas.ProjectBody)
async def patch_project(request: IdentityCall, project_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.fields(schemas.ProjectBody, "project", may_be_empty=True)

    def update(tx: Tx) -> views.View:
        project = update_project(tx, identity, actor, project_id, fields)
        return _view(tx, request, project, extra=dict(project.extra))

    return {"project": await identity.change(update)}


@delete("/{project_id:str}")
async def delete_project_(request: IdentityCall, project_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_project(tx, identity, actor, project_id))


def _view(tx: Tx, request: IdentityCall, project: Project, **more: Any) -> views.View:
    return views.project(project, tags_of(tx, project.id), request.base, **more)


def _relatives(tx: Tx, request: IdentityCall, project: Project) -> dict[str, Any]:
    """`?parents_as_list`, `?subtree_as_ids` and their like."""
    for kind in ("parents", "subtree"):
        if request.flag(f"{kind}_as_list") and request.flag(f"{kind}_as_ids"):
            raise BadRequest(f"Cannot use {kind}_as_list and {kind}_as_ids query params at the same time.")
    found: dict[str, Any] = {}
    if request.flag("parents_as_list"):
        found["parents"] = _wrapped(tx, request, parents_of(tx, project))
    if request.flag("parents_as_ids"):
        found["parents"] = _nested_parents([parent.id for parent in parents_of(tx, project)], project)
    if request.flag("subtree_as_list"):
        found["subtree"] = _wrapped(tx, request, subtree_of(tx, project))
    if request.flag("subtree_as_ids"):
        found["subtree"] = _nested_children(project.id, children_of(tx, project))
    return found


def _wrapped(tx: Tx, request: IdentityCall, projects: list[Project]) -> list[views.View]:
    own = own_of(tx, request.actor, projects)
    limits = _limits(tx, own) if request.flag("include_limits") else {}
    return [{"project": views.project(*row, request.base, **limits.get(row[0].id, {}))} for row in with_tags(tx, own)]


def _limits(tx: Tx, projects: list[Project]) -> dict[str, views.View]:
    """{project: {'limits': its limits}}"""
    found: dict[str, views.View] = {project.id: {"limits": []} for project in projects}
    for limited in limits_of(tx, list(found)):
        found[holder_id(limited.limit)]["limits"].append(views.bare_limit(limited))
    return found


def _nested_parents(ids: list[str], project: Project) -> dict[str, Any] | None:
    """{nearest: {next: {domain: None}}}"""
    nested: dict[str, Any] | None = {project.domain_id: None} if project.domain_id else None
    for id in reversed(ids):  # noqa: A001
        nested = {id: nested}
    return nested


def _nested_children(project_id: str, tree: dict[str, list[Project]]) -> dict[str, Any] | None:
    """{child: {grandchild: None}}"""
    return {child.id: _nested_children(child.id, tree) for child in tree.get(project_id, ())} or None


ROUTER = Router("/projects", route_handlers=[get_projects, post_project, get_project, patch_project, delete_project_])
