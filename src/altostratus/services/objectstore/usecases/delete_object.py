"""Take an object away: for good, or as far as a listing shows where versions are kept."""

from altostratus.contracts.objectstore import Container, Guard, NewObject, NoSuchObject, Object, unguarded
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.domain.path import LONGEST_OBJECT, check_name
from altostratus.services.objectstore.store.accounts import add_usage
from altostratus.services.objectstore.store.objects import (
    add_object,
    find_latest,
    find_newest_old,
    remove_object,
    set_latest,
)
from altostratus.services.objectstore.usecases.archive import STACK, archives, mark_deleted, restore_old
from altostratus.services.objectstore.usecases.put_object import get_container
from altostratus.services.objectstore.usecases.read_object import find_object
from altostratus.services.objectstore.usecases.replace import retire, unless_gone


def delete_object(tx: Tx, account: str, container: str, name: str, guard: Guard = unguarded) -> Object:
    """What was taken away; where versions are kept, the marker that says so. Raises NoSuchContainer, NoSuchObject."""
    return delete_from(tx, get_container(tx, account, container), name, guard)


def delete_from(tx: Tx, where: Container, name: str, guard: Guard = unguarded) -> Object:
    """The same, of a container that has been found."""
    latest = find_latest(tx, where.id, name)
    there = unless_gone(tx, latest)
    guard(there)
    if not where.versioning:
        if STACK in where.settings and (restored := restore_old(tx, where, name, there)):
            return there or restored
        if there is None:
            raise NoSuchObject()
        if archives(where):
            mark_deleted(tx, where, there)
    return take_away(tx, where, name, latest)


def take_away(tx: Tx, where: Container, name: str, latest: Object | None) -> Object:
    """What is there, or the marker that it leaves. Raises BadRequest where that cannot have such a name."""
    if latest is None:
        check_name("Object", name, LONGEST_OBJECT)
    retire(tx, where, latest)
    if latest is None or where.versioning:
        return add_object(tx, where.id, name, NewObject(""), versioned=where.versioning == "enabled", marker=True)
    return latest


def delete_version(
    tx: Tx, where: Container, name: str, version: str, guard: Guard = unguarded, *, unlocked: bool = False
) -> Object | None:
    """Take one version away for good; what was listed before it is listed again. None when there is none. Raises
    Locked, unless `guard` has seen to that (`unlocked`)."""
    found = find_object(tx, where.id, name, version)
    if found is None:
        return None
    guard(found)
    remove_object(tx, found, unlocked=unlocked)
    if not found.latest:
        return found
    if not found.marker:
        add_usage(tx, where.account_id, where.id, -1, -found.size)
    if before := find_newest_old(tx, where.id, name):
        set_latest(tx, before.id, True)
        if not before.marker:
            add_usage(tx, where.account_id, where.id, 1, before.size)
    return found
