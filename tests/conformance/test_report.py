"""Accounting of results, and the page made of them."""

from __future__ import annotations

from pathlib import Path

from .discovery import write_conf
from .report import Expected, Missing, expected, missing, page, tempest_version
from .tempest import Outcome, Results, account

TRUSTS = "tempest.api.identity.admin.v3.test_trusts.TrustsTest"
IMAGES = "tempest.api.image.v2.test_images.ImagesTest"


def test_each_test_of_a_class_whose_set_up_failed_counts() -> None:
    tests = [f"{TRUSTS}.test_{n}[id-{n},smoke]" for n in range(3)] + [f"{IMAGES}.test_show[id-9,smoke]"]
    seen = {
        f"setUpClass ({TRUSTS})": ["fail", "no such route"],
        f"{IMAGES}.test_show[id-9,smoke]": ["success", ""],
        f"tearDownClass ({IMAGES})": ["fail", "still there"],
    }
    results = account(tests, seen, 1.23)
    assert [one.status for one in results.outcomes] == ["failed", "failed", "failed", "passed"]
    assert results.outcomes[0] == Outcome(f"{TRUSTS}.test_0", "failed", "class set-up: no such route")
    assert results.outcomes[0].area == "identity"
    assert results.leftovers == {IMAGES: "still there"}


def test_a_skipped_class_is_skipped_and_silence_is_failure() -> None:
    seen = {f"setUpClass ({TRUSTS})": ["skip", "no trusts"]}
    results = account([f"{TRUSTS}.test_a[smoke]", f"{IMAGES}.test_b[smoke]"], seen, 1)
    assert [(one.status, one.reason) for one in results.outcomes] == [
        ("skipped", "class set-up: no trusts"),
        ("failed", "left no result"),
    ]


def test_results_are_kept_whole(tmp_path: Path) -> None:
    results = Results(2.5, [Outcome(f"{IMAGES}.test_a", "failed", "why")], {IMAGES: "left"})
    results.save(tmp_path / "build/results.json")
    assert Results.load(tmp_path / "build/results.json") == results


def test_the_page_counts_by_area_and_says_why() -> None:
    outcomes = [
        Outcome(f"{IMAGES}.test_a", "passed"),
        Outcome(f"{IMAGES}.test_b", "skipped", "no | import"),
        Outcome(f"{TRUSTS}.test_c", "failed", "404"),
        Outcome(f"{IMAGES}.test_d", "failed", "500"),
    ]
    known, absent = [Expected(f"{TRUSTS}.*", "issue 3")], [Missing("image", "members", "later")]
    text = page(Results(1, outcomes), known, absent, "47", [Missing("identity", "links", "ours work")])
    assert "| image | 1 | 1 | 1 |" in text
    assert "| all | 1 | 2 | 1 |" in text
    assert f"| `{TRUSTS}.test_c` | issue 3 |" in text
    assert f"| `{IMAGES}.test_d` | **not expected**: 500 |" in text
    assert "no \\| import" in text
    assert "| image | members | later |" in text
    assert text.endswith(
        "## Differs on purpose\n\n| area | what | why |\n|---|---|---|\n| identity | links | ours work |\n"
    )


def test_the_lists_give_reasons() -> None:
    assert all(entry.reason and entry.test.startswith("tempest.") for entry in expected())
    for listed in (missing(), missing("differs")):
        assert listed
        assert all(entry.reason and entry.area for entry in listed)
    assert tempest_version()


def test_a_configuration_is_private_and_quotes_dollars(tmp_path: Path) -> None:
    path = write_conf({"auth": {"admin_password": "a$b"}}, tmp_path / "etc/tempest.conf")
    assert "admin_password = a$$b" in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
