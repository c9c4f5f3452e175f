"""What is said of a run of s3-tests. The suite itself is not here."""

from tests.conformance.s3_plugin import name_of
from tests.conformance.s3_tests import Group, Outcome, groups, section

AREAS = [Group("lists", ("*list*",)), Group("locks", marks=("object_lock",))]
KNOWN = {
    "failed": [Group("Ceph's own.", ("s3/list_unordered",))],
    "skipped": [],
    "left out": [Group("No | logs.", marks=("logs",))],
}
SEEN = [
    Outcome("s3/list_empty", "passed"),
    Outcome("s3/list_unordered", "failed", "KeyError: 'x'"),
    Outcome("s3/hold", "failed", "assert 500 == 200", ("object_lock",)),
    Outcome("headers/date", "skipped", "no date"),
    Outcome("s3/logs_1", "left out", "", ("logs",)),
    Outcome("s3/logs_2", "left out", "", ("logs",)),
]


def test_each_area_is_counted() -> None:
    text = section(SEEN, "8f0ae7b", AREAS, KNOWN)
    assert "at commit 8f0ae7b" in text
    assert "| lists | 1 | 1 | 0 | 0 |" in text
    assert "| locks | 0 | 1 | 0 | 0 |" in text
    assert "| others | 0 | 0 | 1 | 2 |" in text
    assert "| all | 1 | 2 | 1 | 2 |" in text


def test_what_did_not_pass_has_its_reason() -> None:
    text = section(SEEN, "8f0ae7b", AREAS, KNOWN)
    assert "| `s3/list_unordered` | Ceph's own. |" in text
    assert "| `s3/hold` | **not expected**: assert 500 == 200 |" in text
    assert "| `headers/date` | no date |" in text
    assert "| 2 | No \\| logs. |" in text


def test_the_lists_name_something() -> None:
    for kind in ("area", "expected", "left_out"):
        assert all(group.what and (group.tests or group.marks) for group in groups(kind))


def test_a_name_is_short_wherever_the_suite_is() -> None:
    assert name_of("../a/test_b/test_s3.py::test_copy[x-/y]") == "s3/copy[x-/y]"
