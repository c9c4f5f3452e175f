"""The services' tests run on SQLite, and again on PostgreSQL where ALTO_TEST_ENGINE says so: same code, same tests."""

import os
from collections.abc import Iterator

import pytest

from tests import harness

ON_POSTGRESQL = os.environ.get("ALTO_TEST_ENGINE") == "postgresql"


@pytest.fixture(autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Which database clouds of this test stand on."""
    harness.postgres = request.getfixturevalue("postgres_url") if ON_POSTGRESQL else None
    yield
    harness.postgres = None
