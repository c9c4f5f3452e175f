"""/v3/projects/{id}/tags: list, replace, add and remove."""

from collections.abc import Sequence

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Forbidden
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
    """The project has these tags from now on, without spaces around them; `tags` may be empty."""
    tags = [tag.strip() for tag in tags]
    _find_mutable(tx, identity, actor, rule, project_id)
    if len(tags) > MOST_TAGS:
        raise BadRequest(f"A project has at most {MOST_TAGS} tags.")
    replace_tags(tx, project_id, tags)
    events.record(tx, actor, "identity.project.update", project_id, project_id)
    return sorted(tags)


def add_tag(tx: Tx, identity: Identity, actor: Actor, project_id: str, tag: str) -> None:
    set_tags(tx, identity, actor, project_id, [*tags_of(tx, project_id), tag], "identity:create_project_tag")


def drop_tag(tx: Tx, identity: Identity, actor: Actor, project_id: str, tag: str) -> None:
    _find_mutable(tx, identity, actor, "identity:delete_project_tag", project_id)
    if not remove_tag(tx, project_id, tag):
        raise Missing("project tag", tag)
    events.record(tx, actor, "identity.project.update", project_id, project_id)


def _find_mutable(tx: Tx, identity: Identity, actor: Actor, rule: str, project_id: str) -> None:
    if find_project(tx, identity, actor, rule, project_id).immutable:
        raise Forbidden(
            f"Cannot change project tags for {project_id}, project is immutable. "
            'Set "immutable" option to false before creating project tags.'
        )
