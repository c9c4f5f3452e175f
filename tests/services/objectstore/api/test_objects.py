"""Objects: written, read, described, copied and taken away."""

from pathlib import Path

from tests.services.objectstore.cloud import ObjectCloud, run

FOX = b"The quick brown fox\njumps over the lazy dog\n"
ETAG = "7327b5e05e80dff8bc24ee468489fc8e"


async def with_fox(cloud: ObjectCloud, **headers: str) -> str:
    await cloud.put("~/box")
    await cloud.put("~/box/fox", FOX, headers={"Content-Type": "text/plain", **headers})
    return "~/box/fox"


def test_what_was_written_is_read(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        path = await with_fox(cloud, **{"X-Object-Meta-Colour": "red", "Content-Encoding": "gzip"})
        written = await cloud.put(path, FOX, headers={"Content-Type": "text/plain", "X-Object-Meta-Colour": "rêd"})
        assert written.status == 201
        assert written.headers["etag"] == ETAG
        assert written.headers["content-type"] == "text/html; charset=UTF-8"
        assert written.headers["content-length"] == "0"
        for method in ("GET", "HEAD"):
            answer = await cloud.ask(method, path)
            assert answer.status == 200
            assert answer.body == (FOX if method == "GET" else b"")
            assert answer.headers["content-length"] == "44"
            assert answer.headers["content-type"] == "text/plain"
            assert answer.headers["etag"] == ETAG
            assert answer.headers["accept-ranges"] == "bytes"
            assert answer.headers["x-object-meta-colour"] == "rêd"
            assert answer.headers["x-timestamp"] == "1767225600.00300"
            assert answer.headers["last-modified"] == "Thu, 01 Jan 2026 00:00:01 GMT"
            assert answer.headers["x-trans-id"] == answer.headers["x-openstack-request-id"]
            assert "content-encoding" not in answer.headers

    run(tmp_path, check)
