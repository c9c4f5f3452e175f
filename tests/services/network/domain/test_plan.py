"""What to do next, from what is wanted and what is seen."""

from datetime import UTC, datetime, timedelta

import pytest

from altostratus.services.network.domain import steps
from altostratus.services.network.domain.plan import HostPicture, Wish, damaged, plan, spread_wait, unknown

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "seen", "step"),
    [
        (None, None, None),
        (None, "a", steps.RemovePort("p")),
        (None, "", steps.RemovePort("p")),
        ("a", None, steps.EnsurePort("p")),
        ("a", "", steps.EnsurePort("p")),
        ("a", "b", steps.EnsurePort("p")),
        ("a", "a", None),
    ],
)
def test_plan(wanted: str | None, seen: str | None, step: object) -> None:
    assert plan(Wish("port", "p", wanted), seen) == step


def test_members_are_told_at_most_once_in_a_while() -> None:
    assert spread_wait(None, 1000, 0.05, NOW) == 0
    assert spread_wait(NOW - timedelta(seconds=60), 1000, 0.05, NOW) == 0
    assert spread_wait(NOW - timedelta(seconds=20), 1000, 0.05, NOW) == 30


def test_damage_and_strangers() -> None:
    here, gone, busy = ("port", "here"), ("port", "gone"), ("port", "busy")
    picture = HostPicture({here: "a", gone: "b", busy: "c"}, frozenset({here, gone}))
    seen = {here: "a", busy: "", ("port", "stranger"): "d"}
    assert damaged(picture, seen) == [gone]
    assert unknown(picture, seen) == {("port", "stranger")}
