"""Objects: written, read, described anew and taken away."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.objectstore.cloud import ObjectCloud, run

FOX = b"The quick brown fox\njumps over the lazy dog\n"
ETAG = "7327b5e05e80dff8bc24ee468489fc8e"
HTML = "text/html; charset=UTF-8"


async def with_fox(cloud: ObjectCloud, **headers: str) -> str:
    await cloud.put("~/box")
    await cloud.put("~/box/fox", FOX, headers={"Content-Type": "text/plain", **headers})
    return "~/box/fox"


def test_what_was_written_is_read(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        path = await with_fox(cloud, **{"X-Object-Meta-Shape": "round", "Content-Encoding": "gzip"})
        written = await cloud.put(path, FOX, headers={"Content-Type": "text/plain", "X-Object-Meta-Colour": "rêd"})
        assert written.status == 201
        assert written.headers["etag"] == ETAG
        assert written.headers["content-type"] == HTML
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
            assert not {"content-encoding", "x-object-meta-shape"} & set(answer.headers)

    run(tmp_path, check)


def test_an_object_goes_once(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        path = await with_fox(cloud)
        gone = await cloud.delete(path)
        assert (gone.status, gone.headers["content-type"]) == (204, HTML)
        for method in ("DELETE", "GET", "HEAD", "POST", "COPY"):
            answer = await cloud.ask(method, path, headers={"Destination": "box/x"})
            assert (answer.status, answer.headers["content-type"]) == (404, HTML)
            assert answer.text == ("" if method == "HEAD" else NOT_FOUND)
        assert (await cloud.head("~/box")).headers["x-container-object-count"] == "0"

    run(tmp_path, check)


NOT_FOUND = "<html><h1>Not Found</h1><p>The resource could not be found.</p></html>"


@pytest.mark.parametrize(
    ("name", "said", "kept"),
    [
        ("a.txt", {}, "text/plain"),
        ("UPPER.PNG", {}, "image/png"),
        ("a.tar.gz", {}, "application/x-tar"),
        ("none", {}, "application/octet-stream"),
        ("a.txt", {"Content-Type": "image/jpeg"}, "image/jpeg"),
        ("a.txt", {"Content-Type": "nonsense"}, "nonsense"),
        ("data:a/b%0d%0aSet-Cookie:%20x,y", {}, "application/octet-stream"),
        ("a.txt", {"Content-Type": "image/jpeg", "X-Detect-Content-Type": "true"}, "text/plain"),
    ],
)
def test_types(tmp_path: Path, name: str, said: dict[str, str], kept: str) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        await cloud.put(f"~/box/{name}", b"x", headers=said)
        assert (await cloud.head(f"~/box/{name}")).headers["content-type"] == kept

    run(tmp_path, check)


def test_a_list_shows_types_without_spaces(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        await cloud.put("~/box/o", b"x", headers={"Content-Type": 'text/plain; a="b"'})
        assert (await cloud.get("~/box?format=json")).json()[0]["content_type"] == 'text/plain;a="b"'
        refused = await cloud.ask("PUT", "~/box/o", headers={"Content-Type": "text/plain;swift_bytes=9"})
        assert (refused.status, refused.headers["content-type"]) == (400, HTML)

    run(tmp_path, check)


def test_a_list_does_not_take_long_over_a_type_of_blanks(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        await cloud.put("~/box/o", b"x", headers={"Content-Type": f"a/b;c{' ' * 300_000}d"})
        assert len((await cloud.get("~/box?format=json")).json()[0]["content_type"]) == 300_006

    run(tmp_path, check)


def test_a_post_says_everything_anew(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        kept = {"Content-Disposition": "inline", "Cache-Control": "no-store", "Content-Language": "en"}
        kept |= {"X-Robots-Tag": "none", "Expires": "never", "Content-Encoding": "gzip"}
        path = await with_fox(cloud, **{"X-Object-Meta-Colour": "red", "X-Delete-At": "4102444800"}, **kept)
        before = (await cloud.head(path)).headers
        assert before["x-delete-at"] == "4102444800"
        assert all(before[name.lower()] == value for name, value in kept.items())
        answer = await cloud.post(path, headers={"X-Object-Meta-Empty": "", "X-Remove-Object-Meta-Colour": "x"})
        assert (answer.status, answer.headers["content-type"]) == (202, HTML)
        assert answer.text == "<html><h1>Accepted</h1><p>The request is accepted for processing.</p></html>"
        headers = (await cloud.head(path)).headers
        assert headers["x-object-meta-empty"] == ""
        assert headers["content-type"] == "text/plain"
        assert headers["x-timestamp"] > before["x-timestamp"]
        assert not {"x-object-meta-colour", "x-delete-at", *map(str.lower, kept)} & set(headers)
        await cloud.post(path, headers={"Content-Type": "text/css"})
        assert (await cloud.head(path)).headers["content-type"] == "text/css"
        assert (await cloud.get(path)).body == FOX

    run(tmp_path, check)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Object-Meta-" + "n" * 128: "v"}, 201),
        ({"X-Object-Meta-" + "n" * 129: "v"}, 400),
        ({"X-Object-Meta-A": "v" * 256}, 201),
        ({"X-Object-Meta-A": "v" * 257}, 400),
        ({"X-Object-Meta-A": "é" * 128}, 201),
        ({"X-Object-Meta-A": "é" * 129}, 400),
        ({"X-Object-Meta-": "v"}, 400),
        ({f"X-Object-Meta-{n}": "v" for n in range(90)}, 201),
        ({f"X-Object-Meta-{n}": "v" for n in range(91)}, 400),
        ({f"X-Object-Meta-{n:02}": "v" * 254 for n in range(16)}, 201),
        ({f"X-Object-Meta-{n:02}": "v" * 255 for n in range(16)}, 400),
        ({"X-Object-Meta_A": "ignored"}, 201),
    ],
)
def test_limits_of_metadata(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    async def check(cloud: ObjectCloud) -> None:
        path = await with_fox(cloud)
        answer = await cloud.ask("PUT", path, FOX, headers=headers)
        posted = await cloud.post(path, headers=headers)
        assert (answer.status, posted.status) == (status, 202 if status == 201 else status)
        if status == 400:
            assert answer.headers["content-type"] == "text/plain"
            assert answer.text

    run(tmp_path, check)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a//b", "a//b"),
        ("../up", "../up"),
        (".", "."),
        ("..", ".."),
        ("/leading", "/leading"),
        ("trailing/", "trailing/"),
        ("a/../b", "a/../b"),
        ("a%2Fb", "a/b"),
        ("a%2fb", "a/b"),
        ("%2e%2e%2fetc", "../etc"),
        ("a%20b%3Fc%23", "a b?c#"),
        ("%C3%A9%F0%9F%A6%8A", "é🦊"),
        ("a%0Ab", "a\nb"),
        ("a+b", "a+b"),
        ("100%25", "100%"),
        ("n" * 1024, "n" * 1024),
    ],
)
def test_names(tmp_path: Path, name: str, shown: str) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        await cloud.put(f"~/box/{name}", b"x")
        assert [each["name"] for each in (await cloud.get("~/box?format=json")).json()] == [shown]
        assert (await cloud.get(f"~/box/{name}")).body == b"x"
        assert (await cloud.delete(f"~/box/{name}")).status == 204

    run(tmp_path, check)


@pytest.mark.parametrize(
    ("name", "status"),
    [("%FF", 412), ("%ED%A0%80", 412), ("%C3", 412), ("n" * 1025, 400), ("%C3%A9" * 513, 400)],
)
def test_names_that_are_refused(tmp_path: Path, name: str, status: int) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        assert (await cloud.ask("PUT", f"~/box/{name}", b"x")).status == status
        assert (await cloud.get("~/box")).status == 204

    run(tmp_path, check)


@pytest.mark.parametrize(
    ("etag", "status"),
    [("{}", 201), ('"{}"', 201), ("", 201), ("nonsense", 422), ("0" * 32, 422)],
)
def test_the_etag_of_an_upload(tmp_path: Path, etag: str, status: int) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        md5 = hashlib.md5(b"x", usedforsecurity=False).hexdigest()
        answer = await cloud.ask("PUT", "~/box/o", b"x", headers={"ETag": etag.format(md5)})
        assert answer.status == status
        assert (await cloud.get("~/box/o")).status == (200 if status == 201 else 404)
        upper = await cloud.ask("PUT", "~/box/o", b"x", headers={"ETag": md5.upper()})
        assert upper.status == 422

    run(tmp_path, check)


def test_uploads_in_chunks(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        async def body() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b"x" * 1000

        await cloud.put("~/box")
        await cloud.put("~/box/o", body())
        assert (await cloud.get("~/box/o")).body == b"x" * 100_000
        assert (await cloud.ask("PUT", "~/box/o", b"x", headers={"Content-Length": "nonsense"})).status == 400
        assert (await cloud.ask("PUT", "~/box/o", b"x", headers={"Content-Length": "2"})).status == 499
        assert (await cloud.ask("PUT", "~/box/o", b"x", headers={"Content-Length": str(6 << 30)})).status == 413
        assert (await cloud.get("~/box/o")).body == b"x" * 100_000

    run(tmp_path, check)


def test_writing_on_a_condition(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        path = await with_fox(cloud)
        once = {"If-None-Match": "*"}
        assert (await cloud.ask("PUT", path, b"x", headers=once)).status == 412
        assert (await cloud.ask("PUT", "~/box/new", b"x", headers=once)).status == 201
        refused = await cloud.ask("PUT", path, b"x", headers={"If-None-Match": ETAG})
        assert (refused.status, refused.headers["content-type"]) == (400, "text/plain")
        ignored = {"If-Match": "0" * 32, "If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}
        assert (await cloud.ask("PUT", path, b"x", headers=ignored)).status == 201
        assert (await cloud.delete(path, headers=ignored)).status == 204

    run(tmp_path, check)


def test_reading_on_a_condition(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        path = await with_fox(cloud, **{"X-Object-Meta-Colour": "rêd"})
        for method in ("GET", "HEAD"):
            same = await cloud.ask(method, path, headers={"If-None-Match": ETAG, "Range": "bytes=100-"})
            assert (same.status, same.body) == (304, b"")
            assert (same.headers["etag"], same.headers["x-object-meta-colour"]) == (ETAG, "rêd")
            other = await cloud.ask(method, path, headers={"If-Match": "0" * 32})
            assert (other.status, other.headers["etag"]) == (412, ETAG)
            assert other.headers["content-type"] == HTML
            assert (await cloud.ask(method, "~/box/none", headers={"If-Match": "*"})).status == 412
            assert (await cloud.ask(method, "~/box/none", headers={"If-None-Match": "*"})).status == 404

    run(tmp_path, check)


def test_ranges(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        path = await with_fox(cloud, **{"X-Object-Meta-Colour": "rêd"})
        part = await cloud.get(path, headers={"Range": "bytes=4-8", "If-Range": "nonsense"})
        assert (part.status, part.body) == (206, b"quick")
        assert (part.headers["content-range"], part.headers["content-length"]) == ("bytes 4-8/44", "5")
        head = await cloud.head(path, headers={"Range": "bytes=4-8"})
        assert (head.status, head.headers["content-length"]) == (200, "44")
        beyond = await cloud.get(path, headers={"Range": "bytes=44-"})
        assert (beyond.status, beyond.headers["content-range"]) == (416, "bytes */44")
        assert (beyond.headers["etag"], beyond.headers["content-type"]) == (ETAG, "text/plain")
        assert beyond.headers["x-object-meta-colour"] == "rêd"
        several = await cloud.get(path, headers={"Range": "bytes=0-3,-4"})
        boundary = several.headers["content-type"].removeprefix("multipart/byteranges;boundary=")
        assert several.status == 206
        assert "content-range" not in several.headers
        assert int(several.headers["content-length"]) == len(several.body)
        assert several.text == (
            f"--{boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-3/44\r\n\r\nThe \r\n"
            f"--{boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 40-43/44\r\n\r\ndog\n\r\n"
            f"--{boundary}--"
        )

    run(tmp_path, check)


def test_expired_objects_are_gone_at_once_for_everybody(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        path = await with_fox(cloud, **{"X-Delete-After": "10", "X-Delete-At": "4102444800"})
        at = (await cloud.head(path)).headers["x-delete-at"]
        assert at == "1767225610"
        copied = await cloud.copy(path, "box/copied")
        assert copied.headers["x-delete-at"] == at
        cloud.clock.advance(9)
        assert (await cloud.get(path)).status == 200
        cloud.clock.advance(1)
        for who in ("member", "reader", "reseller"):
            assert (await cloud.get(path, by=who)).status == 404
        for method in ("HEAD", "POST", "COPY", "DELETE"):
            assert (await cloud.ask(method, path, headers={"Destination": "box/x"})).status == 404
        assert await cloud.names("~/box") == []
        assert (await cloud.ask("PUT", path, b"new", headers={"If-None-Match": "*"})).status == 201
        assert (await cloud.get(path)).body == b"new"
        assert await cloud.names("~/box") == ["fox"]

    run(tmp_path, check)


@pytest.mark.parametrize("header", ["X-Delete-At", "X-Delete-After"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "nonsense", "", "٣"])
def test_moments_of_expiry_that_are_refused(tmp_path: Path, header: str, value: str) -> None:
    async def check(cloud: ObjectCloud) -> None:
        path = await with_fox(cloud)
        for method, place in (("PUT", "~/box/new"), ("POST", path)):
            answer = await cloud.ask(method, place, headers={header: value})
            assert (answer.status, answer.headers["content-type"]) == (400, "text/plain")
        assert (await cloud.copy(path, "box/new", headers={header: value})).status == 400
        assert await cloud.names("~/box") == ["fox"]

    run(tmp_path, check)


def test_nothing_expires_beyond_the_last_moment(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        path = await with_fox(cloud, **{"X-Delete-At": "9" * 15})
        assert (await cloud.head(path)).headers["x-delete-at"] == "9999999999"

    run(tmp_path, check)


def test_methods_that_are_not_there(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        for place, allowed in (
            ("~", "GET, HEAD, OPTIONS, POST"),
            ("~/box", "DELETE, GET, HEAD, OPTIONS, POST, PUT"),
            ("~/box/o", "DELETE, GET, HEAD, OPTIONS, POST, PUT"),
        ):
            answer = await cloud.ask("PATCH", place)
            assert (answer.status, answer.headers["allow"]) == (405, allowed)
        assert (await cloud.ask("DELETE", "~")).status == 405
        assert (await cloud.ask("COPY", "~/box", headers={"Destination": "a/b"})).status == 405

    run(tmp_path, check)


def test_metadata_is_utf8(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        path = await with_fox(cloud)
        for name in ("X-Object-Meta-A", "Content-Disposition", "Content-Type"):
            answer = await cloud.ask("PUT", path, b"x", headers={name: b"\xff"})
            assert answer.status == 400, name
        ignored = await cloud.ask("PUT", path, b"x", headers={"User-Agent": b"\xff"})
        assert ignored.status == 201

    run(tmp_path, check)
