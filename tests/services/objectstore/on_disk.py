"""Looks at and changes what an object store of a test has on disk, behind its back."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.driver import Blob
from altostratus.services.objectstore.store.blobs import find_blob
from altostratus.services.objectstore.store.tables import blob
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.put_object import get_container
from altostratus.services.objectstore.usecases.read_object import ObjectReading, get_listed, read_spans
from altostratus.services.objectstore.usecases.settle_small import settle_small
from tests.services.objectstore.cloud import ObjectCloud

T = TypeVar("T")
SMALL, LARGE = b"small", bytes(range(256)) * 10_000
"""What goes into a pack, and what has a file of three blocks."""


def store_of(cloud: ObjectCloud) -> ObjectStore:
    store: ObjectStore = cloud.service.state
    return store


async def look(cloud: ObjectCloud, fn: Callable[[Tx], T]) -> T:
    return await cloud.cloud.objects.read(fn)


async def blobs_of(cloud: ObjectCloud) -> list[Blob]:
    """All rows of blobs, in the order of their ids."""

    def every(tx: Tx) -> list[Blob]:
        found = (find_blob(tx, each) for each in tx.sql.execute(blob.select().order_by(blob.c.id)).scalars())
        return [each for each in found if each]

    return await look(cloud, every)


def folder(cloud: ObjectCloud) -> Path:
    return cloud.cloud.data_dir / "objects"


def files(cloud: ObjectCloud) -> list[Path]:
    """Files of large blobs, finished or not."""
    return sorted(path for path in (folder(cloud) / "files").rglob("*") if path.is_file())


def packs(cloud: ObjectCloud) -> list[Path]:
    return sorted((folder(cloud) / "packs").iterdir())


def place(cloud: ObjectCloud, found: Blob) -> tuple[Path, int]:
    """The file that has a blob, and where in it the blob begins."""
    if found.pack is None:
        return folder(cloud) / "files" / found.id[:2] / found.id, 0
    return folder(cloud) / "packs" / found.pack, found.offset


def flip(cloud: ObjectCloud, found: Blob, at: int) -> None:
    """Change a byte of a blob on disk; once more, and it is what it was."""
    path, start = place(cloud, found)
    with path.open("r+b") as file:
        file.seek(start + at)
        (byte,) = file.read(1)
        file.seek(start + at)
        file.write(bytes([byte ^ 0x10]))


def wait_until_old(cloud: ObjectCloud, seconds: float) -> None:
    """Turn the clock on until what is on disk now is older than that."""
    cloud.clock.set(datetime.now(UTC) + timedelta(seconds=seconds + 1))


def make_old(path: Path, seconds: float) -> None:
    now = datetime.now(UTC).timestamp()
    os.utime(path, (now - seconds, now - seconds))


async def fill(cloud: ObjectCloud, **objects: bytes) -> None:
    """Objects in a container of `member`, which is made; on disk, all of them."""
    await cloud.put("~/c")
    for name, data in objects.items():
        await cloud.put(f"~/c/{name}", data)
    await settled(cloud)


async def opened(cloud: ObjectCloud, name: str) -> ObjectReading:
    """An object of that container, as somebody finds it who reads it later."""

    def read(tx: Tx) -> ObjectReading:
        return read_spans(store_of(cloud), tx, get_listed(tx, get_container(tx, "AUTH_mine", "c"), name))

    return await look(cloud, read)


async def settled(cloud: ObjectCloud) -> None:
    """No small blob is left in the database."""
    while await settle_small(store_of(cloud)):
        pass
