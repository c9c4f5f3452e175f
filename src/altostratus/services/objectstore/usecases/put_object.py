"""Write an object: the bytes first, then the rows that name them. It is there when this returns, and stays."""

import dataclasses
import sys
from collections.abc import AsyncIterator, Callable, Sequence

from altostratus.contracts.objectstore import (
    ENCRYPTED,
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
from altostratus.services.objectstore.store.uploads import unfinished_in_account, unfinished_in_container
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.archive import archives, keep_old
from altostratus.services.objectstore.usecases.receive import add_received, receiving
from altostratus.services.objectstore.usecases.replace import find_listed, replace, unless_gone

ALGORITHM = "AES256"
"""As S3 calls it."""
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
    encrypted: bool | None = None,
    file: str | None = None,
) -> Object:
    """See contracts.objectstore.ObjectStore; `admit` may refuse too."""
    most = store.config.max_file_size if file is None else sys.maxsize  # the limit is that of the API
    encrypted = encrypted if file is None else False  # others read it beside the store
    if announced is None or announced > SMALL:
        where = await store.db.read(lambda tx: _may_begin(tx, account, container, name, announced or 0, guard, admit))
        encrypted = where.encrypts if encrypted is None else encrypted
    else:  # what is small is judged when it is there: that is one look fewer
        most = min(SMALL, most)
    async with receiving(store, body, most, encrypted=bool(encrypted), file_id=file) as received:

        def commit(tx: Tx) -> Object:
            where = _admitted(tx, account, container, admit)
            encrypts = where.encrypts if encrypted is None else encrypted
            new = encryption_told(make(received.content), encrypts)
            spans = add_received(store, tx, received, encrypted=encrypts)
            return place(tx, where, name, new, spans, new.etag or received.content.md5, guard)

        return await store.db.write(commit)


def encryption_told(new: NewObject, encrypted: bool) -> NewObject:
    """What is said of an object, with the truth about how its bytes are kept."""
    if not encrypted and ENCRYPTED not in new.system:
        return new
    system = {name: value for name, value in new.system.items() if name != ENCRYPTED}
    return dataclasses.replace(new, system={**system, ENCRYPTED: ALGORITHM} if encrypted else system)


def _may_begin(tx: Tx, account: str, container: str, name: str, size: int, guard: Guard, admit: Admit) -> Container:
    """Where the object is to be; what can be refused before the bytes are there is refused."""
    found = _admitted(tx, account, container, admit)
    check_quotas(tx, found, size)
    if guard is not unguarded:
        guard(find_listed(tx, found.id, name))
    return found


def _admitted(tx: Tx, account: str, container: str, admit: Admit) -> Container:
    found = find_container(tx, account, container)
    admit(found)
    if found is None:
        raise NoSuchContainer()
    return found


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
    """Of the container and of the account, as Swift counts: what is replaced still takes its room. So does what is on
    its way in parts."""
    of_container, of_account = (_quotas(meta) for meta in (container.meta, container.account_meta))
    if of_container:
        more = size + unfinished_in_container(tx, container.id)
        _check(of_container, container_usage(tx, container.id), more)
    if of_account:
        more = size + unfinished_in_account(tx, container.account_id)
        _check(of_account, account_usage(tx, container.account_id), more)


def _quotas(meta: Values) -> dict[str, int]:
    texts = {what: str(meta.get(f"quota-{what}", "")) for what in ("bytes", "count")}
    return {what: int(text) for what, text in texts.items() if text.isascii() and text.isdigit()}


def _check(quotas: dict[str, int], usage: Usage, size: int) -> None:
    grown = {"bytes": usage.bytes + size, "count": usage.objects + 1}
    if any(grown[what] > most for what, most in quotas.items()):
        raise QuotaExceeded()
