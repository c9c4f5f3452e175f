"""Our answers against the recorded ones, and the recordings against the real services themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from . import peers, recordings
from .compare import BREAKS, Difference, allowed, differences, unexplained
from .peers import Cloud
from .scenarios import SCENARIOS

CASES = [(service, scenario) for service in SCENARIOS for scenario in SCENARIOS[service]]


def some_now(each: int, mark: pytest.MarkDecorator) -> pytest.MarkDecorator:
    """Every so many-th scenario, and the others under a mark: all of them take long."""
    cases = [pytest.param(*case, marks=() if n % each == 0 else mark) for n, case in enumerate(CASES)]
    return pytest.mark.parametrize(("service", "scenario"), cases)


@pytest.mark.parametrize("service", SCENARIOS)
def test_every_scenario_is_recorded(service: str) -> None:
    assert list(recordings.read(service)) == list(SCENARIOS[service])


@pytest.mark.parametrize("service", SCENARIOS)
def test_recordings_name_no_machine(service: str) -> None:
    text = recordings.FILES[service].read_text()
    assert re.findall(r"127\.0\.0\.1:\d{4,}|/tmp/|gAAAA|\b(?!0{32})[0-9a-f]{8}-[0-9a-f]{4}-4", text) == []


class Ours:
    """Our cloud's differences from the recordings; each scenario is played once."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._found: dict[tuple[str, str], list[Difference]] = {}

    def differences(self, service: str, scenario: str) -> list[Difference]:
        key = (service, scenario)
        if key not in self._found:
            real, ours = recordings.read(service)[scenario], recordings.play(self._cloud, service, scenario)
            self._found[key] = differences(service, scenario, real, ours)
        return self._found[key]


@pytest.fixture(scope="module")
def ours(cloud: Cloud) -> Ours:
    return Ours(cloud)


@some_now(8, pytest.mark.slow)
def test_ours_answers_as_the_real_service_does(ours: Ours, service: str, scenario: str) -> None:
    missing = unexplained(ours.differences(service, scenario), allowed())
    assert not missing, "\n" + "\n".join(map(str, missing))


@pytest.mark.slow
def test_each_allowed_difference_is_still_there(ours: Ours) -> None:
    found = [one for case in CASES for one in ours.differences(*case)]
    stale = [entry for entry in allowed() if not any(entry.covers(one) for one in found)]
    assert not stale


@pytest.fixture(scope="module")
def real_services() -> Iterator[Cloud]:
    with peers.running() as running:
        yield running


@pytest.mark.peer
@pytest.mark.slow
@some_now(5, pytest.mark.nightly)
def test_recordings_are_what_the_real_service_says(real_services: Cloud, service: str, scenario: str) -> None:
    recorded = recordings.read(service)[scenario]
    live = recordings.play(real_services, service, scenario)
    changed = differences(service, scenario, recorded, live) + differences(service, scenario, live, recorded)
    changed = [one for one in changed if one.real != BREAKS]
    assert not changed, "\n" + "\n".join(map(str, changed))
