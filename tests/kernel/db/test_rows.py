"""Large results, put together by the database."""

from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, select

from altostratus.kernel.db import Database
from altostratus.kernel.db.rows import many
from altostratus.kernel.tx import Tx

THINGS = Table("thing", MetaData(), Column("id", Integer, primary_key=True), Column("name", Text), Column("note", Text))
ROWS = [
    (1 << 30, "b", None),
    (2, 'quotes " and \\ and /', "\u00e9\u4e16\U0001f600"),
    (3, "line\nend\ttab\x01\x1f\x7f", "null"),
    (4, "", "[1]"),
]


def test_rows_come_back_as_they_are_and_in_their_order(database: Database) -> None:
    def fill(tx: Tx) -> None:
        THINGS.metadata.create_all(tx.sql)
        tx.sql.execute(insert(THINGS), [dict(zip(("id", "name", "note"), row, strict=True)) for row in ROWS])

    database.write_now(fill)
    kind = tuple[int, str, str | None]
    query = select(THINGS).order_by(THINGS.c.id.desc())
    backwards = sorted(ROWS, reverse=True)
    assert database.write_now(lambda tx: many(tx, query, kind)) == backwards
    assert database.write_now(lambda tx: many(tx, query.limit(2), kind)) == backwards[:2]
    assert database.write_now(lambda tx: many(tx, query.where(THINGS.c.id == 0), kind)) == []
