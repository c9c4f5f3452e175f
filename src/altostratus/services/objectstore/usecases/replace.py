"""What is listed under a name, and how something else comes in its place: the rows, whoever may."""

import dataclasses
from collections.abc import Sequence

from altostratus.contracts.objectstore import LOCK, Container, NewObject, Object
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.domain.lock import with_retention
from altostratus.services.objectstore.store.accounts import add_usage
from altostratus.services.objectstore.store.objects import (
    Span,
    add_object,
    add_spans,
    find_latest,
    find_null,
    is_expired,
    remove_object,
    set_latest,
)


def find_listed(tx: Tx, container_id: int, name: str) -> Object | None:
    """What is there under this name, unless its latest version says that there is nothing, or it has expired."""
    return unless_gone(tx, find_latest(tx, container_id, name))


def unless_gone(tx: Tx, latest: Object | None) -> Object | None:
    """The latest version, unless it says that there is nothing or has expired."""
    return None if latest is None or latest.marker or is_expired(tx, latest) else latest


def replace(
    tx: Tx,
    container: Container,
    latest: Object | None,
    name: str,
    new: NewObject,
    spans: Sequence[Span],
    etag: str,
) -> Object:
    """An object of these bytes in the container, in place of the latest, or as another version."""
    retire(tx, container, latest)
    if default := container.settings.get(LOCK):
        new = dataclasses.replace(new, system=with_retention(default, new.system, tx.now))
    size = sum(span.length for span in spans)
    whole = len(spans) == 1 and spans[0].length == spans[0].blob.size
    blob_id = spans[0].blob.id if whole else None
    versioned = container.versioning == "enabled"
    origin = latest.identity if latest and not latest.marker else None
    added = add_object(
        tx, container.id, name, new, versioned=versioned, size=size, etag=etag, blob_id=blob_id, origin=origin
    )
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
