"""Whatever is sent, nothing answers 5xx: Schemathesis over the OpenAPI documents that the cloud makes of its routes.

Each operation gets its valid requests (`examples.py`), then generated ones: fitting its schema and not, with ids that
exist and that do not, and valid bodies with one thing wrong."""

import copy
import json
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.schemas.examples import KNOWN
from tests.schemas.world import SERVICES, Operation, World, in_world, operations_of

CASES, MANY_CASES = 50, 300
"""Generated requests an operation, in the usual tier and in the nightly one."""
NO_SUCCESS = {
    "GET /identity": "300 Multiple Choices, as Keystone answers",
    "GET /image": "300 Multiple Choices, as Glance answers",
    "POST /image/v2/images/{image_id}/file": "always 405, as in Glance",
    "PATCH /image/v2/images/{image_id}/file": "always 405, as in Glance",
    "DELETE /image/v2/images/{image_id}/file": "always 405, as in Glance",
}
"""Operations without any 2xx, and why."""
VERSIONS = ("2.1", "2.25", "2.35", "2.47", "2.59", "2.87", "latest", "2.999", "x")
NASTY = (
    None, True, 0, -1, 1.5, 2**31, 2**63, 2**64, 10**400, "", " ", "0", "-1", "a" * 256, "\0", "é💥", "\ud800", "../..",
    "10.0.0.0/99", "::", "0.0.0.0/0", "fe80::1%eth0", "00000000-0000-0000-0000-000000000000", [], [None], [[]], {},
    {"": {}},
)  # fmt: skip
"""What goes in place of something valid."""
_NUMBERS = count(1)


@dataclass
class Report:
    """What became of one operation's cases."""

    operation: Operation
    statuses: Counter[int] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def add(self, answer: httpx.Response) -> None:
        self.statuses[answer.status_code] += 1
        request = answer.request
        if answer.status_code >= 500 and answer.status_code != 501 or not is_readable(answer):
            sent = (request.content[:500], dict(request.headers))
            self.problems.append(f"{answer.status_code} {request.method} {request.url} {sent}: {answer.text[:200]}")

    @property
    def total(self) -> int:
        return self.statuses.total()

    @property
    def succeeded(self) -> bool:
        return any(200 <= status < 300 for status in self.statuses)


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_no_request_ends_in_a_server_error(service: str, tmp_path: Path) -> None:
    in_world(tmp_path, lambda world: check(world, service, CASES, repeatable=True))


@pytest.mark.nightly
@pytest.mark.parametrize("service", SERVICES)
def test_no_request_of_many_ends_in_a_server_error(service: str, tmp_path: Path) -> None:
    in_world(tmp_path, lambda world: check(world, service, MANY_CASES, repeatable=False))


def check(world: World, service: str, cases: int, repeatable: bool) -> None:
    """Send every operation of a service its examples and `cases` generated requests."""
    document = world.document(service)
    schema = schemathesis.openapi.from_dict(simplified(document, world.wait(world.things().fill(KNOWN))))
    reports = []
    for operation in operations_of(document):
        parameters, answers = world.try_example(operation)
        report = Report(operation)
        for answer in answers:
            report.add(answer)
        send_all(world, report, strategy_for(schema, operation, world, parameters), cases, repeatable)
        reports.append(report)
    assert [problem for report in reports for problem in report.problems] == []
    assert {str(r.operation): r.statuses for r in reports if r.total < cases} == {}
    failed = {str(r.operation): r.statuses for r in reports if not r.succeeded}
    assert set(failed) == set(NO_SUCCESS) & {str(r.operation) for r in reports}, failed


def simplified(document: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """The document as Schemathesis shall read it: one kind of JSON, no headers of its own choice, and wherever a body
    names another thing, one that exists as often as not."""
    document = copy.deepcopy(document)
    del document["security"]
    for operation in operations_of(document):
        described = operation.described
        described["parameters"] = [p for p in described["parameters"] if "$ref" not in p]
        if content := described.get("requestBody", {}).get("content"):
            described["requestBody"]["content"] = {media_type(operation): next(iter(content.values()))}
    for schema in document["components"]["schemas"].values():
        properties = schema.get("properties", {})
        properties |= {k: {"anyOf": [{"enum": [known[k]]}, v]} for k, v in properties.items() if k in known}
    return document


def media_type(operation: Operation) -> str:
    """JSON by its plain name, which is the only one that Schemathesis knows."""
    name = next(iter(operation.described["requestBody"]["content"]))
    return "application/json" if "json" in name else str(name)


def strategy_for(schema: Any, operation: Operation, world: World, parameters: dict[str, str]) -> Any:
    """Cases of an operation, each with the body to send instead of its own, if any."""
    found = schema[operation.path][operation.method]
    modes = [GenerationMode.POSITIVE]
    if operation.described["parameters"] or "requestBody" in operation.described:
        modes.append(GenerationMode.NEGATIVE)
    ways = [
        st.tuples(found.as_strategy(mode, path_parameters=path), st.none())
        for mode in modes
        for path in ({}, parameters)
    ]
    for body in operation.example.bodies:
        if isinstance(body, dict | list):
            valid = world.wait(world.things().fill(marked(body)))
            ways.append(st.tuples(found.as_strategy(path_parameters=parameters, body=valid), with_a_fault(valid)))
    return st.one_of(ways)


def marked(body: Any) -> Any:
    """A body whose new names stay to be made up for each case."""
    return json.loads(json.dumps(body).replace("$new", "@new"))


@st.composite
def with_a_fault(draw: Any, body: Any) -> Any:
    """A copy of a body with a value somewhere in it replaced, left out, or doubled."""
    body = copy.deepcopy(body)
    places = list(places_in(body))
    container, key = draw(st.sampled_from(places))
    change = draw(st.sampled_from(("replace", "replace", "remove", "more")))
    if change == "replace":
        container[key] = draw(st.sampled_from(NASTY))
    elif change == "remove":
        del container[key]
    elif isinstance(container, list):
        container.append(container[key])
    else:
        container[draw(st.text(max_size=5))] = container[key]
    return body


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) inside a JSON value."""
    for key in value if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places_in(value[key])


def send_all(world: World, report: Report, cases: Any, number: int, repeatable: bool) -> None:
    """Send `number` cases; what cannot be sent at all does not count."""
    texts = st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=1)
    versions = st.sampled_from((report.operation.example.version, *VERSIONS))

    @settings(max_examples=2 * number, database=None, deadline=None, derandomize=repeatable,
              phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(cases, texts, versions)
    def run(case: tuple[Any, Any], query: dict[str, str], version: str) -> None:
        if report.total < number:
            answer = send(world, report.operation, *case, query, version)
            if answer is not None:
                report.add(answer)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what Schemathesis finds unusual in our documents
        run()


def send(
    world: World, operation: Operation, case: Any, body: Any, query: dict[str, str], version: str
) -> httpx.Response | None:
    """One case over the wire; None where no HTTP client could send it."""
    request = case.as_transport_kwargs(base_url="http://cloud")
    headers = {"OpenStack-API-Version": f"compute {version}"}
    if "requestBody" in operation.described:
        headers["Content-Type"] = next(iter(operation.described["requestBody"]["content"]))
    content = json.dumps(request["json"]).encode() if "json" in request else request.get("data")
    if body is not None:
        content = json.dumps(body).replace("@new", f"m{next(_NUMBERS)}").encode()
    try:
        return world.send(
            request["method"],
            request["url"],
            params={**(request["params"] or {}), **query},
            content=content,
            headers=headers,
        )
    except (httpx.InvalidURL, UnicodeEncodeError):
        return None


def is_readable(answer: httpx.Response) -> bool:
    """A fault says what is wrong, in the service's own format."""
    if answer.status_code < 400 or answer.request.method == "HEAD":
        return True
    if answer.headers["content-type"].startswith("text/html"):
        return answer.url.path.startswith("/image") and "<title>" in answer.text
    fault = answer.json()
    return len(fault) == 1 and bool(next(iter(fault.values()))["message"])
