"""Image data in the object store: objects of an account that is no project's, each a file of its own, so that machines
are made from it as from any other. It is scrubbed with the rest, and checked when it is read through the API."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from altostratus.contracts import objectstore
from altostratus.contracts.objectstore import (
    Container,
    Listing,
    NewObject,
    NoSuchContainer,
    NoSuchObject,
    ObjectStore,
    Prefix,
    Reading,
)
from altostratus.kernel.errors import Unavailable
from altostratus.kernel.lanes import Lane
from altostratus.kernel.tx import Tx
from altostratus.services.image.driver import Content
from altostratus.services.image.drivers.intake import FINISH_SECONDS, Intake, batches
from altostratus.services.image.drivers.qemu_img import QemuImg
from altostratus.services.image.errors import StorageFull

ACCOUNT, CONTAINER = ".images", "images"
PAGE = 10_000


class Objects:
    """A container; see driver.ImageStore."""

    def __init__(self, store: ObjectStore, qemu_img: QemuImg, lane: Lane) -> None:
        self._store = store
        self._qemu_img = qemu_img
        self._lane = lane

    async def keep(
        self, name: str, disk_format: str | None, container_format: str | None, body: AsyncIterator[bytes]
    ) -> Content:
        intake = Intake(disk_format, container_format, self._qemu_img)

        async def seen() -> AsyncIterator[bytes]:
            async for batch in batches(body):
                await self._lane.run(intake.feed, batch)
                yield batch

        await self._store.write(self._open)
        try:
            await self._store.put_object(ACCOUNT, CONTAINER, name, seen(), lambda _: NewObject(), file=_file(name))
        except objectstore.StorageFull as error:
            raise StorageFull(detail=error.detail) from error
        return await self._lane.run(intake.content, self.path(name), deadline=FINISH_SECONDS)

    def path(self, name: str) -> Path:
        return self._store.path(_file(name))

    def sendable(self, name: str) -> None:
        return None

    async def read(self, name: str, start: int, stop: int) -> AsyncIterator[bytes]:
        reading = await self._store.read(lambda tx: self._reading(tx, name))
        async for chunk in reading.chunks(start, stop):
            yield chunk

    async def names(self) -> set[str]:
        found: list[str] = []
        while page := await self._store.read(partial(self._page, after=found[-1] if found else "")):
            found += page
        return set(found)

    async def remove(self, name: str) -> None:
        with suppress(NoSuchContainer, NoSuchObject):
            await self._store.write(lambda tx: self._store.delete_object(tx, ACCOUNT, CONTAINER, name))

    def _open(self, tx: Tx) -> Container:
        found = self._store.find_container(tx, ACCOUNT, CONTAINER)
        return found or self._store.create_container(tx, ACCOUNT, CONTAINER, {}, {})

    def _page(self, tx: Tx, after: str) -> list[str]:
        where = self._store.find_container(tx, ACCOUNT, CONTAINER)
        rows = self._store.list_objects(tx, where.id, Listing(PAGE, marker=after)) if where else []
        return [row.name for row in rows if not isinstance(row, Prefix)]

    def _reading(self, tx: Tx, name: str) -> Reading:
        found = self._store.find_object(tx, self._open(tx).id, name)
        if found is None:
            raise Unavailable("Image storage is not available.", detail=f"there is no object {name}")
        return self._store.open_object(tx, found)


def _file(name: str) -> str:
    """The id of the file that has its bytes: known before it is there, and used once as the name is."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]
