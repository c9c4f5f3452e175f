"""Rows of accounts, and the totals of accounts and containers: what the row says and what deltas add to it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Select, Table, bindparam, func, insert, select, update

from altostratus.contracts.objectstore import Account, Usage, Values
from altostratus.kernel.db.rows import insert_or_ignore, one
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.moments import micros
from altostratus.services.objectstore.store.tables import account, container, usage_delta

TOTALS = ("objects", "bytes", "containers")

_FIND = select(*(account.c[name] for name in Account.__dataclass_fields__)).where(
    account.c.name == bindparam("of_name")
)


def _usage(table: Table, delta: Column[Any], names: Sequence[str]) -> Select[Any]:
    """What a row says of its totals, and what its deltas add."""
    added = [func.coalesce(func.sum(usage_delta.c[name]), 0) for name in names]
    joined = select(*((table.c[name] + more).label(name) for name, more in zip(names, added, strict=True)))
    query = joined.select_from(table.outerjoin(usage_delta, delta == table.c.id))
    return query.where(table.c.id == bindparam("of_id")).group_by(table.c.id)


_OF_ACCOUNT = _usage(account, usage_delta.c.account_id, TOTALS)
_OF_CONTAINER = _usage(container, usage_delta.c.container_id, TOTALS[:2])
_ADD_DELTA = insert(usage_delta)


def find_account(tx: Tx, name: str) -> Account | None:
    return one(tx, _FIND, Account, of_name=name)


def account_usage(tx: Tx, account_id: int) -> Usage:
    return one(tx, _OF_ACCOUNT, Usage, of_id=account_id) or Usage(0, 0)


def container_usage(tx: Tx, container_id: int) -> Usage:
    return one(tx, _OF_CONTAINER, Usage, of_id=container_id) or Usage(0, 0)


def ensure_account(tx: Tx, name: str) -> Account:
    """The account, made if there is none."""
    found = find_account(tx, name)
    if found is None:
        now = micros(tx.now)
        insert_or_ignore(tx, account, {"name": name, "created_at": now, "changed_at": now, "meta": {}, "settings": {}})
        found = find_account(tx, name)
    if found is None:
        raise RuntimeError(f"account {name} was made and is not there")
    return found


def change_account(tx: Tx, account_id: int, meta: Values, settings: Values) -> None:
    values = {"meta": dict(meta), "settings": dict(settings), "changed_at": micros(tx.now)}
    tx.sql.execute(update(account).where(account.c.id == account_id).values(values))


def add_usage(tx: Tx, account_id: int, container_id: int, objects: int, size: int, containers: int = 0) -> None:
    """Totals change by this much."""
    values = {"account_id": account_id, "container_id": container_id, "containers": containers}
    tx.sql.execute(_ADD_DELTA, values | {"objects": objects, "bytes": size})


def fold_usage(tx: Tx, most: int) -> int:
    """Add the oldest deltas, at most so many, to the rows that they are of; how many there were."""
    oldest = select(usage_delta.c.id).order_by(usage_delta.c.id).limit(most).subquery()
    last = tx.sql.execute(select(func.max(oldest.c.id))).scalar()
    if last is None:
        return 0
    old = usage_delta.c.id <= last
    for table, key, names in ((account, "account_id", TOTALS), (container, "container_id", TOTALS[:2])):
        sums = [func.sum(usage_delta.c[name]).label(name) for name in names]
        query = select(usage_delta.c[key].label("row_id"), *sums).where(old).group_by(usage_delta.c[key])
        changes = [dict(row) for row in tx.sql.execute(query).mappings()]
        grown = {name: table.c[name] + bindparam(f"more_{name}") for name in names}
        statement = update(table).where(table.c.id == bindparam("row_id")).values(grown)
        renamed = [{"row_id": row["row_id"], **{f"more_{name}": int(row[name]) for name in names}} for row in changes]
        tx.sql.execute(statement, renamed)
    return int(tx.sql.execute(usage_delta.delete().where(old)).rowcount)
