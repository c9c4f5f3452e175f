"""Which of its versions an object is listed as."""

from altostratus.contracts.objectstore import Container, NoSuchObject, Object
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.accounts import add_usage
from altostratus.services.objectstore.store.objects import find_latest, remove_object, set_latest
from altostratus.services.objectstore.usecases.read_object import find_object


def make_current(tx: Tx, where: Container, name: str, version: str) -> Object:
    """This version is listed from now on. Raises NoSuchObject."""
    found = find_object(tx, where.id, name, version)
    if found is None or found.marker:
        raise NoSuchObject()
    if found.latest:
        return found
    latest = find_latest(tx, where.id, name)
    take_from_list(tx, where, latest, keep=latest is not None and (latest.versioned or where.versioning == "enabled"))
    set_latest(tx, found.id, True)
    add_usage(tx, where.account_id, where.id, 1, found.size)
    return found


def take_from_list(tx: Tx, where: Container, latest: Object | None, *, keep: bool) -> None:
    """What is listed is so no more; `keep` it as an old version, or not."""
    if latest is None:
        return
    if not latest.marker:
        add_usage(tx, where.account_id, where.id, -1, -latest.size)
    if keep:
        set_latest(tx, latest.id, False)
    else:
        remove_object(tx, latest)
