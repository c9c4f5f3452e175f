"""Sends every cell: each operation by each persona.

Cells do not depend on each other: what a cell may have changed, because it was not refused, is removed, and
made anew before the next. HEAD is asked wherever GET is. Left out is what cannot differ:
- the row's own user, where a row is about none;
- tokens of another project or domain, where nothing of the row belongs to a domain;
- who asks at all, where no token is looked at: versions, logging in, a new password for the old one;
- most of HEAD, which Keystone sends to the same code as GET; all but that of implied roles, whose policy is the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TypeAlias

import httpx

from .rows import RECIPES, ROWS, Row
from .stage import NOBODY, OTHERS, PERSONAS, SELF, UNSCOPED, Stage
from .things import WORKED_OUT, Things, pick

Cells: TypeAlias = dict[str, dict[str, int]]
"""{"GET /v3/users": {"nobody": 401, …}, …}"""
SAMPLE = (NOBODY, UNSCOPED, SELF, "reader, project", "admin, system")
_USERS = ("user", *WORKED_OUT)
_PLACES = ("home", "other", "project", "elsewhere", *_USERS)


async def play(stage: Stage, rows: Iterable[Row] = ROWS) -> Cells:
    """The status of each cell."""
    cells: Cells = {}
    for row in rows:
        found = await _play(stage, row)
        assert not cells.keys() & found.keys(), f"twice: {row.name}"
        cells |= found
    return cells


async def _play(stage: Stage, row: Row) -> Cells:
    things, cells = Things(stage), {}
    for method in ("GET", "HEAD") if row.method == "GET" else (row.method,):
        cells[f"{method} {row.name}"] = {who: await _ask(things, row, method, who) for who in personas_of(row, method)}
    await things.clear()
    return cells


async def _ask(things: Things, row: Row, method: str, who: str) -> int:
    for needed in row.needs:
        await things.get(needed)
    path, body = await things.fill(row.path), await things.fill(row.body)
    headers = await things.fill(row.headers)
    if row.link and method != "PUT":
        await things.link(path)
    token = await things.get("self_token") if who == SELF else things.stage.tokens[who]
    answer = await things.stage.send(method, path, body, token, headers)
    if answer.is_success and method not in ("GET", "HEAD"):
        await _begin_anew(things, row, path, answer)
    return answer.status_code


async def _begin_anew(things: Things, row: Row, path: str, answer: httpx.Response) -> None:
    """Remove what a cell changed, and what it made itself."""
    if row.link:
        await things.unlink(path, gone=row.method == "DELETE")
        return
    if row.key:
        things.remove_later(f"{path}/{pick(answer.json(), row.key)}")
    if row.method == "PUT":
        things.remove_later(path)
    await things.clear()


def personas_of(row: Row, method: str) -> Iterator[str]:
    """Who asks."""
    left_out = set() if _is_about(row, _USERS) else {SELF}
    if not _is_about(row, _PLACES):
        left_out |= set(OTHERS)
    all_of_them = SAMPLE if row.open or method == "HEAD" else PERSONAS
    return (who for who in all_of_them if who not in left_out)


def _is_about(row: Row, names: tuple[str, ...]) -> bool:
    said = f"{row.path} {json.dumps(row.body)} {row.headers}"
    return any(_mentions(name, said) for name in _belonging(names))


@cache
def _belonging(names: tuple[str, ...]) -> frozenset[str]:
    """These and the things that are made of them."""
    found = set(names)
    for name, recipe in RECIPES.items():
        if recipe.by == "self" or any(_mentions(each, f"{recipe.path} {json.dumps(recipe.body)}") for each in found):
            found.add(name)
    return frozenset(found)


def _mentions(name: str, text: str) -> bool:
    return f"{{{name}}}" in text or f'"${name}"' in text or f"'${name}'" in text


async def play_unknown(stage: Stage, operations: Iterable[tuple[str, str]]) -> Cells:
    """The same for operations (method, path template) that nobody has: no things are made for them."""
    asked: Cells = {}
    for method, path in operations:
        answers = {who: await stage.send(method, path, None, token) for who, token in _some(stage)}
        asked[f"{method} {path}"] = {who: answer.status_code for who, answer in answers.items()}
    return asked


def _some(stage: Stage) -> Iterator[tuple[str, str | None]]:
    return ((who, stage.tokens[who]) for who in (NOBODY, "reader, project", "admin, project", "admin, system"))
