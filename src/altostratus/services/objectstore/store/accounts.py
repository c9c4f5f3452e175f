"""Rows of accounts, and the totals of accounts and containers: what the row says and what deltas add to it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Select, Table, bindparam, delete, func, insert, select, update

from altostratus.contracts.objectstore import Account, Usage, Values
from altostratus.kernel.clock import micros
from altostratus.kernel.db.rows import insert_or_ignore, one
from altostratus.kernel.tx import Tx
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
_OLDEST_DELTAS = select(usage_delta).order_by(usage_delta.c.id).limit(bindparam("most"))


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
    oldest = tx.sql.execute(_OLDEST_DELTAS, {"most": most}).all()
    if not oldest:
        return 0
    for table, key, names in ((account, "account_id", TOTALS), (container, "container_id", TOTALS[:2])):
        sums: dict[int, Counter[str]] = defaultdict(Counter)
        for delta in oldest:
            sums[getattr(delta, key)].update({name: getattr(delta, name) for name in names})
        grown = {name: table.c[name] + bindparam(f"more_{name}") for name in names}
        statement = update(table).where(table.c.id == bindparam("row_id")).values(grown)
        tx.sql.execute(
            statement,
            [{"row_id": row_id, **{f"more_{name}": more[name] for name in names}} for row_id, more in sums.items()],
        )
    return int(tx.sql.execute(delete(usage_delta).where(usage_delta.c.id <= oldest[-1].id)).rowcount)
