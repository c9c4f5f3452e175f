"""Bytes on their way in: a disk that is slow holds up who sends them, and a broken one ends it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from altostratus.kernel.disk import Disk
from altostratus.services.objectstore.drivers.files import Files
from altostratus.services.objectstore.usecases.receive import BATCH, MOST_WAITING
from tests.services.objectstore.cloud import ObjectCloud, run

PIECES = 60


class SlowDisk(Disk):
    """Writes nothing until it is let. Fails at the piece whose number is `broken`."""

    def __init__(self, broken: int | None = None) -> None:
        self.let = threading.Event()
        self._broken = broken
        self._written = 0

    def write(self, descriptor: int, data: bytes) -> None:
        assert self.let.wait(30)
        self._written += 1
        if self._written == self._broken:
            raise OSError("broken on purpose")
        super().write(descriptor, data)


def piece(number: int) -> bytes:
    return number.to_bytes(2, "big") * (BATCH // 2)


class Sender:
    """Sends pieces, each a batch, and counts them."""

    def __init__(self) -> None:
        self.sent = 0

    async def body(self) -> AsyncIterator[bytes]:
        for number in range(PIECES):
            self.sent += 1
            yield piece(number)

    async def settle(self) -> None:
        """Wait until it is held up."""
        before = -1
        while before != self.sent:
            before = self.sent
            for _ in range(200):
                await asyncio.sleep(0)
                await asyncio.to_thread(lambda: None)


def test_no_more_is_taken_than_there_is_room_for(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        disk, sender = SlowDisk(), Sender()
        cloud.rebuild(Files(tmp_path / "slow", disk))
        await cloud.put("~/c")
        upload = asyncio.ensure_future(cloud.put("~/c/o", sender.body()))
        await sender.settle()
        assert MOST_WAITING < sender.sent <= 2 * MOST_WAITING
        disk.let.set()
        await upload
        assert (await cloud.get("~/c/o")).body == b"".join(map(piece, range(PIECES)))

    run(tmp_path, test)


@pytest.mark.parametrize("broken", [1, 2, PIECES - 2, PIECES - 1])
def test_what_goes_wrong_with_a_piece_is_said_whenever_that_is(tmp_path: Path, broken: int) -> None:
    async def test(cloud: ObjectCloud) -> None:
        disk, sender = SlowDisk(broken), Sender()
        cloud.rebuild(Files(tmp_path / "slow", disk))
        await cloud.put("~/c")
        disk.let.set()
        assert (await cloud.ask("PUT", "~/c/o", sender.body())).status == 503
        assert [path for path in (tmp_path / "slow" / "files").rglob("*") if path.is_file()] == []
        assert (await cloud.get("~/c/o")).status == 404

    run(tmp_path, test)
