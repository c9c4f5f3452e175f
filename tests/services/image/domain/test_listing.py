"""What list requests mean."""

from datetime import UTC, datetime

import pytest

from altostratus.kernel.errors import BadRequest
from altostratus.services.image.domain.listing import Filter, Listing, read_listing


def listing(*pairs: tuple[str, str]) -> Listing:
    return read_listing(pairs, 25, 1000)


def test_nothing_asked_for() -> None:
    found = listing()
    assert (found.limit, found.marker, found.visibility) == (25, None, None)
    assert found.order == (("created_at", True), ("id", True))
    assert found.filters == (Filter("os_hidden", "eq", False),)


def test_the_limit_is_capped() -> None:
    assert listing(("limit", "100000")).limit == 1000


def test_both_ways_to_sort_mean_the_same() -> None:
    new = listing(("sort", "name:asc,size"))
    old = listing(("sort_key", "name"), ("sort_key", "size"), ("sort_dir", "asc"), ("sort_dir", "desc"))
    assert new.order == old.order == (("name", False), ("size", True), ("created_at", True), ("id", True))


def test_one_direction_is_for_all_keys() -> None:
    found = listing(("sort_key", "name"), ("sort_key", "size"), ("sort_dir", "asc"))
    assert found.order == (("name", False), ("size", False), ("created_at", False), ("id", False))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", Filter("name", "eq", "a")),
        ("", Filter("name", "eq", "")),
        ("in:a,b", Filter("name", "in", ("a", "b"))),
        ('in:"a,1",b', Filter("name", "in", ("a,1", "b"))),
        ('in:"say \\"x\\""', Filter("name", "in", ('say "x"',))),
        ("in:", Filter("name", "in", ())),
    ],
)
def test_alternatives(value: str, expected: Filter) -> None:
    assert expected in listing(("name", value)).filters


def test_instants() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert Filter("created_at", "gte", moment) in listing(("created_at", "gte:2026-01-01T00:00:00Z")).filters
    assert Filter("updated_at", "eq", moment) in listing(("updated_at", "2026-01-01T01:00:00+01:00")).filters


def test_sizes_beyond_any_database_are_cut() -> None:
    (found,) = (one for one in listing(("size_min", "9" * 30)).filters if one.name == "size")
    assert found.operator == "gte"
    assert found.value == 2**63 - 1


def test_other_names_are_custom_properties() -> None:
    found = listing(("os_distro", "debian"), ("tag", "a"), ("tag", "b"), ("min_ram", "x"))
    assert found.properties == {"os_distro": "debian"}
    assert found.tags == ("a", "b")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "x"),
        ("limit", "-1"),
        ("visibility", "secret"),
        ("member_status", "nonsense"),
        ("changes-since", "2020-01-01T00:00:00Z"),
        ("os_hidden", "maybe"),
        ("protected", "maybe"),
        ("size_min", "x"),
        ("name", "like:x"),
        ("name", 'in:"a'),
        ("created_at", "nonsense"),
        ("created_at", "near:2020-01-01T00:00:00Z"),
        ("sort", "colour"),
        ("sort", "name:sideways"),
        ("sort_dir", "sideways"),
        ("colour", "a\0b"),
    ],
)
def test_what_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadRequest):
        listing((name, value))


def test_mixed_sorting_is_refused() -> None:
    with pytest.raises(BadRequest, match="cannot be combined"):
        listing(("sort", "name"), ("sort_key", "id"))
    with pytest.raises(BadRequest, match="does not match"):
        listing(("sort_key", "name"), ("sort_dir", "asc"), ("sort_dir", "asc"))
