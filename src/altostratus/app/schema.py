"""Brings a database to this program's schema. A snapshot is taken first; a database from the future is refused.

There are two databases: the cloud's, and that of objects. On PostgreSQL they may be one, with both histories in it.
"""

import logging
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData, create_engine, inspect, make_url, text

from altostratus.kernel import events
from altostratus.kernel.db import metadata, quota, state
from altostratus.kernel.reconcile import lease
from altostratus.services.compute.store import tables as compute_tables
from altostratus.services.identity.store import tables as identity_tables
from altostratus.services.image.store import tables as image_tables
from altostratus.services.network.store import tables as network_tables
from altostratus.services.objectstore.store.tables import metadata as objects_metadata
from altostratus.services.volume.store import tables as volume_tables

if TYPE_CHECKING:
    from alembic.config import Config

_EVERYTHING = (
    events,
    quota,
    state,
    lease,
    compute_tables,
    identity_tables,
    image_tables,
    network_tables,
    volume_tables,
)
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class History:
    """A line of revisions. `head` is the newest; a test compares it with the revision files, so that a start need not
    read them."""

    folder: str
    head: str
    metadata: MetaData
    table: str
    """Where the database keeps its revision."""


CLOUD = History("versions", "0004", metadata, "alembic_version")
OBJECTS = History("objects/versions", "0001", objects_metadata, "alembic_version_objects")
HISTORIES = (CLOUD, OBJECTS)


class SchemaError(Exception):
    """The database cannot be used by this version; the message says what to do."""


def upgrade(url: str, snapshots: Path, history: History = CLOUD) -> None:
    """Apply what is missing. Two processes that start at once do so one after the other."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            _lock(connection)
            present = _revision(connection, history)
            if present == history.head:
                return
            if present is not None and present > history.head:
                raise SchemaError(f"The database is of a newer version ({present}) than this program ({history.head}).")
            if present is not None:
                _snapshot(url, snapshots, f"before-{history.head}-from-{present}.db")
            _apply(connection, history)
    finally:
        engine.dispose()


def check_current(url: str, history: History) -> None:
    """SchemaError unless the database is there and of this version."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        raise SchemaError(f"There is no database {parsed.database}. Start the cloud once, or give its --data-dir.")
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            present = _revision(connection, history)
    finally:
        engine.dispose()
    if present != history.head:
        wanted = history.head
        raise SchemaError(
            f"The database is of version {present}, not {wanted}. Start the cloud once with this program."
        )


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(8774)"))


def _revision(connection: Connection, history: History) -> str | None:
    if not inspect(connection).has_table(history.table):
        return None
    return connection.execute(text(f"SELECT version_num FROM {history.table}")).scalar()  # noqa: S608 - ours


def _snapshot(url: str, directory: Path, name: str) -> None:
    """A copy of an SQLite database; PostgreSQL's own tools do this for PostgreSQL (see docs/operate.md)."""
    path = make_url(url).database
    if make_url(url).get_backend_name() != "sqlite" or path is None:
        return
    directory.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as source, sqlite3.connect(directory / name) as target:
        source.backup(target)


def _apply(connection: Connection, history: History) -> None:
    from alembic import command

    logging.getLogger("alembic").setLevel(logging.WARNING)
    command.upgrade(alembic_config(connection, history), "head")


def alembic_config(connection: Connection, history: History = CLOUD) -> "Config":
    """Alembic's configuration for this connection; there is no alembic.ini."""
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", str(MIGRATIONS / history.folder))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, history=history)
    return config
