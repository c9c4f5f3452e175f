"""Writes `docs/conformance.md`: what passed, failed and was skipped in each area, why, and what is missing.

Reads the results of the last runs (`build/conformance.json` and `build/conformance_volume.json`, which the test modules
leave, the second one at night), or runs the tests itself against the cloud that OS_AUTH_URL, OS_USERNAME, OS_PASSWORD
and OS_PROJECT_NAME name:

    python -m tests.conformance.report [--run] [--select REGEX]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from .tempest import SELECTION, Outcome, Results, Workspace

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RESULTS = ROOT / "build/conformance.json"
OF_VOLUMES = ROOT / "build/conformance_volume.json"
PAGE = ROOT / "docs/conformance.md"
S3_TITLE = "## S3: Ceph's s3-tests"
"""Begins the end of the page, which is another's: `s3_tests.py`."""

HEAD = """# Conformance

OpenStack's own API tests, Tempest {version} from PyPI, against `alto up --simulate`: all of identity's, of object
storage's and of block storage's, those of what servers do with volumes, and the smoke tests of the others. Each test
counts, also those of a class whose set-up failed or was skipped. `python -m tests.conformance.report` writes this page.

Besides: `python -m tests.schemas.coverage identity` says which operations of OpenStack's OpenAPI description of
identity a test has had a valid 2xx of, and which are left out, and why; `tests/oracles/recorded/authorization.json` has
who may do what in a real Keystone, played against ours in `tests/services/identity/test_authorization_matrix.py`.

"""


@dataclass(frozen=True)
class Expected:
    """A failure that is known; `test` is a pattern with `*`."""

    test: str
    reason: str

    def covers(self, outcome: Outcome) -> bool:
        return fnmatchcase(outcome.test, self.test)


@dataclass(frozen=True)
class Missing:
    """Something left out, or that answers otherwise, on purpose."""

    area: str
    what: str
    reason: str


@dataclass(frozen=True)
class Environment:
    """The cloud named by the usual OS_ variables."""

    identity_url: str
    username: str
    password: str
    project: str


def expected(file: str = "expected.toml") -> list[Expected]:
    entries = tomllib.loads((HERE / file).read_text()).get("expected", [])
    return [Expected(**entry) for entry in entries]


def missing(kind: str = "missing") -> list[Missing]:
    """What is left out; with `kind` 'differs', what answers otherwise than the real services."""
    entries = tomllib.loads((HERE / "missing.toml").read_text()).get(kind, [])
    return [Missing(**entry) for entry in entries]


def page(
    results: Results, known: list[Expected], absent: list[Missing], version: str, differing: Sequence[Missing] = ()
) -> str:
    """The whole page as Markdown."""
    parts = [HEAD.format(version=version), _table(results)]
    failed = [(one, _why(one, known)) for one in results.failed()]
    skipped = [(one, one.reason) for one in results.outcomes if one.status == "skipped"]
    parts += _section("Failed", failed) + _section("Skipped", skipped)
    if results.leftovers:
        parts += ["\n## Not cleaned up\n\n", *(f"- `{one}`: {why}\n" for one, why in results.leftovers.items())]
    for title, found in (("Missing on purpose", absent), ("Differs on purpose", differing)):
        if found:
            parts += [f"\n## {title}\n\n| area | what | why |\n|---|---|---|\n"]
            parts += [f"| {one.area} | {cell(one.what)} | {cell(one.reason)} |\n" for one in found]
    return "".join(parts)


def _table(results: Results) -> str:
    areas = sorted({one.area for one in results.outcomes})
    rows = [(area, Counter(o.status for o in results.outcomes if o.area == area)) for area in areas]
    rows.append(("all", sum((counts for _, counts in rows), Counter())))
    lines = ["| area | passed | failed | skipped |\n|---|---|---|---|\n"]
    lines += [f"| {area} | {n['passed']} | {n['failed']} | {n['skipped']} |\n" for area, n in rows]
    return "".join(lines)


def _section(title: str, outcomes: list[tuple[Outcome, str]]) -> list[str]:
    if not outcomes:
        return []
    rows = [f"| `{one.test}` | {cell(why)} |\n" for one, why in sorted(outcomes, key=lambda pair: pair[0].test)]
    return [f"\n## {title}\n\n| test | why |\n|---|---|\n", *rows]


def _why(outcome: Outcome, known: list[Expected]) -> str:
    entry = next((one for one in known if one.covers(outcome)), None)
    return entry.reason if entry else f"**not expected**: {outcome.reason}"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def tempest_version() -> str:
    """The pinned version, from the lock file."""
    lines = (HERE / "tempest.lock").read_text().splitlines()
    return next(line.split("==")[1].split()[0] for line in lines if line.startswith("tempest=="))


def _run(selection: str) -> Results:
    names = ("OS_AUTH_URL", "OS_USERNAME", "OS_PASSWORD", "OS_PROJECT_NAME")
    absent = [name for name in names if not os.environ.get(name)]
    if absent:
        raise SystemExit(f"--run needs {', '.join(absent)} in the environment")
    cloud = Environment(*(os.environ[name] for name in names))
    with tempfile.TemporaryDirectory(prefix="tempest-") as folder:
        workspace = Workspace(cloud, Path(folder) / "workspace")
        return workspace.run(workspace.tests(selection))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write docs/conformance.md.")
    parser.add_argument("--run", action="store_true", help="run against the cloud of the OS_ variables first")
    parser.add_argument("--select", default=SELECTION, help="tests to run, a regular expression")
    options = parser.parse_args()
    if options.run:
        _run(options.select).save(RESULTS)
    for file in (RESULTS, OF_VOLUMES):
        if not file.is_file():
            raise SystemExit(f"no {file.relative_to(ROOT)}: run tests/conformance, also what is marked nightly")
    _, title, rest = PAGE.read_text().partition(f"\n{S3_TITLE}")
    results = Results.load(RESULTS).with_those_of(Results.load(OF_VOLUMES))
    known = expected() + expected("expected_volume.toml")
    tempest = page(results, known, missing(), tempest_version(), missing("differs"))
    PAGE.write_text(tempest + title + rest)
    print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
