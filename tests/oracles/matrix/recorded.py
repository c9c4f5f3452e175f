"""Keeps the cells in `tests/oracles/recorded/authorization.json`: a line for each operation, sorted."""

from __future__ import annotations

import json
from pathlib import Path

from .play import SAMPLE, Cells
from .stage import PERSONAS, ROLES, SCOPES

FILE = Path(__file__).parents[1] / "recorded/authorization.json"
_ALONE = PERSONAS[: -len(ROLES) * len(SCOPES)]
_BOTH = "GET, HEAD"


def write(cells: Cells) -> None:
    lines = {name: _line(statuses) for name, statuses in _folded(cells).items()}
    content = {"a role's columns": ", ".join(SCOPES), "statuses": dict(sorted(lines.items(), key=_order))}
    FILE.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read() -> Cells:
    cells: Cells = {}
    for name, line in json.loads(FILE.read_text())["statuses"].items():
        method, _, path = name.rpartition(" /")
        for each in method.split(", "):
            cells[f"{each} /{path}"] = {w: s for w, s in _cells(line).items() if each != "HEAD" or w in SAMPLE}
    return cells


def _folded(cells: Cells) -> Cells:
    """One entry for GET and HEAD where HEAD, as far as it was asked, is like GET."""
    found: Cells = {}
    for name, statuses in cells.items():
        method, _, path = name.partition(" ")
        heads = cells.get(f"HEAD {path}", {}).items()
        alike = bool(heads) and heads <= cells[f"GET {path}"].items()
        if not alike or method not in ("GET", "HEAD"):
            found[name] = statuses
        elif method == "GET":
            found[f"{_BOTH} {path}"] = statuses
    return found


def _order(entry: tuple[str, str]) -> tuple[str, str]:
    method, _, path = entry[0].rpartition(" /")
    return path, method


def _line(statuses: dict[str, int]) -> str:
    """ "nobody 401, …, admin 200 200 200 200 200, …"; '-' where a persona is left out."""
    alone = [f"{who} {statuses.get(who, '-')}" for who in _ALONE]
    return ", ".join([*alone, *(" ".join([role, *_row(statuses, role)]) for role in ROLES)])


def _row(statuses: dict[str, int], role: str) -> list[str]:
    return [str(statuses.get(f"{role}, {scope}", "-")) for scope in SCOPES]


def _cells(line: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in line.split(", "):
        who, *statuses = part.split()
        names = [who] if who in _ALONE else [f"{who}, {scope}" for scope in SCOPES]
        found |= {name: int(status) for name, status in zip(names, statuses, strict=True) if status != "-"}
    return found
