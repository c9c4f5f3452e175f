"""What doors may ask of the object store: its use cases, as contracts/objectstore.py describes them."""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from altostratus.contracts.objectstore import (
    Container,
    Guard,
    Listing,
    Make,
    NewObject,
    Object,
    Part,
    Prefix,
    Reading,
    Upload,
    unguarded,
)
from altostratus.kernel.errors import NotImplementedHere
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.accounts import container_usage
from altostratus.services.objectstore.store.containers import (
    change_container,
    container_by_id,
    find_bucket,
    find_container,
    list_buckets,
    list_containers,
)
from altostratus.services.objectstore.store.objects import change_object, list_objects, list_versions
from altostratus.services.objectstore.store.uploads import (
    abort_upload,
    begin_upload,
    find_upload,
    list_parts,
    list_uploads,
)
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.complete_upload import complete_upload
from altostratus.services.objectstore.usecases.copy_part import copy_part
from altostratus.services.objectstore.usecases.create_container import create_container
from altostratus.services.objectstore.usecases.delete_container import delete_container
from altostratus.services.objectstore.usecases.delete_object import delete_object, delete_version
from altostratus.services.objectstore.usecases.large_object import STATIC, as_whole, copy_whole, open_whole
from altostratus.services.objectstore.usecases.put_object import put_object
from altostratus.services.objectstore.usecases.put_part import put_part
from altostratus.services.objectstore.usecases.read_object import (
    find_identity,
    find_object,
)

T = TypeVar("T")


class ObjectStoreFacade:
    """See contracts.objectstore.ObjectStore."""

    find_container = staticmethod(find_container)
    container_by_id = staticmethod(container_by_id)
    find_bucket = staticmethod(find_bucket)
    list_buckets = staticmethod(list_buckets)
    list_containers = staticmethod(list_containers)
    create_container = staticmethod(create_container)
    change_container = staticmethod(change_container)
    delete_container = staticmethod(delete_container)
    container_usage = staticmethod(container_usage)
    delete_object = staticmethod(delete_object)
    delete_version = staticmethod(delete_version)
    change_object = staticmethod(change_object)
    begin_upload = staticmethod(begin_upload)
    find_upload = staticmethod(find_upload)
    list_uploads = staticmethod(list_uploads)
    list_parts = staticmethod(list_parts)
    complete_upload = staticmethod(complete_upload)
    abort_upload = staticmethod(abort_upload)

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self._store.db.read(fn)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        return await self._store.db.write(fn)

    def find_object(self, tx: Tx, container_id: int, name: str, version: str | None = None) -> Object | None:
        return as_whole(find_object(tx, container_id, name, version))

    def find_identity(self, tx: Tx, identity: int) -> tuple[Container, Object] | None:
        found = find_identity(tx, identity)
        return (found[0], as_whole(found[1])) if found else None

    def open_object(self, tx: Tx, found: Object, *, sealed: bool = False) -> Reading:
        return open_whole(self._store, tx, found, sealed)

    def list_objects(self, tx: Tx, container_id: int, listing: Listing) -> list[Object | Prefix]:
        return _wholes(list_objects(tx, container_id, listing))

    def list_versions(self, tx: Tx, container_id: int, listing: Listing, *after: Any) -> list[Object | Prefix]:
        return _wholes(list_versions(tx, container_id, listing, *after))

    def copy_object(
        self, tx: Tx, source: Object, container: Container, name: str, new: NewObject, guard: Guard = unguarded
    ) -> Object:
        return copy_whole(tx, source, container, name, new, guard)

    def copy_part(self, tx: Tx, upload: Upload, number: int, source: Object, *span: Any) -> Part:
        if STATIC in source.system:
            raise NotImplementedHere("Parts are not copied of an object that is made of others.")
        return copy_part(tx, upload, number, source, *span)

    async def put_object(
        self, account: str, container: str, name: str, body: AsyncIterator[bytes], *more: Any, **options: Any
    ) -> Object:
        return await put_object(self._store, account, container, name, body, *more, **options)

    def path(self, file: str) -> Path:
        return self._store.blobs.path(file)

    async def put_part(self, upload: Upload, number: int, body: AsyncIterator[bytes], make: Make) -> Part:
        return await put_part(self._store, upload, number, body, make)


def _wholes(rows: Sequence[Object | Prefix]) -> list[Object | Prefix]:
    return [row if isinstance(row, Prefix) else as_whole(row) for row in rows]
