"""How much of a service's API is covered: `PYTHONPATH=src:. python -m tests.schemas.coverage identity`.

An operation of OpenStack's description counts when our cloud answered its examples (`examples.py`), all of them,
with a 2xx whose body the description's schema accepts, where it has one; HEAD, with none. Out of scope are the
operations in `scope.py`.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.schemas.answers import complaints, described, shape_of, validators
from tests.schemas.deviations import EMPTY, excused
from tests.schemas.scope import left_out, never
from tests.schemas.world import Operation, World, in_world, operations_of


@dataclass
class Coverage:
    """Operations ("GET /v3/users/{user_id}"): covered, missing and left out, the latter two with why."""

    covered: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> Iterator[str]:
        """What there is to say."""
        for reason in sorted(set(self.left_out.values())):
            names = [name for name, why in self.left_out.items() if why == reason]
            yield f"out of scope, {reason} ({len(names)}):"
            yield from (f"    {', '.join(methods)} {path}" for path, methods in _by_path(names).items())
        yield from (f"missing: {name}: {why}" for name, why in self.missing.items())
        in_scope = len(self.covered) + len(self.missing)
        yield f"covered: {len(self.covered)} of {in_scope} operations in scope, {len(self.covered) / in_scope:.1%}"


def _by_path(names: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        method, _, path = name.partition(" ")
        found.setdefault(path, []).append(method)
    return found


def measure(world: World, service: str) -> Coverage:
    """Ask for every operation of ours that is described, and say what became of those that are described."""
    seen: dict[str, str] = {}
    for operation in operations_of(world.document(service)):
        seen |= outcomes(world, service, operation)
    found = Coverage()
    for method, path in listed(service):
        name, key = f"{method} {path}", f"{method} {shape_of(path)}"
        if why := left_out(service, path) or never(service, method, path):
            found.left_out[name] = why
        elif why := seen.get(key, "no such route"):
            found.missing[name] = why
        else:
            found.covered.append(name)
    return found


def listed(service: str) -> Iterator[tuple[str, str]]:
    """(method, path) of every described operation."""
    for path, methods in described(service)["listed"].items():
        yield from ((method, path) for method in methods)


def outcomes(world: World, service: str, operation: Operation) -> dict[str, str]:
    """What is wrong with each of an operation's answers, by key; HEAD with GET. Empty: nothing."""
    shape = shape_of(operation.path)
    parameters, answers = world.try_example(operation)
    found = {f"{operation.method} {shape}": _worst(service, f"{operation.method} {shape}", answers)}
    if operation.method == "GET":
        path, headers = operation.path.format(**parameters), answers[0].request.headers
        subject = {name: value for name, value in headers.items() if name == "x-subject-token"}
        answer = world.send("HEAD", path, headers=subject)
        found[f"HEAD {shape}"] = "a body" if answer.content else _worst(service, f"HEAD {shape}", [answer])
    return found


def _worst(service: str, key: str, answers: list[httpx.Response]) -> str:
    return next((wrong for answer in answers if (wrong := _wrong(service, key, answer))), "")


def _wrong(service: str, key: str, answer: httpx.Response) -> str:
    if not answer.is_success:
        return f"{answer.status_code} {answer.text[:200]}"
    schemas = validators(service, key, "2.0", None)
    if schemas and not answer.content:
        return "" if key in EMPTY else "no body"
    found = {f"{key}: {text}" for text in complaints(schemas, answer.json())} if schemas else set()
    return "; ".join(sorted(found - excused(service, found)))


def main(service: str) -> int:
    """Print the coverage; 1 where something is missing."""
    found = Coverage()

    def ask(world: World) -> None:
        nonlocal found
        found = measure(world, service)

    with tempfile.TemporaryDirectory() as directory:
        in_world(Path(directory), ask)
    print(*found.lines, sep="\n")
    return 1 if found.missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
