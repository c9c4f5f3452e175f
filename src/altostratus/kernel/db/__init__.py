"""The database: `Database.write(fn)` and `Database.read(fn)`, on SQLite or PostgreSQL, the same code on both."""

from altostratus.kernel.db.database import Database, NeedsDatabase, open_database
from altostratus.kernel.db.schema import Instant, Json, Name, metadata

__all__ = ["Database", "Instant", "Json", "Name", "NeedsDatabase", "metadata", "open_database"]
