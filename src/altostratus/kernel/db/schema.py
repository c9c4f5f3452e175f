"""The MetaData of a database, with named constraints, and the column types that mean the same on both engines."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON as _JSON
from sqlalchemy import DateTime, Dialect, MetaData, String
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)
"""The cloud's tables, but for those of objects, which have a database of their own."""


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime with microseconds; text that sorts on SQLite, timestamptz on PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """On SQLite straight from the text: a list of a thousand servers has seven thousand instants."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


def Name(length: int = 255) -> Any:  # noqa: N802 - used like a type
    """Text that compares and sorts by code point on both engines."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def Json() -> Any:  # noqa: N802 - used like a type
    """A JSON value; JSONB on PostgreSQL."""
    return _JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
