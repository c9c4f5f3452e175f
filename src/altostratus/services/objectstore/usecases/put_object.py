"""Write an object: the bytes first, then the rows that name them. It is there when this returns, and stays."""

import sys
from collections.abc import AsyncIterator, Callable, Sequence

from altostratus.contracts.objectstore import (
    Container,
    Guard,
    Make,
    NewObject,
    NoSuchContainer,
    Object,
    QuotaExceeded,
    Usage,
    Values,
    unguarded,
)
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.driver import SMALL
from altostratus.services.objectstore.store.accounts import account_usage, container_usage
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.store.objects import Span, find_latest
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.archive import archives, keep_old
from altostratus.services.objectstore.usecases.receive import Received, add_received, receiving
from altostratus.services.objectstore.usecases.replace import find_listed, replace, unless_gone

Admit = Callable[[Container | None], None]
"""Raises a fault unless one may write into this container; None: there is none."""


def anybody(container: Container | None) -> None:
    """Let everybody write."""


async def put_object(
    store: ObjectStore,
    account: str,
    container: str,
    name: str,
    body: AsyncIterator[bytes],
    make: Make,
    *,
    announced: int | None = None,
    guard: Guard = unguarded,
    admit: Admit = anybody,
    file: str | None = None,
) -> Object:
    """See contracts.objectstore.ObjectStore; `admit` may refuse too."""
    if announced is None or announced > SMALL:  # what is small is judged when it is there: that is one look fewer
        await store.db.read(lambda tx: _may_begin(tx, account, container, name, announced or 0, guard, admit))
    most = store.config.max_file_size if file is None else sys.maxsize  # the limit is that of the API
    async with receiving(store, body, most, file) as received:

        def commit(tx: Tx) -> Object:
            where = _admitted(tx, account, container, admit)
            return _add(tx, where, name, received, make(received.content), guard)

        return await store.db.write(commit)


def _may_begin(tx: Tx, account: str, container: str, name: str, size: int, guard: Guard, admit: Admit) -> None:
    """What can be refused before the bytes are there."""
    found = _admitted(tx, account, container, admit)
    check_quotas(tx, found, size)
    if guard is not unguarded:
        guard(find_listed(tx, found.id, name))


def _admitted(tx: Tx, account: str, container: str, admit: Admit) -> Container:
    found = find_container(tx, account, container)
    admit(found)
    if found is None:
        raise NoSuchContainer()
    return found


def _add(tx: Tx, where: Container, name: str, received: Received, new: NewObject, guard: Guard) -> Object:
    return place(tx, where, name, new, add_received(tx, received), new.etag or received.content.md5, guard)


def place(
    tx: Tx, container: Container, name: str, new: NewObject, spans: Sequence[Span], etag: str, guard: Guard
) -> Object:
    """An object of these bytes in the container, in place of what was there, or as another version."""
    latest = find_latest(tx, container.id, name)
    present = unless_gone(tx, latest)
    guard(present)
    check_quotas(tx, container, sum(span.length for span in spans))
    if present and archives(container):
        keep_old(tx, container, present)
    return replace(tx, container, latest, name, new, spans, etag)


def get_container(tx: Tx, account: str, name: str) -> Container:
    found = find_container(tx, account, name)
    if found is None:
        raise NoSuchContainer()
    return found


def check_quotas(tx: Tx, container: Container, size: int) -> None:
    """Of the container and of the account, as Swift counts: what is replaced still takes its room."""
    of_container, of_account = (_quotas(meta) for meta in (container.meta, container.account_meta))
    if of_container and _exceeds(of_container, container_usage(tx, container.id), size):
        raise QuotaExceeded()
    if of_account and _exceeds(of_account, account_usage(tx, container.account_id), size):
        raise QuotaExceeded()


def _quotas(meta: Values) -> dict[str, int]:
    texts = {what: str(meta.get(f"quota-{what}", "")) for what in ("bytes", "count")}
    return {what: int(text) for what, text in texts.items() if text.isascii() and text.isdigit()}


def _exceeds(quotas: dict[str, int], usage: Usage, size: int) -> bool:
    grown = {"bytes": usage.bytes + size, "count": usage.objects + 1}
    return any(grown[what] > most for what, most in quotas.items())
