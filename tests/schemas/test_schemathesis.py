"""Whatever is sent, nothing answers 5xx: Schemathesis over the OpenAPI documents that the cloud makes of its routes.
Each operation gets its valid requests (`examples.py`), at least one of which succeeds, then generated ones."""

import json
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests import harness
from tests.schemas.examples import KNOWN
from tests.schemas.generated import NEW, Generated, requests_for, schema_of
from tests.schemas.world import SERVICES, Operation, World, in_world, operations_of

CASES, MANY_CASES = 50, 150
"""Generated requests an operation: the same ones every time, and new ones every night."""
FEW = {"volume": 5}
"""The same, where it is left to the nights for the most part."""
NO_SUCCESS = {
    "GET /identity": "300 Multiple Choices, as Keystone answers",
    "GET /identity/v3/auth/tokens/OS-PKI/revoked": "always refused, as in Keystone",
    "GET /image": "300 Multiple Choices, as Glance answers",
    "POST /image/v2/images/{image_id}/file": "always 405, as in Glance",
    "PATCH /image/v2/images/{image_id}/file": "always 405, as in Glance",
    "DELETE /image/v2/images/{image_id}/file": "always 405, as in Glance",
    "GET /volume": "300 Multiple Choices, as Cinder answers",
    "POST /volume/v3/types": "always 501: there is one type",
}
"""Operations without any 2xx, and why."""


@dataclass
class Report:
    """What became of one operation's requests."""

    operation: Operation
    statuses: Counter[int] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def add(self, answer: httpx.Response) -> None:
        self.statuses[answer.status_code] += 1
        if (answer.status_code >= 500 and answer.status_code != 501) or not is_readable(answer):
            sent, version = answer.request, answer.request.headers.get("openstack-api-version")
            asked = f"{sent.method} {sent.url} ({version}) {sent.content[:1000]!r}"
            self.problems.append(f"{asked}: {answer.status_code} {answer.text[:200]}")


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_no_request_ends_in_a_server_error(service: str, tmp_path: Path) -> None:
    cases = FEW.get(service, CASES)
    in_world(tmp_path, lambda world: judge(try_service(world, service, cases, repeatable=True), cases))


@pytest.mark.nightly
@pytest.mark.parametrize("service", SERVICES)
def test_no_request_of_many_ends_in_a_server_error(
    service: str, tmp_path: Path, db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harness, "postgres", db_url)  # whichever it is
    in_world(tmp_path, lambda world: judge(try_service(world, service, MANY_CASES, repeatable=False), MANY_CASES))


def judge(reports: list[Report], cases: int) -> None:
    """Nothing failed, everything was tried often enough, and what can succeed did."""
    assert [problem for report in reports for problem in report.problems] == []
    assert {str(r.operation): r.statuses for r in reports if r.statuses.total() < cases} == {}
    failed = {str(r.operation): r.statuses for r in reports if not any(200 <= code < 300 for code in r.statuses)}
    assert set(failed) == set(NO_SUCCESS) & {str(r.operation) for r in reports}, failed


def try_service(world: World, service: str, cases: int, repeatable: bool) -> list[Report]:
    """Send every operation of a service its valid requests and `cases` generated ones."""
    document = world.document(service)
    schema = schema_of(document, world.wait(world.things().fill(KNOWN)))
    reports = []
    for operation in operations_of(document):
        parameters, answers = world.try_example(operation)
        report = Report(operation)
        for answer in answers:
            report.add(answer)
        valid = [
            world.wait(world.things().fill(marked(b))) for b in operation.example.bodies if isinstance(b, dict | list)
        ]
        send_all(world, report, requests_for(schema, operation, parameters, valid), cases, repeatable)
        reports.append(report)
    return reports


def marked(body: Any) -> Any:
    """A body whose new names stay to be made up for each request."""
    return json.loads(json.dumps(body).replace("$new", NEW))


class Enough(Exception):
    """As many requests were sent as there should be."""


def send_all(world: World, report: Report, requests: Any, number: int, repeatable: bool) -> None:
    """Send `number` of the requests; what no HTTP client can send does not count."""
    wanted = report.statuses.total() + number

    @settings(max_examples=10 * number, database=None, deadline=None, derandomize=repeatable,
              phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(requests)
    def run(generated: Generated) -> None:
        if report.statuses.total() >= wanted:
            raise Enough
        try:
            report.add(world.send(**generated.request(report.operation)))
        except (httpx.InvalidURL, UnicodeEncodeError):
            return

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what Schemathesis finds unusual in our documents
        with pytest.raises(Enough):
            run()


def is_readable(answer: httpx.Response) -> bool:
    """A fault says what is wrong, in the service's own format."""
    if answer.status_code < 400 or answer.request.method == "HEAD":
        return True
    if answer.headers["content-type"].startswith("text/html"):
        return answer.url.path.startswith("/image") and "<title>" in answer.text
    fault = answer.json()
    return len(fault) == 1 and bool(next(iter(fault.values()))["message"])
