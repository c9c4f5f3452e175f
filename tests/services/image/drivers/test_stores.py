"""Image data in stores: what both must do, and what happens to files on a broken disk."""

import asyncio
import errno
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from altostratus.kernel.disk import Disk
from altostratus.kernel.errors import Fault, Unavailable
from altostratus.kernel.lanes import ThreadLane
from altostratus.services.image.driver import ImageStore
from altostratus.services.image.drivers.files import Files
from altostratus.services.image.drivers.objects import Objects
from altostratus.services.image.drivers.qemu_img import QemuImg
from altostratus.services.image.errors import InvalidImageData, StorageFull
from altostratus.services.objectstore import service as objectstore
from tests.harness import open_test_cloud
from tests.services.image.cloud import qcow2


class BrokenDisk(Disk):
    """A disk that fails at one of its calls, as the operating system would."""

    def __init__(self, code: int, at: str) -> None:
        self._code = code
        self._at = at

    def write(self, descriptor: int, data: bytes) -> None:
        self._fail("write")
        super().write(descriptor, data)

    def fsync_file(self, descriptor: int) -> None:
        self._fail("fsync_file")
        super().fsync_file(descriptor)

    def _fail(self, where: str) -> None:
        if where == self._at:
            raise OSError(self._code, "broken on purpose")


async def sent(*pieces: bytes, error: Exception | None = None) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
    if error:
        raise error


async def whole(store: ImageStore, name: str, start: int, stop: int) -> bytes:
    return b"".join([chunk async for chunk in store.read(name, start, stop)])


Test = Callable[[ImageStore], Coroutine[Any, Any, None]]


@pytest.fixture(params=["files", "objects"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Test], None]:
    """Runs a test on a store of each kind."""

    def on_files(test: Test) -> None:
        asyncio.run(test(Files(tmp_path / "images", QemuImg(), ThreadLane("images", 2, 60))))

    def on_objects(test: Test) -> None:
        cloud = open_test_cloud(tmp_path)
        facade = objectstore.build(cloud).facade
        try:
            asyncio.run(test(Objects(facade, QemuImg(), ThreadLane("images", 2, 60))))
        finally:
            cloud.db.close()
            cloud.objects.close()

    return on_files if request.param == "files" else on_objects


LARGE = bytes(range(256)) * 20_000


@pytest.mark.parametrize("pieces", [[b"hello ", b"", b"world"], [b""], [LARGE[:3_000_000], LARGE[3_000_000:]]])
def test_what_comes_in_is_hashed_and_kept(run: Callable[[Test], None], pieces: list[bytes]) -> None:
    data = b"".join(pieces)

    async def test(store: ImageStore) -> None:
        content = await store.keep("a", "raw", "bare", sent(*pieces))
        assert store.path("a").read_bytes() == data
        assert (content.size, content.virtual_size or 0) == (len(data), len(data))
        assert content.checksum == hashlib.md5(data).hexdigest()
        assert content.os_hash_value == hashlib.sha512(data).hexdigest()
        assert await store.names() == {"a"}
        assert await whole(store, "a", 0, len(data)) == data
        assert await whole(store, "a", 2, len(data) - 1) == data[2:-1]

    run(test)


def test_what_was_not_finished_can_be_removed(run: Callable[[Test], None]) -> None:
    async def test(store: ImageStore) -> None:
        with pytest.raises(ZeroDivisionError):
            await store.keep("a", "raw", "bare", sent(LARGE, error=ZeroDivisionError()))
        await store.remove("a")
        assert await store.names() == set()
        assert not store.path("a").exists()
        await store.keep("b", "raw", "bare", sent(b"x"))
        await store.remove("b")
        await store.remove("b")
        assert await store.names() == set()

    run(test)


def test_an_unsafe_image_is_refused(run: Callable[[Test], None]) -> None:
    async def test(store: ImageStore) -> None:
        with pytest.raises(InvalidImageData):
            await store.keep("a", "qcow2", "bare", sent(qcow2(backing=b"/etc/passwd")))
        await store.remove("a")
        assert await store.names() == set()

    run(test)


def test_data_that_is_gone_is_said_to_be(run: Callable[[Test], None]) -> None:
    async def test(store: ImageStore) -> None:
        await store.keep("a", "raw", "bare", sent(b"x"))
        store.path("a").unlink()
        with pytest.raises(Unavailable):
            await whole(store, "a", 0, 1)

    run(test)


def test_damaged_data_is_never_given_out(tmp_path: Path) -> None:
    cloud = open_test_cloud(tmp_path)
    store = Objects(objectstore.build(cloud).facade, QemuImg(), ThreadLane("images", 2, 60))

    async def test() -> None:
        await store.keep("a", "raw", "bare", sent(LARGE))
        with store.path("a").open("r+b") as file:
            file.seek(1000)
            file.write(b"flipped")
        with pytest.raises(Unavailable):
            await whole(store, "a", 0, len(LARGE))

    asyncio.run(test())
    cloud.db.close()
    cloud.objects.close()


def test_a_name_is_used_once(tmp_path: Path) -> None:
    files = Files(tmp_path / "images", QemuImg(), ThreadLane("images", 2, 60))
    (tmp_path / "images" / "a.part").touch()
    with pytest.raises(Unavailable):
        asyncio.run(files.keep("a", "raw", "bare", sent(b"x")))


@pytest.mark.parametrize(
    ("code", "at", "kind"),
    [
        (errno.ENOSPC, "write", StorageFull),
        (errno.EDQUOT, "write", StorageFull),
        (errno.ENOSPC, "fsync_file", StorageFull),
        (errno.EIO, "write", Unavailable),
        (errno.EIO, "fsync_file", Unavailable),
    ],
)
def test_errors_of_the_disk_are_faults(tmp_path: Path, code: int, at: str, kind: type[Fault]) -> None:
    files = Files(tmp_path / "images", QemuImg(), ThreadLane("images", 2, 60), BrokenDisk(code, at))
    with pytest.raises(kind):
        asyncio.run(files.keep("a", "raw", "bare", sent(b"x")))
    assert not files.path("a").exists()
