"""Alembic's environment: runs the revisions on the connection that `schema.upgrade` (or a test) passes in."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from altostratus.app.schema import HISTORIES
from altostratus.kernel.db import Instant

history = context.config.attributes["history"]
_OTHERS = {name for other in HISTORIES if other is not history for name in other.metadata.tables}
_VERSIONS = {each.table for each in HISTORIES}


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """New revisions name no types of ours: those may change, a revision may not."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Alembic's own tables are not part of the schema, nor is what else is in the same PostgreSQL database."""
    return not (kind == "table" and name in _OTHERS | _VERSIONS)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=history.metadata,
    version_table=history.table,
    render_item=render_item,
    include_name=include_name,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
