"""Write an object: the bytes first, then the rows that name them. It is there when this returns, and stays."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from altostratus.contracts.objectstore import (
    Container,
    Guard,
    Make,
    NewObject,
    NoSuchContainer,
    Object,
    QuotaExceeded,
    unguarded,
)
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.accounts import account_usage, add_usage, container_usage
from altostratus.services.objectstore.store.blobs import add_blob, drop
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.store.objects import (
    Span,
    add_object,
    add_spans,
    find_latest,
    find_null,
    remove_object,
    set_latest,
)
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.receive import Received, receive


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
) -> Object:
    """`announced` is the number of bytes that are said to come. Raises NoSuchContainer, QuotaExceeded, TooLarge,
    StorageFull, and what `body`, `make` and `guard` raise."""
    await store.db.read(lambda tx: _may_begin(tx, account, container, name, announced or 0, guard))
    received = await receive(store, body, store.config.max_file_size)
    try:
        new = make(received.content)
        return await store.db.write(lambda tx: _commit(tx, account, container, name, received, new, guard))
    except BaseException:
        if (blob := received.blob) and blob.data is None:  # it goes unless a commit whose answer was lost has kept it
            await asyncio.shield(asyncio.ensure_future(store.db.write(lambda tx: drop(tx, [blob.id]))))
        raise


def _may_begin(tx: Tx, account: str, container: str, name: str, size: int, guard: Guard) -> None:
    """What can be refused before the bytes are there."""
    found = get_container(tx, account, container)
    check_quotas(tx, found, size, None)
    if guard is not unguarded:
        guard(find_listed(tx, found.id, name))


def _commit(
    tx: Tx, account: str, container: str, name: str, received: Received, new: NewObject, guard: Guard
) -> Object:
    found = get_container(tx, account, container)
    spans = []
    if received.blob:
        add_blob(tx, received.blob)
        spans = [Span(received.blob, 0, received.blob.size)]
    return place(tx, found, name, new, spans, new.etag or received.content.md5, guard)


def place(
    tx: Tx, container: Container, name: str, new: NewObject, spans: Sequence[Span], etag: str, guard: Guard
) -> Object:
    """An object of these bytes in the container, in place of what was there, or as another version."""
    present = find_latest(tx, container.id, name)
    guard(None if present is None or present.marker else present)
    size = sum(span.length for span in spans)
    check_quotas(tx, container, size, present)
    retire(tx, container, present)
    whole = len(spans) == 1 and spans[0].length == spans[0].blob.size
    blob_id = spans[0].blob.id if whole else None
    versioned = container.versioning == "enabled"
    added = add_object(tx, container.id, name, new, versioned=versioned, size=size, etag=etag, blob_id=blob_id)
    if not whole:
        add_spans(tx, added.id, spans)
    add_usage(tx, container.account_id, container.id, 1, size)
    return added


def retire(tx: Tx, container: Container, present: Object | None) -> None:
    """Make room for a version that is the latest: the present one stays beside it only where versions are kept."""
    if present is None:
        return
    if not present.marker:
        add_usage(tx, container.account_id, container.id, -1, -present.size)
    if container.versioning == "enabled":
        set_latest(tx, present.id, False)
        return
    null = find_null(tx, container.id, present.name) if present.versioned else present
    if null is None or null.id != present.id:
        set_latest(tx, present.id, False)
    if null is not None:
        remove_object(tx, null)


def get_container(tx: Tx, account: str, name: str) -> Container:
    found = find_container(tx, account, name)
    if found is None:
        raise NoSuchContainer()
    return found


def find_listed(tx: Tx, container_id: int, name: str) -> Object | None:
    """What is there under this name, unless its latest version says that there is nothing."""
    found = find_latest(tx, container_id, name)
    return None if found is None or found.marker else found


def check_quotas(tx: Tx, container: Container, size: int, replaced: Object | None) -> None:
    """Swift's, of the container and of the account. What is replaced counts as gone only where it goes."""
    gone = replaced.size if replaced and not replaced.marker and container.versioning != "enabled" else 0
    of_bytes, of_count = (container.meta.get(f"quota-{what}") for what in ("bytes", "count"))
    if of_bytes or of_count:
        usage = container_usage(tx, container.id)
        added = 1 if replaced is None else 0
        if _exceeds(of_bytes, usage.bytes + size - gone) or _exceeds(of_count, usage.objects + added):
            raise QuotaExceeded()
    of_account = container.account_meta.get("quota-bytes")
    if of_account and _exceeds(of_account, account_usage(tx, container.account_id).bytes + size - gone):
        raise QuotaExceeded()


def _exceeds(quota: str | None, value: int) -> bool:
    return quota is not None and quota.isdigit() and value > int(quota)
