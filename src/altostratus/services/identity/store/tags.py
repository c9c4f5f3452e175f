"""Tags of projects (and domains), and the lists of projects that are chosen by them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, delete, exists, insert, select

from altostratus.kernel.db.rows import changed
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.store import tables

Tagged = tuple[Project, list[str]]
_tag = tables.project_tag


def tags_of(tx: Tx, project_id: str) -> list[str]:
    query = select(_tag.c.name).where(_tag.c.project_id == project_id).order_by(_tag.c.name)
    return list(tx.sql.execute(query).scalars())


def with_tags(tx: Tx, projects: Sequence[Project]) -> list[Tagged]:
    """The projects with their tags, in one query."""
    ids = [project.id for project in projects]
    query = select(_tag.c.project_id, _tag.c.name).where(_tag.c.project_id.in_(ids)).order_by(_tag.c.name)
    found: dict[str, list[str]] = {}
    for project_id, name in tx.sql.execute(query) if ids else ():
        found.setdefault(project_id, []).append(name)
    return [(project, found.get(project.id, [])) for project in projects]


def replace_tags(tx: Tx, project_id: str, names: Sequence[str]) -> None:
    """The project has these tags from now on; BadRequest when one is there twice."""
    if len(set(names)) != len(names):
        raise BadRequest(f"{list(names)} has non-unique elements")
    tx.sql.execute(delete(_tag).where(_tag.c.project_id == project_id))
    if rows := [{"project_id": project_id, "name": name} for name in names]:
        tx.sql.execute(insert(_tag), rows)


def remove_tag(tx: Tx, project_id: str, name: str) -> bool:
    """Whether it was there."""
    return changed(tx, delete(_tag).where(_tag.c.project_id == project_id, _tag.c.name == name)) > 0


def chosen_by_tags(kind: str, names: frozenset[str]) -> ColumnElement[bool]:
    """'tags': has all of them; 'tags-any': has one; 'not-tags': has not all; 'not-tags-any': has none."""
    any_of = _has(names)
    if kind == "tags-any":
        return any_of
    if kind == "not-tags-any":
        return ~any_of
    all_of = tables.project.c.id == tables.project.c.id
    for name in sorted(names):
        all_of = all_of & _has({name})
    return all_of if kind == "tags" else ~all_of


def _has(names: Iterable[str]) -> ColumnElement[bool]:
    return exists().where(_tag.c.project_id == tables.project.c.id, _tag.c.name.in_(sorted(names)))
