"""Old versions of the objects of one container that are kept as objects of another.

Either they come back one by one as the newer ones are deleted (STACK), or they stay, and marks of deletions with them
(HISTORY). https://docs.openstack.org/swift/latest/middleware.html#versioned-writes
"""

from urllib.parse import unquote

from altostratus.contracts.objectstore import Container, Listing, Locked, NewObject, Object
from altostratus.kernel.clock import micros
from altostratus.kernel.errors import PreconditionFailed
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.domain.lock import without_lock
from altostratus.services.objectstore.domain.path import LONGEST_OBJECT, check_name
from altostratus.services.objectstore.store.accounts import add_usage
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.store.objects import find_latest, list_objects, remove_object, spans_of
from altostratus.services.objectstore.usecases.replace import replace

STACK, HISTORY = "versions", "history"
"""The settings of a container that name the other one."""
DELETED = "application/x-deleted;swift_versions_deleted=1"
"""The type of a mark."""
EMPTY = "d41d8cd98f00b204e9800998ecf8427e"


def archives(container: Container) -> bool:
    """Whether old versions go elsewhere."""
    return STACK in container.settings or HISTORY in container.settings


def keep_old(tx: Tx, container: Container, present: Object) -> None:
    """Before something else comes in its place. Raises PreconditionFailed where there is no other container."""
    if "x-object-manifest" not in present.system:
        _copy(tx, present, _archive_of(tx, container), _archived_name(present.name, present.modified_at))


def mark_deleted(tx: Tx, container: Container, present: Object) -> None:
    """Before it is deleted."""
    if HISTORY in container.settings:
        keep_old(tx, container, present)
        name = _archived_name(present.name, micros(tx.now))
        archive = _archive_of(tx, container)
        replace(tx, archive, find_latest(tx, archive.id, name), name, NewObject(DELETED), (), EMPTY)


def restore_old(tx: Tx, container: Container, name: str, present: Object | None) -> Object | None:
    """The version before, which takes the place of what is there; None when there is none."""
    archive = find_container(tx, container.account, unquote(str(container.settings[STACK])))
    if archive is None:
        return None
    newest = list_objects(tx, archive.id, Listing(2, prefix=_archived_name(name), reverse=True))
    for old in newest:
        if not isinstance(old, Object):
            continue
        if old.is_locked(tx.now):  # before anything has changed
            raise Locked()
        restored = _copy(tx, old, container, name) if old.content_type != DELETED else None
        _remove(tx, archive, old)
        if restored:
            return restored
        if present is not None:  # a mark that history has left: only what is there goes
            return None
    return None


def _archive_of(tx: Tx, container: Container) -> Container:
    name = unquote(str(container.settings.get(HISTORY) or container.settings.get(STACK)))
    found = find_container(tx, container.account, name)
    if found is None:
        raise PreconditionFailed("There is no container for old versions")
    return found


def _archived_name(name: str, micros: int | None = None) -> str:
    """003fox/1795218064.83115. Raises BadRequest where that is too long to be a name."""
    moment = "" if micros is None else f"{micros // 1_000_000}.{micros % 1_000_000 // 10:05}"
    archived = f"{len(name):03x}{name}/{moment}"
    if micros is not None:
        check_name("Object", archived, LONGEST_OBJECT)
    return archived


def _copy(tx: Tx, source: Object, container: Container, name: str) -> Object:
    said = NewObject(source.content_type, source.meta, without_lock(source.system), source.expires_at)
    latest = find_latest(tx, container.id, name)
    return replace(tx, container, latest, name, said, spans_of(tx, source), source.etag)


def _remove(tx: Tx, container: Container, old: Object) -> None:
    remove_object(tx, old)
    add_usage(tx, container.account_id, container.id, -1, -old.size)
