"""Pages of sorted names, against a model that looks at all of them. The tier that runs on PostgreSQL runs these too."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from altostratus.contracts.objectstore import Container, Listing, NewObject, Object, Prefix
from altostratus.kernel.db import Database
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.listing import FEW, MANY, after
from altostratus.services.objectstore.store.objects import add_object, list_objects, list_versions, set_latest
from altostratus.services.objectstore.usecases.create_container import create_container
from tests.harness import open_test_cloud

TEXT = st.text(alphabet="ab/-é\ud7ff\ue000\U0010ffff", max_size=5)
NAMES = st.sets(TEXT.filter(bool), max_size=12)
PAGES = st.builds(
    Listing,
    limit=st.integers(0, 6),
    prefix=TEXT,
    delimiter=st.sampled_from(["", "", "/", "/", "a", "-/", "é"]),
    marker=TEXT,
    end_marker=TEXT,
    reverse=st.booleans(),
)
quick = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
_numbers = itertools.count()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    cloud = open_test_cloud(tmp_path)
    yield cloud.objects
    cloud.objects.close()
    cloud.db.close()


def fill(tx: Tx, names: set[str]) -> Container:
    made = create_container(tx, "AUTH_mine", f"box{next(_numbers)}", {}, {})
    for name in names:
        add_object(tx, made.id, name, NewObject(), versioned=False)
    return made


def shown(entries: list[Object | Prefix]) -> list[tuple[str, bool]]:
    return [(entry.name, isinstance(entry, Prefix)) for entry in entries]


def model(names: set[str], page: Listing) -> list[tuple[str, bool]]:
    """What Swift's documents say, name by name."""
    low, high = (page.end_marker, page.marker) if page.reverse else (page.marker, page.end_marker)
    found: list[tuple[str, bool]] = []
    for name in sorted(names, reverse=page.reverse):
        if not name.startswith(page.prefix) or (low and name <= low) or (high and name >= high):
            continue
        at = name.find(page.delimiter, len(page.prefix)) if page.delimiter else -1
        rolled = name[: at + len(page.delimiter)] if at >= 0 else ""
        if not rolled:
            found.append((name, False))
        elif rolled != low and (rolled, True) not in found:
            found.append((rolled, True))
    return found[: page.limit]


@quick
@given(names=NAMES, page=PAGES)
def test_a_page_is_what_the_model_says(db: Database, names: set[str], page: Listing) -> None:
    found = db.write_now(lambda tx: shown(list_objects(tx, fill(tx, names).id, page)))
    assert found == model(names, page)


@quick
@given(names=NAMES, prefix=TEXT, delimiter=st.sampled_from(["", "/", "a"]), limit=st.integers(1, 3))
def test_pages_follow_each_other_until_all_was_shown(
    db: Database, names: set[str], prefix: str, delimiter: str, limit: int
) -> None:
    def walk(tx: Tx) -> list[tuple[str, bool]]:
        box, found = fill(tx, names), []
        page = Listing(limit, prefix, delimiter)
        while entries := list_objects(tx, box.id, page):
            found += shown(entries)
            page = Listing(limit, prefix, delimiter, marker=entries[-1].name)
        return found

    assert db.write_now(walk) == model(names, Listing(1000, prefix, delimiter))


@quick
@given(names=NAMES, folder=st.sampled_from(["", "a/", "a/b/", "é/"]), limit=st.integers(0, 4))
def test_children_are_the_objects_directly_below(db: Database, names: set[str], folder: str, limit: int) -> None:
    page = Listing(limit, folder, "/", children=True)
    found = db.write_now(lambda tx: shown(list_objects(tx, fill(tx, names).id, page)))
    rests = {name: name.removeprefix(folder) for name in names if name.startswith(folder)}
    below = sorted(name for name, rest in rests.items() if rest and "/" not in rest[:-1])
    assert found == [(name, False) for name in below][:limit]


@quick
@given(versions=st.lists(st.sampled_from(["a", "b", "c"]), max_size=9), limit=st.integers(1, 4), back=st.booleans())
def test_versions_page_by_page(db: Database, versions: list[str], limit: int, back: bool) -> None:
    def walk(tx: Tx) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        box, latest, made = fill(tx, set()), {}, []
        for name in versions:
            if name in latest:
                set_latest(tx, latest[name], False)
            latest[name] = add_object(tx, box.id, name, NewObject(), versioned=True).id
            made.append((name, latest[name]))
        found, page, after_version = [], Listing(limit, reverse=back), None
        while entries := [e for e in list_versions(tx, box.id, page, after_version) if isinstance(e, Object)]:
            found += [(entry.name, entry.id) for entry in entries]
            page, after_version = Listing(limit, marker=entries[-1].name, reverse=back), entries[-1].version
        return found, sorted(sorted(made, key=lambda one: -one[1]), key=lambda one: one[0])

    found, expected = db.write_now(walk)
    assert found == (expected[::-1] if back else expected)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_page_over_names_that_are_rolled_up_takes_few_statements(db: Database, reverse: bool) -> None:
    names = {f"{folder}/{number:04}" for folder in "abcd" for number in range(1000)} | {"e", "f"}
    box = db.write_now(lambda tx: fill(tx, names))
    statements = []

    def look(tx: Tx) -> list[tuple[str, bool]]:
        event.listen(tx.sql.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
        return shown(list_objects(tx, box.id, Listing(10_000, delimiter="/", reverse=reverse)))

    found = db.write_now(look)
    expected = [("a/", True), ("b/", True), ("c/", True), ("d/", True), ("e", False), ("f", False)]
    assert found == (expected[::-1] if reverse else expected)
    assert len([each for each in statements if "objectstore_object" in each]) <= 6
    assert FEW < MANY < 4000


@given(prefix=TEXT.filter(bool), rest=TEXT)
def test_the_first_name_behind_a_prefix(prefix: str, rest: str) -> None:
    behind = after(prefix)
    assert behind is None or prefix + rest < behind
    assert (behind is None) == (not prefix.strip("\U0010ffff"))
