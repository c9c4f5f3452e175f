"""The guest's reader of JSON, run by the awk that the guest has if the machine has busybox, else by its own."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.cli.guest.tree import SCRIPTS

AWK = ["busybox", "awk"] if shutil.which("busybox") else ["awk"]


def flatten(document: str) -> list[str]:
    command = [*AWK, "-f", str(SCRIPTS / "json.awk")]
    return (
        subprocess.run(command, input=document.encode(), capture_output=True, timeout=10, check=True)
        .stdout.decode()
        .splitlines()
    )


def test_paths_and_values() -> None:
    document = {"uuid": "5b", "public_keys": {"a b": "ssh-rsa AA== me@x\n"}, "list": [1, {"deep": None}], "on": True}
    assert flatten(json.dumps(document, indent=2)) == [
        "uuid\t5b",
        "public_keys.a b\tssh-rsa AA== me@x",
        "list.0\t1",
        "list.1.deep\tnull",
        "on\ttrue",
    ]


def test_escapes() -> None:
    assert flatten(r'{"a": "q\" b\\ s\/ \u0041\u002d"}') == ['a\tq" b\\ s/ A-']


def test_empty_containers() -> None:
    assert flatten('{"a": {}, "b": [], "c": ""}') == ["c\t"]


@pytest.mark.parametrize("broken", ["", "{", '{"a"', '{"a": ', '{"a": "b', "[1, ", "}", '{"a": tru'])
def test_broken_input_ends(broken: str) -> None:
    assert len(flatten(broken)) <= 1


@given(st.dictionaries(st.text("abc", min_size=1), st.text("xyz {}[]:,=+/", max_size=20).map(str.rstrip)))
def test_any_flat_document(document: dict[str, str]) -> None:
    assert flatten(json.dumps(document)) == [f"{name}\t{value}" for name, value in document.items()]
