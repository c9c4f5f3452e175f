"""A table of the tests' own, apart from the program's schema."""

from sqlalchemy import Column, Integer, MetaData, String, Table, func, select

from altostratus.kernel.db import Database
from altostratus.kernel.tx import Tx

note = Table("note", MetaData(), Column("name", String(16), primary_key=True), Column("count", Integer, default=0))


def make_table(database: Database) -> None:
    database.write_now(lambda tx: note.create(tx.sql))


def add(tx: Tx, name: str, count: int = 0) -> None:
    tx.sql.execute(note.insert().values(name=name, count=count))


def names(tx: Tx) -> set[str]:
    return set(tx.sql.execute(select(note.c.name)).scalars())


def total(tx: Tx) -> int:
    return int(tx.sql.execute(select(func.count()).select_from(note)).scalar_one())
