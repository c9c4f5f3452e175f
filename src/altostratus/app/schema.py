"""Brings a database to this program's schema. A snapshot is taken first; a database from the future is refused."""

import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, inspect, make_url, text

from altostratus.kernel import events
from altostratus.kernel.db import metadata, quota, state
from altostratus.kernel.reconcile import lease
from altostratus.services.compute.store import tables as compute_tables
from altostratus.services.identity.store import tables as identity_tables
from altostratus.services.image.store import tables as image_tables
from altostratus.services.network.store import tables as network_tables

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["check_current", "metadata", "upgrade"]
_EVERYTHING = (events, quota, state, lease, compute_tables, identity_tables, image_tables, network_tables)
HEAD = "0003"
"""The newest revision; a test compares it with the revision files, so that a start need not read them."""


class SchemaError(Exception):
    """The database cannot be used by this version; the message says what to do."""


def upgrade(url: str, snapshots: Path) -> None:
    """Apply what is missing. Two processes that start at once do so one after the other."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            _lock(connection)
            present = _revision(connection)
            if present == HEAD:
                return
            if present is not None and present > HEAD:
                raise SchemaError(f"The database is of a newer version ({present}) than this program ({HEAD}).")
            if present is not None:
                _snapshot(url, present, snapshots)
            _apply(connection)
    finally:
        engine.dispose()


def check_current(url: str) -> None:
    """SchemaError unless the database is there and of this version."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        raise SchemaError(f"There is no database {parsed.database}. Start the cloud once, or give its --data-dir.")
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            present = _revision(connection)
    finally:
        engine.dispose()
    if present != HEAD:
        raise SchemaError(f"The database is of version {present}, not {HEAD}. Start the cloud once with this program.")


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(8774)"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _snapshot(url: str, revision: str, directory: Path) -> None:
    """A copy of an SQLite database; PostgreSQL's own tools do this for PostgreSQL (see docs/operate.md)."""
    path = make_url(url).database
    if make_url(url).get_backend_name() != "sqlite" or path is None:
        return
    directory.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as source, sqlite3.connect(directory / f"before-{HEAD}-from-{revision}.db") as target:
        source.backup(target)


def _apply(connection: Connection) -> None:
    from alembic import command

    logging.getLogger("alembic").setLevel(logging.WARNING)
    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> "Config":
    """Alembic's configuration for this connection; there is no alembic.ini."""
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
