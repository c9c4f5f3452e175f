"""The schema's history: one linear line of Alembic revisions, applied at start after a snapshot of the database."""
