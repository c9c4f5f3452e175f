"""Plain HTTP on the same paths."""

from pathlib import Path

import pytest

from tests.doors.cdmi.cloud import CdmiCloud, run

DATA = bytes(range(256)) * 400


def test_bytes_go_in_and_out(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        assert (await cloud.ask("PUT", "/a/")).status == 201
        assert (await cloud.ask("PUT", "/a/")).status == 204
        assert (await cloud.ask("PUT", "/a/b/", b"bytes")).status == 400
        assert (await cloud.ask("PUT", "/a/b/")).status == 201
        assert (await cloud.ask("PUT", "/a/b/x", DATA, {"Content-Type": "image/png"})).status == 201
        answer = await cloud.ask("GET", "/a/b/x")
        assert (answer.status, answer.body, answer.headers["content-type"]) == (200, DATA, "image/png")
        assert "x-cdmi-specification-version" not in answer.headers
        head = await cloud.ask("HEAD", "/a/b/x")
        assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(DATA)))
        assert (await cloud.ask("PUT", "/a/b/x", b"new")).status == 204
        answer = await cloud.ask("GET", "/a/b/x")
        assert (answer.body, answer.headers["content-type"]) == (b"new", "image/png")
        assert (await cloud.ask("GET", "/a/b/")).status == 406
        assert (await cloud.ask("GET", "/a/b/x?value:0-1")).status == 400
        assert (await cloud.ask("DELETE", "/a/b/x")).status == 204
        assert (await cloud.ask("GET", "/a/b/x")).status == 404

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-9", 206, DATA[:10]),
        ("bytes=102399-200000", 206, DATA[-1:]),
        ("bytes=-5", 206, DATA[-5:]),
        ("bytes=100-", 206, DATA[100:]),
        ("bytes=102400-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=9-0", 200, DATA),
        ("bytes=0-1,3-4", 200, DATA),
        ("lines=0-1", 200, DATA),
    ],
)
def test_ranges(tmp_path: Path, asked: str, status: int, part: bytes | None) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.ask("PUT", "/a/")
        await cloud.ask("PUT", "/a/x", DATA)
        answer = await cloud.ask("GET", "/a/x", headers={"Range": asked})
        assert answer.status == status
        if part is not None:
            assert answer.body == part
            start = DATA.index(part) if asked != "bytes=102399-200000" else len(DATA) - 1
            start = len(DATA) - 5 if asked == "bytes=-5" else start
            wanted = f"bytes {start}-{start + len(part) - 1}/{len(DATA)}" if status == 206 else None
            assert answer.headers.get("content-range") == wanted

    run(tmp_path, test)


def test_a_range_is_written(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.ask("PUT", "/a/")
        await cloud.ask("PUT", "/a/x", b"0123456789", {"Content-Type": "text/x-digits"})
        for said, body, status in (
            ("bytes 2-3/10", b"ab", 204),
            ("bytes 9-11/*", b"cde", 204),
            ("bytes 2-3/10", b"abc", 400),
            ("bytes 2-3/10", b"a", 400),
            ("bytes 3-2/10", b"", 400),
            ("bytes */10", b"a", 400),
            ("nonsense", b"a", 400),
        ):
            assert (await cloud.ask("PUT", "/a/x", body, {"Content-Range": said})).status == status, said
        answer = await cloud.ask("GET", "/a/x")
        assert (answer.body, answer.headers["content-type"]) == (b"01ab45678cde", "text/x-digits")

    run(tmp_path, test)


def test_conditions(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.ask("PUT", "/a/")
        assert (await cloud.ask("PUT", "/a/x", b"1", {"If-Match": "*"})).status == 412
        assert (await cloud.ask("PUT", "/a/x", b"1", {"If-None-Match": "*"})).status == 201
        assert (await cloud.ask("PUT", "/a/x", b"2", {"If-None-Match": "*"})).status == 412
        etag = (await cloud.ask("HEAD", "/a/x")).headers["etag"]
        assert (await cloud.ask("GET", "/a/x", headers={"If-None-Match": etag})).status == 304
        assert (await cloud.ask("GET", "/a/x", headers={"If-Match": '"other"'})).status == 412
        assert (await cloud.ask("PUT", "/a/x", b"2", {"If-Match": etag})).status == 204
        assert (await cloud.ask("PUT", "/a/x", b"3", {"If-Match": etag})).status == 412
        assert (await cloud.ask("GET", "/a/x")).body == b"2"

    run(tmp_path, test)


def test_charsets_decide_how_cdmi_shows_a_value(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.ask("PUT", "/a/")
        await cloud.ask("PUT", "/a/x", "ä".encode(), {"Content-Type": 'text/plain; Charset="UTF-8"'})
        shown = await cloud.shown("/a/x")
        assert (shown["value"], shown["valuetransferencoding"]) == ("ä", "utf-8")
        await cloud.ask("PUT", "/a/x", "ä".encode(), {"Content-Type": "text/plain"})
        shown = await cloud.shown("/a/x")
        assert (shown["value"], shown["valuetransferencoding"]) == ("w6Q=", "base64")
        await cloud.ask("PUT", "/a/x", b"\xff", {"Content-Type": "text/plain;charset=utf-8"})
        shown = await cloud.shown("/a/x")
        assert (shown["value"], shown["valuetransferencoding"]) == ("/w==", "base64")

    run(tmp_path, test)
