"""Tags of projects (and domains), and the lists of projects that are chosen by them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, insert, select

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
    having = select(func.count()).where(_tag.c.project_id == tables.project.c.id, _tag.c.name.in_(sorted(names)))
    number = having.scalar_subquery()
    wanted = number > 0 if kind.endswith("any") else number == len(names)
    return ~wanted if kind.startswith("not") else wanted
