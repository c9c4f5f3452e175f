"""The services' tests run on SQLite, and again on PostgreSQL where ALTO_TEST_ENGINE says so: same code, same tests."""

import os
from collections.abc import Iterator

import pytest

from tests import harness

ON_POSTGRESQL = os.environ.get("ALTO_TEST_ENGINE") == "postgresql"
WITHOUT_DATABASE = ("domain", "drivers")
EACH = 3
"""Of the tests of an API every so many-th is run on PostgreSQL by day; all of those of use cases and stores are."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not ON_POSTGRESQL:
        return
    for item in items:
        if not set(WITHOUT_DATABASE).isdisjoint(item.path.parts):
            item.add_marker(pytest.mark.sqlite)  # it would be the same again
    for number, item in enumerate(item for item in items if "api" in item.path.parts):
        if number % EACH:
            item.add_marker(pytest.mark.nightly)


@pytest.fixture(autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Which database clouds of this test stand on."""
    harness.postgres = request.getfixturevalue("postgres_url") if ON_POSTGRESQL else None
    yield
    harness.postgres = None
