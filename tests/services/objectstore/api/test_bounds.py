"""What comes in or goes out in one request is never in memory at once."""

import gzip
import json
import tarfile
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.services.objectstore.api.test_archives import report
from tests.services.objectstore.api.test_forms import FORM, form
from tests.services.objectstore.cloud import ObjectCloud, run

SIZE = 40 << 20
MOST = 24 << 20
PIECE = bytes(1 << 16)


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST


async def around(head: bytes, tail: bytes) -> AsyncIterator[bytes]:
    """SIZE bytes between these."""
    yield head
    for _ in range(SIZE // len(PIECE)):
        yield PIECE
    yield tail


def header() -> bytes:
    info = tarfile.TarInfo("big")
    info.size = SIZE
    return info.tobuf()


def test_an_archive(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        done = await cloud.ask("PUT", "~/t?extract-archive=tar", around(header(), bytes(1024)))
        assert done.text == report(1)

    run(tmp_path, test)


def test_an_archive_that_grows(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        packed = gzip.compress(header()) + gzip.compress(PIECE) * (SIZE // len(PIECE)) + gzip.compress(bytes(1024))
        assert (await cloud.ask("PUT", "~/t?extract-archive=tar.gz", packed)).text == report(1)

    run(tmp_path, test)


def test_a_form(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c", headers={"x-container-meta-temp-url-key": "key"})
        head, tail = form([("big", b"@", "")], size=SIZE).split(b"@")
        assert (await cloud.ask("POST", "~/c", around(head, tail), headers=FORM, by=None)).status == 201

    run(tmp_path, test)


def test_a_copy_of_segments(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")
        await cloud.put("~/c/s", bytes(1 << 20))
        await cloud.put("~/c/slo?multipart-manifest=put", json.dumps([{"path": "c/s"}] * (SIZE >> 20)).encode())
        assert (await cloud.copy("~/c/slo", "c/copy")).status == 201
        assert (await cloud.head("~/c/copy")).headers["content-length"] == str(SIZE)

    run(tmp_path, test)
