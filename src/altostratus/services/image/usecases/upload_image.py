"""Give a queued image its data: claim the right, let the bytes in, verify, make durable, commit.

Only the transactions decide. Between them the bytes flow into a file that no row names yet: whatever goes wrong
there leaves the image queued, and a file that is removed now or by the sweep.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, TooLarge
from altostratus.kernel.tx import Tx
from altostratus.services.image.domain.image import HASH_ALGORITHM, LOCAL, Image, Status, new_file
from altostratus.services.image.driver import Content
from altostratus.services.image.errors import ImageGone, WrongStatus
from altostratus.services.image.store import images, uploads
from altostratus.services.image.usecases import Images, limits
from altostratus.services.image.usecases.show_image import get_image


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that has begun; `file` is its fence, because a name is never used twice."""

    image: Image
    file: str


async def upload_image(
    service: Images, actor: Actor, image_id: str, body: AsyncIterator[bytes], announced: int | None, store: str
) -> None:
    """Returns when the data is durable and the image active. Raises what Glance answers with in each case."""
    upload = await service.db.write(lambda tx: begin_upload(service, tx, actor, image_id, announced or 0, store))
    async with _renewed(service, upload), _undone_on_failure(service, upload):
        content = await service.store(upload.file).keep(
            upload.file, upload.image.disk_format, upload.image.container_format, _capped(service, body)
        )
        if announced is not None and content.size != announced:
            raise BadRequest(f"The data has {content.size} bytes, but {announced} were announced.")
        await service.db.write(lambda tx: finish_upload(service, tx, actor, upload, content))


def begin_upload(service: Images, tx: Tx, actor: Actor, image_id: str, size: int, store: str = LOCAL) -> Upload:
    """Claim the right to upload. Raises ImageNotFound, Forbidden, WrongStatus, BadRequest, LimitExceeded."""
    found = get_image(service, tx, actor, image_id, "upload_image")
    if found.status != Status.QUEUED:
        raise WrongStatus(old=found.status, new=Status.SAVING.value)
    if missing := [name for name in ("disk_format", "container_format") if getattr(found, name) is None]:
        raise BadRequest(f"Properties {', '.join(missing)} must be set prior to saving data.")
    _check_cap(service, size)
    limits.check_upload(service, tx, found.owner, size)
    upload = Upload(found, new_file(store, image_id, tx.new_id()[:8]))
    if not uploads.claim(tx, image_id, upload.file, size):
        raise WrongStatus(old=Status.SAVING.value, new=Status.SAVING.value)
    return upload


def finish_upload(service: Images, tx: Tx, actor: Actor, upload: Upload, content: Content) -> None:
    """The image becomes active. Raises ImageGone when it was deleted, WrongStatus when the right was lost."""
    found = images.find(tx, upload.image.id)
    if found is None:
        raise ImageGone(id=upload.image.id)
    if not uploads.release(tx, upload.file):
        raise WrongStatus(old=found.status, new=Status.ACTIVE.value)
    limits.check_size(service, tx, found.owner, content.size)
    images.change(
        tx,
        found.id,
        status=Status.ACTIVE.value,
        file=upload.file,
        size=content.size,
        virtual_size=content.virtual_size,
        checksum=content.checksum,
        os_hash_algo=HASH_ALGORITHM,
        os_hash_value=content.os_hash_value,
    )
    events.record(tx, actor, "image.upload", found.id, found.owner, size=content.size)


async def _capped(service: Images, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in body:
        size += len(chunk)
        _check_cap(service, size)
        yield chunk


def _check_cap(service: Images, size: int) -> None:
    cap = service.config.image_size_cap
    if size > cap:
        raise TooLarge(f"The incoming image is too large: it may have {cap} bytes.")


@contextlib.asynccontextmanager
async def _renewed(service: Images, upload: Upload) -> AsyncIterator[None]:
    """Keep the right alive however slowly the client sends."""
    task = asyncio.create_task(_renew(service, upload.file))
    try:
        yield
    finally:
        task.cancel()


async def _renew(service: Images, file: str) -> None:
    while True:
        await asyncio.sleep(uploads.SECONDS / 4)
        await service.db.write(lambda tx: uploads.renew(tx, file))


@contextlib.asynccontextmanager
async def _undone_on_failure(service: Images, upload: Upload) -> AsyncIterator[None]:
    """Back to queued at once, and the file away, whatever happened and whoever cancelled."""
    try:
        yield
    except BaseException:
        if await service.db.write(lambda tx: give_up(tx, upload)):
            await asyncio.shield(service.store(upload.file).remove(upload.file))
        raise


def give_up(tx: Tx, upload: Upload) -> bool:
    """Release the right. Whether the data is nobody's: a commit whose answer was lost may have kept it."""
    uploads.release(tx, upload.file)
    found = images.find(tx, upload.image.id)
    return found is None or found.file != upload.file
