"""Write one part of an upload: the bytes first, then the rows that name them."""

from collections.abc import AsyncIterator

from altostratus.contracts.objectstore import Make, NewObject, NoSuchUpload, Part, Upload
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.containers import container_by_id
from altostratus.services.objectstore.store.uploads import add_part, find_upload
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.put_object import check_quotas
from altostratus.services.objectstore.usecases.receive import Received, add_received, receiving


async def put_part(store: ObjectStore, upload: Upload, number: int, body: AsyncIterator[bytes], make: Make) -> Part:
    """In place of an earlier one of this number. Of what `make` returns the etag and `system` count. Raises
    NoSuchUpload, QuotaExceeded, TooLarge, StorageFull, and what `body` and `make` raise."""
    await store.db.read(lambda tx: check_upload(tx, upload, 0))
    async with receiving(store, body, store.config.max_file_size) as received:
        new = make(received.content)
        return await store.db.write(lambda tx: _commit(tx, upload, number, received, new))


def _commit(tx: Tx, upload: Upload, number: int, received: Received, new: NewObject) -> Part:
    check_upload(tx, upload, received.content.size)
    return add_part(tx, upload.id, number, add_received(tx, received), new.etag or received.content.md5, new.system)


def check_upload(tx: Tx, upload: Upload, size: int) -> None:
    """Whether the upload is still under way, and so much more may come."""
    container = container_by_id(tx, upload.container_id)
    if container is None or find_upload(tx, container.id, upload.name, upload.id) is None:
        raise NoSuchUpload()
    check_quotas(tx, container, size)
