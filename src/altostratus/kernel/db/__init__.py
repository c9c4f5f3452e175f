"""The database: `Database.write(fn)` and `Database.read(fn)`, on SQLite or PostgreSQL, the same code on both."""

from altostratus.kernel.db.database import Database, open_database
from altostratus.kernel.db.schema import Instant, Json, Name, metadata

__all__ = ["Database", "Instant", "Json", "Name", "metadata", "open_database"]
