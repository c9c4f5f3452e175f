"""Rows of containers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, select, update

from altostratus.contracts.objectstore import Container, Listing, Prefix, Usage, Values
from altostratus.kernel.clock import micros
from altostratus.kernel.db.rows import every, inserted_id, one
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.accounts import add_usage
from altostratus.services.objectstore.store.listing import page
from altostratus.services.objectstore.store.tables import account, container, usage_delta

_PLAIN = ("name", "bucket", "created_at", "changed_at", "meta", "settings", "versioning")


_SELECT: Select[Any] = select(
    container.c.id,
    container.c.account_id,
    account.c.name.label("account"),
    account.c.meta.label("account_meta"),
    *(container.c[name] for name in _PLAIN),
).join_from(container, account)
_FIND = _SELECT.where(account.c.name == bindparam("account_name"), container.c.name == bindparam("container_name"))
_BY_ID = _SELECT.where(container.c.id == bindparam("container_id"))
_TOTALS = select(container.c.id, container.c.objects, container.c.bytes)
_DELTAS = select(usage_delta.c.container_id, usage_delta.c.objects, usage_delta.c.bytes)
SOME = 1000
"""Containers that are asked for at once."""
_BY_BUCKET = _SELECT.where(container.c.bucket == bindparam("bucket_name"))


def find_container(tx: Tx, account_name: str, name: str) -> Container | None:
    return one(tx, _FIND, Container, account_name=account_name, container_name=name)


def find_bucket(tx: Tx, name: str) -> Container | None:
    """The container that has this name among the buckets of all accounts."""
    return one(tx, _BY_BUCKET, Container, bucket_name=name)


def list_buckets(tx: Tx, after: str, limit: int) -> list[Container]:
    """Those of all accounts, by name."""
    return every(tx, _SELECT.where(container.c.bucket > after).order_by(container.c.bucket).limit(limit), Container)


def container_by_id(tx: Tx, container_id: int) -> Container | None:
    return one(tx, _BY_ID, Container, container_id=container_id)


def add_container(tx: Tx, account_id: int, name: str, bucket: str | None, meta: Values, settings: Values) -> int:
    now = micros(tx.now)
    values = {"account_id": account_id, "name": name, "bucket": bucket, "created_at": now, "changed_at": now}
    done = tx.sql.execute(insert(container).values(values | {"meta": dict(meta), "settings": dict(settings)}))
    add_usage(tx, account_id, 0, 0, 0, containers=1)
    return inserted_id(done)


def change_container(tx: Tx, container_id: int, **values: Any) -> None:
    changed = {**values, "changed_at": micros(tx.now)}
    tx.sql.execute(update(container).where(container.c.id == container_id).values(changed))


def remove_container(tx: Tx, found: Container) -> None:
    """An empty one, with all that totals say of it."""
    add_usage(tx, found.account_id, 0, 0, 0, containers=-1)
    tx.sql.execute(
        update(usage_delta).where(usage_delta.c.container_id == found.id).values(container_id=0)
    )  # still the account's
    tx.sql.execute(delete(container).where(container.c.id == found.id))


def list_containers(tx: Tx, account_name: str, listing: Listing) -> list[tuple[Container, Usage] | Prefix]:
    """With what is in each."""

    def fetch(query: Select[Any]) -> Sequence[Container]:
        return every(tx, query, Container)

    found = page(_SELECT.where(account.c.name == account_name), container.c.name, listing, fetch)
    usages = _usages(tx, [row.id for row in found if not isinstance(row, Prefix)])
    return [row if isinstance(row, Prefix) else (row, usages[row.id]) for row in found]


def _usages(tx: Tx, ids: Sequence[int]) -> dict[int, Usage]:
    """Of each of these containers: what its row says, and each of its deltas."""
    found = dict.fromkeys(ids, Usage(0, 0))
    for first in range(0, len(ids), SOME):
        some = ids[first : first + SOME]
        for query in (_TOTALS.where(container.c.id.in_(some)), _DELTAS.where(usage_delta.c.container_id.in_(some))):
            for container_id, objects, size in tx.sql.execute(query):
                so_far = found[container_id]
                found[container_id] = Usage(so_far.objects + objects, so_far.bytes + size)
    return found
