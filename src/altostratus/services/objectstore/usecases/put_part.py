"""Write one part of an upload: the bytes first, then the rows that name them."""

from collections.abc import AsyncIterator

from altostratus.contracts.objectstore import ENCRYPTED, Make, NoSuchUpload, Part, Upload
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.containers import container_by_id
from altostratus.services.objectstore.store.uploads import add_part, find_upload
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.put_object import check_quotas
from altostratus.services.objectstore.usecases.receive import add_received, receiving


async def put_part(store: ObjectStore, upload: Upload, number: int, body: AsyncIterator[bytes], make: Make) -> Part:
    """In place of an earlier one of this number, encrypted if the upload is. Of what `make` returns the etag and
    `system` count. Raises NoSuchUpload, QuotaExceeded, TooLarge, StorageFull, and what `body` and `make` raise."""
    await store.db.read(lambda tx: check_upload(tx, upload, 0))
    encrypted = ENCRYPTED in upload.system
    async with receiving(store, body, store.config.max_file_size, encrypted=encrypted) as received:
        new = make(received.content)

        def commit(tx: Tx) -> Part:
            check_upload(tx, upload, received.content.size)
            spans = add_received(store, tx, received, encrypted=encrypted)
            return add_part(tx, upload.id, number, spans, new.etag or received.content.md5, new.system)

        return await store.db.write(commit)


def check_upload(tx: Tx, upload: Upload, size: int) -> None:
    """Whether the upload is still under way, and so much more may come."""
    container = container_by_id(tx, upload.container_id)
    if container is None or find_upload(tx, container.id, upload.name, upload.id) is None:
        raise NoSuchUpload()
    check_quotas(tx, container, size)
