"""Every operation of identity's description that is in scope is answered as it says."""

from pathlib import Path

import pytest

from tests.oracles.matrix import recorded
from tests.schemas.answers import described, shape_of
from tests.schemas.coverage import Coverage, listed, measure
from tests.schemas.scope import LEFT_OUT, NO_SUCCESS, left_out
from tests.schemas.world import World, in_world


@pytest.mark.slow
def test_all_of_identity_in_scope_is_covered(tmp_path: Path) -> None:
    found = Coverage()

    def ask(world: World) -> None:
        nonlocal found
        found = measure(world, "identity")

    in_world(tmp_path, ask)
    assert found.missing == {}
    assert len(found.covered) > 200


def test_what_never_succeeds_does_not_in_keystone_either() -> None:
    real = {key.partition(" ")[0] + " " + shape_of(key.partition(" ")[2]): who for key, who in recorded.read().items()}
    for name in NO_SUCCESS["identity"]:
        method, _, path = name.partition(" ")
        for each in (method, "HEAD"):
            assert [who for who, status in real[f"{each} {shape_of(path)}"].items() if status < 300] == []


def test_each_reason_leaves_something_out() -> None:
    reasons = {left_out("identity", path) for _, path in listed("identity")}
    assert reasons - {None} == set(LEFT_OUT["identity"].values())
    assert set(described("identity")["operations"])
