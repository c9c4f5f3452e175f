"""Ids: random ones are uuids and replay, derived ones depend on all that they are made of."""

import random
import uuid

import pytest

from altostratus.kernel.ids import child_id, is_uuid, new_uuid


def test_random_ids_are_uuids_of_version_4_and_replay() -> None:
    made = [new_uuid(random.Random(1)), new_uuid(random.Random(1)), new_uuid(random.Random(2))]
    assert made[0] == made[1] != made[2]
    assert all(uuid.UUID(each).version == 4 and is_uuid(each) for each in made)


def test_children_are_told_apart() -> None:
    made = {child_id(parent, role, n) for parent in ("a", "b") for role in ("port", "volume") for n in (1, 2)}
    assert len(made) == 8
    assert child_id("a", "port", 1) in made


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("6f1c1f6c-6b1f-5c0e-9a43-0c1d0c6d7a51", True),
        ("6F1C1F6C6B1F5C0E9A430C1D0C6D7A51", True),
        ("6f1c1f6c", False),
        ("", False),
        ("{6f1c1f6c-6b1f-5c0e-9a43-0c1d0c6d7a51}", False),
        ("g" * 32, False),
        ("\uff11" * 32, False),
    ],
)
def test_what_is_a_uuid(text: str, valid: bool) -> None:
    assert is_uuid(text) is valid
