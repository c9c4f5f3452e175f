"""The schema's history leads to what the code expects, on both engines, with data in it, and is linear."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, create_engine, insert, inspect, select, text, update

from altostratus.app.schema import HISTORIES, OBJECTS, History, SchemaError, alembic_config, metadata, upgrade
from altostratus.kernel.db.state import counter


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with nothing in it. Other tests share the PostgreSQL one and expect its tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    url: str = request.getfixturevalue("postgres_url")
    _begin_anew(url, with_tables=False)
    yield url
    _begin_anew(url, with_tables=True)


def _begin_anew(url: str, with_tables: bool) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        if with_tables:
            for history in HISTORIES:
                history.metadata.create_all(connection)
    engine.dispose()


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.table)
def test_the_revisions_make_what_the_code_expects(history: History, both: bool, empty_url: str, tmp_path: Path) -> None:
    """In a database of its own, and where there is the other one besides."""
    for each in HISTORIES if both else [history]:
        upgrade(empty_url, tmp_path / "snapshots", each)
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        command.check(alembic_config(connection, history))
    engine.dispose()


def test_a_second_upgrade_changes_nothing_and_keeps_data(empty_url: str, tmp_path: Path) -> None:
    upgrade(empty_url, tmp_path / "snapshots")
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(insert(counter).values(name="kept", value=7))
    upgrade(empty_url, tmp_path / "snapshots")
    with engine.begin() as connection:
        assert connection.execute(select(counter.c.value).where(counter.c.name == "kept")).scalar() == 7
    engine.dispose()


def test_0002_keeps_the_sizes_of_servers_and_places_those_without_ports_again(empty_url: str, tmp_path: Path) -> None:
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
        old = Table("compute_server", MetaData(), autoload_with=connection)
        host = Table("compute_host", MetaData(), autoload_with=connection)
        connection.execute(insert(host).values(_row(host, id="h")))
        flavor = {"vcpus": 2, "ram": 512, "disk": 10, "ephemeral": 5}
        for name, bound in (("a", True), ("b", False)):
            connection.execute(insert(old).values(_row(old, id=name, flavor=flavor, host_id="h", ports_bound=bound)))
    upgrade(empty_url, tmp_path / "snapshots")
    with engine.begin() as connection:
        new = metadata.tables["compute_server"].c
        query = select(new.id, new.host_id, new.vcpus, new.ram, new.disk).order_by(new.id)
        assert connection.execute(query).all() == [("a", "h", 2, 512, 15), ("b", None, 2, 512, 15)]
    engine.dispose()


def test_0003_keeps_projects_with_all_that_points_at_them(empty_url: str, tmp_path: Path) -> None:
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0002")
        old = {name: Table(f"identity_{name}", MetaData(), autoload_with=connection) for name in ("project", "user")}
        domain = {"id": "d", "name": "domain", "description": "about"}
        connection.execute(insert(old["project"]).values(_row(old["project"], **domain)))
        inside = {"id": "p", "name": "project", "name_scope": "d", "domain_id": "d", "parent_id": "d"}
        connection.execute(insert(old["project"]).values(_row(old["project"], **inside)))
        connection.execute(insert(old["user"]).values(_row(old["user"], id="u", domain_id="d")))
    upgrade(empty_url, tmp_path / "snapshots")
    with engine.begin() as connection:
        project, user = metadata.tables["identity_project"], metadata.tables["identity_user"].c
        connection.execute(update(project).where(project.c.id == "p").values(description=None))
        found = connection.execute(select(project.c.id, project.c.parent_id, project.c.description).order_by("id"))
        assert found.all() == [("d", None, "about"), ("p", "d", None)]
        assert connection.execute(select(user.id, user.domain_id)).all() == [("u", "d")]
    engine.dispose()


def _row(table: Table, **values: object) -> dict[str, object]:
    """A row with something in every column that must have something."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    some = {"BOOLEAN": False, "INTEGER": 0, "JSON": {}, "JSONB": {}, "DATETIME": now, "TIMESTAMP": now}
    needed = [column for column in table.columns if not column.nullable]
    return {column.name: some.get(column.type.__visit_name__, "") for column in needed} | values


def test_a_database_of_the_future_is_refused(empty_url: str, tmp_path: Path) -> None:
    upgrade(empty_url, tmp_path / "snapshots")
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(SchemaError, match="newer version"):
        upgrade(empty_url, tmp_path / "snapshots")


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.table)
def test_head_is_the_newest_revision_and_history_is_a_line(history: History) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(alembic_config(connection, history))
        assert script.get_heads() == [history.head]
        assert not any(revision.is_branch_point for revision in script.walk_revisions())
    engine.dispose()


def test_every_constraint_has_a_name(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'names.db'}"
    upgrade(url, tmp_path)
    upgrade(url, tmp_path, OBJECTS)
    engine = create_engine(url)
    found = inspect(engine)
    unnamed = [
        table
        for table in found.get_table_names()
        if not table.startswith("alembic_version")
        and not all(c["name"] for c in [*found.get_foreign_keys(table), *found.get_unique_constraints(table)])
    ]
    engine.dispose()
    assert unnamed == []
