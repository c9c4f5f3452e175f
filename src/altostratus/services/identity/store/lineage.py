"""The tree of projects: what lies above some and what beneath. At the top of each tree is its domain."""

from collections.abc import Iterable

from sqlalchemy import CTE, ColumnElement, Row, select

from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.tables import project

MANY = 1000
"""How many ids go into one statement: both engines bound its parameters."""


def above(of: ColumnElement[bool]) -> CTE:
    """Columns `root` and `id`: each project that fits `of`, by each project above it and by its domain. What is a
    domain itself has the root NULL."""
    step = select(project.c.parent_id.label("root"), project.c.id).where(of).cte("above", recursive=True)
    return step.union(select(project.c.parent_id, step.c.id).join(step, step.c.root == project.c.id))


def beneath(children: ColumnElement[bool]) -> CTE:
    """Columns `root` and `id`: each project that fits `children`, and each below it, by the parent of that child."""
    step = select(project.c.parent_id.label("root"), project.c.id).where(children).cte("beneath", recursive=True)
    return step.union(select(step.c.root, project.c.id).join(step, step.c.id == project.c.parent_id))


def of_project(project_id: str, *, subtree: bool) -> ColumnElement[bool]:
    """The project, and if wanted all that lie beneath it."""
    itself = project.c.id == project_id
    return itself | project.c.id.in_(select(beneath(project.c.parent_id == project_id).c.id)) if subtree else itself


def list_above(tx: Tx, of: ColumnElement[bool]) -> dict[str, list[str]]:
    """The ids of projects that fit, by the id of each project or domain above them."""
    tree = above(of)
    return _grouped(tx.sql.execute(select(tree.c.root, tree.c.id)))


def list_beneath(tx: Tx, roots: Iterable[str]) -> dict[str, list[str]]:
    """The ids of the projects beneath each of these projects and domains."""
    found: dict[str, list[str]] = {}
    for some in batches(roots):
        tree = beneath(project.c.parent_id.in_(some))
        found |= _grouped(tx.sql.execute(select(tree.c.root, tree.c.id)))
    return found


def batches(ids: Iterable[str]) -> Iterable[list[str]]:
    """Each id once, as many at a time as go into one statement."""
    every = sorted(set(ids))
    return (every[i : i + MANY] for i in range(0, len(every), MANY))


def _grouped(pairs: Iterable[Row[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for root, one in pairs:
        found.setdefault(root, []).append(one)
    return found
