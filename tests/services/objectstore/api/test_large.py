"""Dynamic large objects, as a real Swift (2.38) answers."""

import hashlib
from pathlib import Path

import pytest

from altostratus.services.objectstore.usecases import large_object
from tests.services.objectstore.cloud import ObjectCloud, run

A, B = b"a" * 10, b"b" * 20


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


async def make(cloud: ObjectCloud) -> None:
    for name in ("c", "s"):
        await cloud.put(f"~/{name}")
    for number, data in enumerate((A, B, b"")):
        await cloud.put(f"~/s/p/{number}", data)
    await cloud.put("~/c/dyn", b"ignored", headers={"x-object-manifest": "s/p/", "content-type": "text/y"})


def test_it_is_everything_with_the_prefix(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        got = await cloud.get("~/c/dyn")
        assert (got.status, got.body) == (200, A + B)
        assert got.headers["etag"] == f'"{md5("".join(map(md5, (A, B, b""))).encode())}"'
        assert got.headers["x-object-manifest"] == "s/p/"
        assert got.headers["content-type"] == "text/y"
        head = await cloud.head("~/c/dyn")
        assert [head.headers[name] for name in ("etag", "content-length")] == [got.headers["etag"], "30"]
        await cloud.put("~/s/p/1x", b"more")
        assert (await cloud.get("~/c/dyn")).body == A + B + b"more"
        manifest = await cloud.get("~/c/dyn?multipart-manifest=get")
        assert (manifest.body, manifest.headers["etag"]) == (b"ignored", md5(b"ignored"))

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [("bytes=8-12", 206, (A + B)[8:13]), ("bytes=-5", 206, B[:5]), ("bytes=29-", 206, b"b")],
)
def test_ranges(tmp_path: Path, asked: str, status: int, body: bytes) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        got = await cloud.get("~/c/dyn", headers={"range": asked})
        assert (got.status, got.body) == (status, body)
        beyond = await cloud.get("~/c/dyn", headers={"range": "bytes=99-"})
        assert (beyond.status, beyond.headers["content-range"]) == (416, "bytes */30")

    run(tmp_path, test)


def test_more_segments_than_are_in_memory_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_object, "PAGE", 3)

    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        for number in range(10):
            await cloud.put(f"~/s/q/{number}", bytes([48 + number]) * 2)
        await cloud.put("~/c/many", headers={"x-object-manifest": "s/q/"})
        assert (await cloud.get("~/c/many")).body == b"00112233445566778899"
        assert (await cloud.get("~/c/many", headers={"range": "bytes=5-12"})).body == b"23344556"
        assert (await cloud.head("~/c/many")).headers["content-length"] == "20"

    run(tmp_path, test)


def test_only_so_many_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_object, "PAGE", 2)
    monkeypatch.setattr(large_object, "MOST_PAGES", 2)

    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await cloud.put("~/c/many", headers={"x-object-manifest": "s/q/"})
        for number, status in enumerate([200, 200, 200, 409]):
            await cloud.put(f"~/s/q/{number}", b"x")
            assert (await cloud.get("~/c/many")).status == status, number

    run(tmp_path, test)


def test_what_names_a_prefix(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        for value in ("x", "", "s/", "/s/p", "s//p", "s/p?x", "s/p&x", "s%2Fp"):
            assert (await cloud.ask("PUT", "~/c/x", headers={"x-object-manifest": value})).status == 400, value
        await cloud.put("~/c/quoted", headers={"x-object-manifest": "s/p%2F"})
        assert (await cloud.get("~/c/quoted")).body == A + B
        await cloud.put("~/c/nowhere", headers={"x-object-manifest": "none/p"})
        assert (await cloud.get("~/c/nowhere")).status == 404
        await cloud.put("~/c/empty", headers={"x-object-manifest": "s/zzz"})
        empty = await cloud.get("~/c/empty")
        assert (empty.status, empty.body, empty.headers["content-length"]) == (200, b"", "0")

    run(tmp_path, test)


def test_copies(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        assert (await cloud.copy("~/c/dyn", "c/copy")).headers["etag"] == md5(A + B)
        copied = await cloud.get("~/c/copy")
        assert copied.body == A + B
        assert "x-object-manifest" not in copied.headers
        assert (await cloud.copy("~/c/dyn?multipart-manifest=get", "c/again")).status == 201
        assert (await cloud.get("~/c/again")).headers["x-object-manifest"] == "s/p/"
        await cloud.post("~/c/dyn", headers={"x-object-meta-q": "1"})  # says everything anew
        assert (await cloud.get("~/c/dyn")).body == b"ignored"

    run(tmp_path, test)


def test_names_that_nobody_could_have(tmp_path: Path) -> None:
    """NUL, which PostgreSQL would not even look for."""

    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")
        assert (await cloud.ask("PUT", "~/c/o", headers={"X-Object-Manifest": "c/a%00b"})).status == 400
        assert (await cloud.post("~/c", headers={"X-Versions-Location": "a%00b"})).status == 412
        manifest = b'[{"path": "c/a\\u0000b"}]'
        assert (await cloud.ask("PUT", "~/c/o?multipart-manifest=put", manifest)).status == 400
        assert await cloud.names("~/c") == []

    run(tmp_path, test)


def test_who_may_not_list_does_not_read_it(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await cloud.post("~/c", headers={"x-container-read": ".r:*"})
        assert (await cloud.get("~/c/dyn", by=None)).status == 401
        await cloud.post("~/s", headers={"x-container-read": ".r:*"})
        assert (await cloud.get("~/c/dyn", by=None)).status == 401
        await cloud.post("~/s", headers={"x-container-read": ".r:*,.rlistings"})
        assert (await cloud.get("~/c/dyn", by=None)).body == A + B

    run(tmp_path, test)
