"""Every module says what it owns, and no name says nothing (DESIGN section 5, rules 6 to 8)."""

import ast
import re

import pytest

from tests.architecture.source import functions, modules, name_of, tree_of

EMPTY_WORDS = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}
VAGUE_VERBS = re.compile(r"_?(handle|process)_")
GIVEN_NAMES = {"process_bind_param", "process_result_value", "_process_events"}
"""What SQLAlchemy and asyncio call methods that they want."""


def test_every_module_has_a_docstring() -> None:
    code = [path for path in modules() if path.read_text().strip()]
    assert not [name_of(path) for path in code if not ast.get_docstring(tree_of(path))]


def test_packages_with_modules_say_what_they_are() -> None:
    folders = {path.parent for path in modules() if path.name != "__init__.py"}
    silent = [folder for folder in folders if not (folder / "__init__.py").exists()]
    assert not [name_of(folder) for folder in silent]


@pytest.mark.parametrize("word", sorted(EMPTY_WORDS))
def test_no_file_or_folder_has_a_name_that_says_nothing(word: str) -> None:
    assert not [name for name in map(name_of, modules()) if word in name.removesuffix(".py").split("/")]


def test_functions_say_what_they_do() -> None:
    vague = [
        f"{name_of(path)}:{function.lineno} {function.name}"
        for path in modules()
        for function in functions(tree_of(path))
        if VAGUE_VERBS.match(function.name) and function.name not in GIVEN_NAMES
    ]
    assert not vague
