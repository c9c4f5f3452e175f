"""/v3/projects/{id}/tags: list, replace, add and remove."""

from collections.abc import Sequence

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.tags import remove_tag, replace_tags, tags_of
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_projects import find_project

MOST_TAGS = 80


def list_tags(tx: Tx, identity: Identity, actor: Actor, project_id: str) -> list[str]:
    return tags_of(tx, find_project(tx, identity, actor, "identity:list_project_tags", project_id).id)


def check_tag(tx: Tx, identity: Identity, actor: Actor, project_id: str, tag: str) -> None:
    """Missing unless the project has it."""
    find_project(tx, identity, actor, "identity:get_project_tag", project_id)
    if tag not in tags_of(tx, project_id):
        raise Missing("project tag", tag)


def set_tags(tx: Tx, identity: Identity, actor: Actor, project_id: str, tags: Sequence[str], rule: str) -> list[str]:
    """The project has these tags from now on; `tags` may be empty."""
    find_project(tx, identity, actor, rule, project_id)
    if len(tags) > MOST_TAGS:
        raise BadRequest(f"A project has at most {MOST_TAGS} tags.")
    replace_tags(tx, project_id, tags)
    events.record(tx, actor, "identity.project.update", project_id, project_id)
    return sorted(tags)


def add_tag(tx: Tx, identity: Identity, actor: Actor, project_id: str, tag: str) -> None:
    set_tags(tx, identity, actor, project_id, [*tags_of(tx, project_id), tag], "identity:create_project_tag")


def drop_tag(tx: Tx, identity: Identity, actor: Actor, project_id: str, tag: str) -> None:
    find_project(tx, identity, actor, "identity:delete_project_tag", project_id)
    if not remove_tag(tx, project_id, tag):
        raise Missing("project tag", tag)
    events.record(tx, actor, "identity.project.update", project_id, project_id)
