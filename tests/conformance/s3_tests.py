"""Runs Ceph's s3-tests against the S3 door of a simulated cloud, and states the result in docs/conformance.md:

    python -m tests.conformance.s3_tests [SUITE] [--python PROGRAM] [--faketime LIBRARY] [--only EXPRESSION]

SUITE is a clone of https://github.com/ceph/s3-tests, PROGRAM a Python that has what it requires, LIBRARY libfaketime
(Debian's package faketime), by which days pass at once where tests of lifecycles wait for them. They are not part of
this project, so this is in no tier of its tests. Without SUITE the results of the last run (`build/s3-tests.json`) are
stated anew; with an EXPRESSION (pytest's -k) nothing is.
"""

from __future__ import annotations

import argparse
import configparser
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tests.simulated_cloud import CloudProcess, simulated_cloud

from .discovery import Api
from .report import PAGE, ROOT, S3_TITLE, cell

HERE = Path(__file__).parent
RESULTS = ROOT / "build/s3-tests.json"
SETTINGS = """
[s3]
hostnames = ["localhost"]
region = "us-east-1"
lifecycle_seconds = 1
keys_need_tls = false
"""
"""Clients that name no region mean us-east-1. The suite tries SSE-C without TLS."""
FILES = ("test_s3.py", "test_headers.py")
STATUSES = ("passed", "failed", "skipped", "left out")
PEOPLE = {"s3 main": "main", "s3 alt": "alt", "s3 tenant": "tenant", "iam": "iam"}
PEOPLE |= {"iam root": "iam-root", "iam alt root": "iam-alt-root"}
"""Sections of the suite's configuration, all of which it wants, and names of a project and a user for each."""
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
DAY = 86400
HEAD = """{title}

Ceph's s3-tests at commit {commit}: `{files}`, by boto3 over HTTP
on loopback against `alto up --simulate`. The other files are of what is not here: IAM, STS, SNS, S3 Select. Tests that
are said to fail on Amazon's S3 run, too. What Amazon documents decides; where the suite wants something else, it is
said below. Where tests of lifecycles wait for days, the clock of both sides is put forward (libfaketime).

`python -m tests.conformance.s3_tests` runs them and writes this section. It needs a clone of the suite, which is no
part of this project, and so no tier of its tests runs it.

"""


@dataclass(frozen=True)
class Outcome:
    """What became of one test: one of `STATUSES`."""

    test: str
    status: str
    reason: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Tests by patterns of their names, or by marks; `what` says what they are about, or why they fail."""

    what: str
    tests: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    def covers(self, outcome: Outcome) -> bool:
        named = any(fnmatchcase(outcome.test, one) for one in self.tests)
        return named or not set(self.marks).isdisjoint(outcome.marks)


def groups(kind: str) -> list[Group]:
    """Of s3_tests.toml: an `area`, what is `expected` to fail, what is `left_out`."""
    entries = tomllib.loads((HERE / "s3_tests.toml").read_text())[kind]
    return [Group(one["what"], tuple(one.get("tests", ())), tuple(one.get("marks", ()))) for one in entries]


def section(outcomes: Sequence[Outcome], commit: str, areas: Sequence[Group], known: Mapping[str, list[Group]]) -> str:
    """The result as Markdown; `known` are the reasons for each status."""
    parts = [HEAD.format(title=S3_TITLE, commit=commit[:12], files="`, `".join(FILES)), _table(outcomes, areas)]
    for status, reasons in known.items():
        found = [one for one in outcomes if one.status == status]
        parts += _by_reason(status, found, reasons)
    return "".join(parts)


def _table(outcomes: Sequence[Outcome], areas: Sequence[Group]) -> str:
    rows: dict[str, Counter[str]] = {area.what: Counter() for area in areas}
    for one in outcomes:
        rows.setdefault(_first(one, areas) or "others", Counter())[one.status] += 1
    rows["all"] = sum(rows.values(), Counter())
    head = f"| area | {' | '.join(STATUSES)} |\n|---{'|---' * len(STATUSES)}|\n"
    return head + "".join(f"| {name} | {' | '.join(str(n[one]) for one in STATUSES)} |\n" for name, n in rows.items())


def _by_reason(status: str, found: Sequence[Outcome], reasons: Sequence[Group]) -> list[str]:
    by: dict[str, list[str]] = {}
    for one in found:
        own = one.reason if status == "skipped" else f"**not expected**: {one.reason}"
        by.setdefault(_first(one, reasons) or own, []).append(one.test)
    if not by:
        return []
    rows = [f"| {_names(status, tests)} | {cell(why)} |\n" for why, tests in by.items()]
    return [f"\n### {status.capitalize()}\n\n| tests | why |\n|---|---|\n", *rows]


def _names(status: str, tests: Sequence[str]) -> str:
    """Those that were left out are only counted."""
    return str(len(tests)) if status == "left out" else ", ".join(f"`{one}`" for one in tests)


def _first(outcome: Outcome, all_groups: Sequence[Group]) -> str | None:
    return next((group.what for group in all_groups if group.covers(outcome)), None)


def write(text: str) -> None:
    """In place of the section that was there."""
    kept, _, _ = PAGE.read_text().partition(S3_TITLE)
    PAGE.write_text(f"{kept.rstrip()}\n\n{text}")


def configure(cloud: CloudProcess, path: Path) -> None:
    """Projects, users and keys as the suite wants them, and its configuration."""
    conf = configparser.RawConfigParser()
    conf["DEFAULT"] = {"host": "localhost", "port": cloud.url.rpartition(":")[2], "is_secure": "False"}
    conf["fixtures"] = {"bucket prefix": "x-{random}-"}
    api = Api(cloud)
    role = api.get("identity", "/roles?name=member")["roles"][0]["id"]
    for name, who in PEOPLE.items():
        conf[name] = _person(api, who, role)
    conf["s3 main"]["lc_debug_interval"] = str(DAY)
    conf["s3 tenant"]["tenant"] = "tenant"
    with path.open("w") as file:
        conf.write(file)


def _person(api: Api, name: str, role: str) -> dict[str, str]:
    """A project is who owns buckets: its id is what S3 shows."""
    project = api.post("identity", "/projects", {"project": {"name": name}})["project"]["id"]
    user = api.post("identity", "/users", {"user": {"name": name}})["user"]["id"]
    api.client.put(f"{api.identity}/projects/{project}/users/{user}/roles/{role}").raise_for_status()
    blob = {"type": "ec2", "user_id": user, "project_id": project, "blob": json.dumps({"access": name, "secret": name})}
    api.post("identity", "/credentials", {"credential": blob})
    shown = {"user_id": project, "display_name": project, "email": f"{name}@example.com"}
    return {**shown, "access_key": name, "secret_key": name}


def run(suite: Path, python: str, faketime: Path, only: str | None) -> list[Outcome]:
    """The tests' outcomes, also of those that were left out; takes minutes."""
    with tempfile.TemporaryDirectory(prefix="s3-tests-") as scratch:
        folder = Path(scratch)
        shifted, results = _shifted(faketime, folder / "clock"), folder / "results.json"
        with simulated_cloud(settings=SETTINGS, environment=shifted) as cloud:
            configure(cloud, folder / "s3tests.conf")
            environment = {
                **os.environ,
                **shifted,
                "S3TEST_CONF": str(folder / "s3tests.conf"),
                "S3TEST_RESULTS": str(results),
                "S3TEST_LEFT_OUT": _left_out(),
                "PYTHONPATH": f"{suite}:{HERE}",
            }
            # It ends with an error when a test fails: the results say which.
            subprocess.run([python, *_pytest(suite, only)], env=environment, cwd=folder, check=False)
        return [
            Outcome(name, one["status"], one["reason"], tuple(one["marks"]))
            for name, one in json.loads(results.read_text()).items()
        ]


def _shifted(library: Path, clock: Path) -> dict[str, str]:
    """An environment whose clock is ahead by as much as the file says; durations are not touched."""
    clock.write_text("+0\n")
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _left_out() -> str:
    found = groups("left_out")
    return json.dumps({kind: [one for group in found for one in getattr(group, kind)] for kind in ("tests", "marks")})


def _pytest(suite: Path, only: str | None) -> list[str]:
    options = ["-q", "--tb=line", "-p", "s3_plugin", "-p", "no:cacheprovider", "-c", f"{suite}/pytest.ini"]
    chosen = ["-k", only] if only else []
    return ["-m", "pytest", *options, *chosen, *(f"{suite}/s3tests/functional/{name}" for name in FILES)]


def keep(suite: Path, outcomes: Sequence[Outcome]) -> None:
    git = ["git", "-C", str(suite), "rev-parse", "HEAD"]
    commit = subprocess.run(git, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"commit": commit, "outcomes": [asdict(one) for one in outcomes]}, indent=1) + "\n")


def state() -> None:
    """The results that were kept."""
    kept = json.loads(RESULTS.read_text())
    outcomes = [Outcome(**one) for one in kept["outcomes"]]
    known = {"failed": groups("expected"), "skipped": [], "left out": groups("left_out")}
    write(section(outcomes, kept["commit"], groups("area"), known))
    print(f"wrote {PAGE.relative_to(ROOT)}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Run Ceph's s3-tests, and state the result in docs/conformance.md.")
    parser.add_argument("suite", type=Path, nargs="?", help="a clone of it")
    parser.add_argument("--python", default=sys.executable, help="one that has what the suite requires")
    parser.add_argument("--faketime", type=Path, default=FAKETIME)
    parser.add_argument("--only", help="pytest's -k")
    options = parser.parse_args()
    if options.suite:
        if not options.faketime.is_file():
            parser.error(f"there is no {options.faketime}")
        outcomes = run(options.suite.resolve(), options.python, options.faketime, options.only)
        for one in outcomes:
            if one.status == "failed" and not _first(one, groups("expected")):
                print(f"not expected: {one.test}: {one.reason}")
        if not options.only:
            keep(options.suite, outcomes)
    if not options.only:
        state()


if __name__ == "__main__":
    main()
