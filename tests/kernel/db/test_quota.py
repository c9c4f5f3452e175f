"""The last unit of a quota is given once, however many ask for it at once."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from altostratus.kernel.db import Database, open_database, quota
from altostratus.kernel.errors import OverQuota
from altostratus.kernel.tx import Tx
from tests.kernel.db.notes import add, make_table, note

LIMIT = 5


@pytest.fixture
def planes(db_url: str) -> Iterator[list[Database]]:
    """Two control planes on one database."""
    planes = [open_database(db_url), open_database(db_url)]
    make_table(planes[0])
    yield planes
    for plane in planes:
        plane.close()


def take(tx: Tx, name: str, lock: bool = True) -> None:
    if lock:
        quota.lock(tx, "p", "compute")
    used = tx.sql.execute(select(func.count()).select_from(note)).scalar_one()
    if used >= LIMIT:
        raise OverQuota()
    add(tx, name)


def test_no_more_than_the_quota_is_given(planes: list[Database]) -> None:
    async def main() -> list[BaseException | None]:
        asked = (planes[n % 2].write(lambda tx, name=f"n{n}": take(tx, name)) for n in range(12))  # type: ignore[misc]
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(main())
    assert [type(answer) for answer in answers if answer] == [OverQuota] * (12 - LIMIT)
    assert planes[0].write_now(lambda tx: tx.sql.execute(select(func.count()).select_from(note)).scalar()) == LIMIT


def test_limits_are_defaults_until_an_operator_sets_them(database: Database) -> None:
    defaults = {"cores": 20, "ram": 100}

    def found(project: str = "p") -> dict[str, int]:
        return database.write_now(lambda tx: quota.limits(tx, project, "compute", defaults))

    assert found() == defaults
    database.write_now(lambda tx: quota.set_limits(tx, "p", "compute", {"cores": 1, "gone": 7}))
    database.write_now(lambda tx: quota.set_limits(tx, "p", "compute", {"cores": quota.UNLIMITED}))
    assert found() == {"cores": -1, "ram": 100}
    assert found("other") == defaults
    database.write_now(lambda tx: quota.reset_limits(tx, "p", "compute"))
    assert found() == defaults


def test_locking_again_is_harmless(database: Database) -> None:
    def twice(tx: Tx) -> int:
        quota.lock(tx, "p", "compute")
        quota.lock(tx, "p", "compute")
        return int(tx.sql.execute(select(func.count()).select_from(quota.quota_scope)).scalar_one())

    rows = 0 if database.dialect == "sqlite" else 1  # where there is one writer, there is nothing to lock
    assert [database.write_now(twice), database.write_now(twice)] == [rows, rows]
