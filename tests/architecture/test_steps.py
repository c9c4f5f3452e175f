"""Every step of every reconciler is in the crash matrix (DESIGN section 5, rule 11)."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

import pytest

from altostratus import services
from tests.crash_matrix import COVERED


def reconcilers() -> dict[str, set[str]]:
    """The step types of each reconciler class in services/*/reconcilers, by the reconciler's kind."""
    found: dict[str, set[str]] = {}
    for module in _modules():
        for value in vars(module).values():
            if _is_reconciler(value) and value.__module__ == module.__name__:
                found.setdefault(value.kind, set()).update(step.__name__ for step in value.steps)
    return found


def _modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(services.__path__, f"{services.__name__}.")
    return [importlib.import_module(module.name) for module in found if ".reconcilers." in module.name]


def _is_reconciler(value: Any) -> bool:
    return isinstance(value, type) and isinstance(getattr(value, "kind", None), str) and hasattr(value, "steps")


FOUND = reconcilers()


def test_reconcilers_are_found() -> None:
    assert {"compute.server", "network.port"} <= set(FOUND)


@pytest.mark.parametrize("kind", sorted(FOUND))
def test_every_step_is_in_the_crash_matrix(kind: str) -> None:
    assert FOUND[kind] == COVERED.get(kind, frozenset()), f"tests/crash_matrix.py and the steps of {kind} differ"


def test_the_crash_matrix_names_no_reconciler_that_is_not_there() -> None:
    assert set(COVERED) <= set(FOUND)
