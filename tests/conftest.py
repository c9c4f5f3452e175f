"""Databases for every test that asks: `db_url` is an empty one with every table, on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url

from altostratus.kernel.db import Database, open_database
from tests.postgres import running_postgres
from tests.simulated_cloud import CloudProcess, simulated_cloud

settings.register_profile("untimed", deadline=None)  # tests share two processors: slow is not wrong
settings.load_profile("untimed")
LEAVES = (
    "tests/doors/",
    "tests/services/objectstore/",
    "tests/services/network/reconcilers/",
    "tests/services/volume/api/",
    "tests/services/volume/drivers/",
    "tests/services/compute/api/",
    "tests/oracles/test_recordings.py",
    "tests/services/image/api/",
    "tests/services/network/api/",
    "tests/test_crash_matrix.py",
    "tests/app/test_schema.py",
)
EACH = 8
"""Of these every so many-th test is in the fast tier: nothing else stands on what they test, and they are many."""
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
LEAVE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what the fast tier leaves out of the leaves."""
    leaves = [item for item in items if item.nodeid.startswith(LEAVES)]
    for number, item in enumerate(leaves):
        if number % EACH:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of this run's own: the URL of its database "postgres"."""
    with running_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> tuple[str, list[str]]:
    """A database that the tests use one after the other, and its tables; a new one each would take a second."""
    with _connect(postgres_server) as connection:
        connection.execute("CREATE DATABASE altostratus")
    url = make_url(postgres_server).set(database="altostratus").render_as_string(hide_password=False)
    _create_tables(url)
    with _connect(url) as connection:
        return url, _tables(connection)


@pytest.fixture
def postgres_url(postgres_database: tuple[str, list[str]]) -> Iterator[str]:
    """An empty PostgreSQL database with every table, the test's own while it runs."""
    url, tables = postgres_database
    yield url
    with _connect(url) as connection:
        connection.execute(LEAVE)
        for table in set(_tables(connection)) - set(tables):
            connection.execute(f'DROP TABLE "{table}" CASCADE')
        if used := [table for table in tables if connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()]:
            connection.execute(f"TRUNCATE {', '.join(used)} RESTART IDENTITY CASCADE")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with every table, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An empty SQLite database of the test's own, with every table."""
    path = tmp_path / "altostratus.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=ENGINES)
def db_url(request: pytest.FixtureRequest) -> str:
    """An empty database of the test's own, once on each engine."""
    name = "postgres_url" if request.param == "postgresql" else "sqlite_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def database(db_url: str) -> Iterator[Database]:
    """The same, opened."""
    database = open_database(db_url)
    yield database
    database.close()


def _create_tables(url: str) -> None:
    from altostratus.app.schema import HISTORIES  # with it every service: only where a database is wanted

    engine = create_engine(url)
    for history in HISTORIES:  # both in one, as on PostgreSQL
        history.metadata.create_all(engine)
    engine.dispose()


def _connect(url: str) -> psycopg.Connection[tuple[str]]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def _tables(connection: psycopg.Connection[tuple[str]]) -> list[str]:
    return [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]


@pytest.fixture(scope="session")
def cloud() -> Iterator[CloudProcess]:
    """A simulated cloud in a process of its own, shared by the tests that look at it from outside. Passwords are hashed
    quickly: those tests log in a thousand times."""
    with simulated_cloud(settings="[identity]\npassword_time_cost = 1\npassword_memory_cost = 1024\n") as running:
        yield running
