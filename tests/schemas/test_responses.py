"""Our answers are what OpenStack's own descriptions say (`openstack/`): a tour over the simulated cloud that calls
every operation, and reads compute and volume in every microversion in which a description changes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.schemas.answers import FOLDER, SPECIFIED, complaints, described, shape_of, validators, versions_of
from tests.schemas.deviations import DEVIATIONS, EMPTY, UNDESCRIBED
from tests.schemas.world import Operation, World, in_world, operations_of

MOST_BYTES = 400_000
VERSIONED = ("compute", "volume")


@dataclass
class Tour:
    """What was seen: operations with a validated answer, those with an answer that nobody describes, complaints."""

    validated: set[str] = field(default_factory=set)
    undescribed: set[str] = field(default_factory=set)
    complaints: set[str] = field(default_factory=set)

    def see(self, service: str, key: str, answer: httpx.Response, version: str, action: str | None) -> None:
        if not answer.is_success or not answer.content:
            return
        found = validators(service, key, version, action)
        if not found:
            self.undescribed |= {key} if key not in described(service)["operations"] else set()
            return
        self.validated.add(key)
        self.complaints |= {f"{key}: {text}" for text in complaints(found, answer.json())}


@pytest.mark.slow
@pytest.mark.parametrize("service", SPECIFIED)
def test_answers_are_as_described(service: str, tmp_path: Path) -> None:
    tour = Tour()
    in_world(tmp_path, lambda world: visit(world, service, tour))
    excused = {d: {c for c in tour.complaints if re.search(d.pattern, c)} for d in DEVIATIONS if d.service == service}
    assert sorted(tour.complaints - set().union(*excused.values())) == []
    assert [deviation for deviation, found in excused.items() if not found] == []
    assert tour.undescribed <= set(UNDESCRIBED)
    assert set(described(service)["operations"]) - tour.validated - set(EMPTY) == set()


def test_descriptions_are_compact() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.json.gz")) < MOST_BYTES


def visit(world: World, service: str, tour: Tour) -> None:
    """Call every operation of a service."""
    document = world.document(service)
    highest = document["info"]["version"]
    versions = versions_of(service, highest) if service in VERSIONED else ["2.0"]
    for operation in operations_of(document):
        key = f"{operation.method} {shape_of(operation.path)}"
        for version, action, answer in answers_of(world, operation, versions):
            tour.see(service, key, answer, version, action)


def answers_of(
    world: World, operation: Operation, versions: list[str]
) -> Iterator[tuple[str, str | None, httpx.Response]]:
    """(microversion, action, answer): what changes something in its own microversion and in the lowest, what only
    reads in all of them."""
    own = operation.example.version.replace("latest", versions[-1])
    parameters, answers = world.try_example(operation, own)
    for body, answer in zip(operation.example.bodies, answers, strict=True):
        yield own, _action(body), answer
    if len(versions) == 1:
        return
    if operation.method == "GET":
        for version in versions:
            headers = {"OpenStack-API-Version": f"{operation.service} {version}"}
            yield version, None, world.send("GET", operation.path.format(**parameters), headers=headers)
        return
    for body, answer in zip(operation.example.bodies, world.try_example(operation, versions[0])[1], strict=True):
        yield versions[0], _action(body), answer


def _action(body: object) -> str | None:
    return next(iter(body)) if isinstance(body, dict) else None
