"""Archives that are unpacked, as a real Swift (2.38) answers."""

import bz2
import gzip
import io
import tarfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest

from altostratus.services.objectstore.domain import unpack
from tests.services.objectstore.cloud import ObjectCloud, run


def tar(
    files: Sequence[tuple[str, bytes]], form: int = tarfile.PAX_FORMAT, pax: Mapping[str, str] | None = None
) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.pax_headers = dict(pax or {})
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


FILES = [
    ("t1/a.txt", b"one"),
    ("t1/dir/b.png", b"two"),
    ("base", b"x"),
    ("./t2/x", b"3"),
    ("/t2/abs", b"4"),
    ("t2/../../up", b"5"),
]
PLAIN = tar(FILES)


def report(created: int, status: str = "201 Created", body: str = "", errors: str = "") -> str:
    return f"Number Files Created: {created}\nResponse Body: {body}\nResponse Status: {status}\nErrors:\n{errors}"


def test_names_in_an_archive_are_names_of_objects(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        done = await cloud.ask("PUT", "~?extract-archive=tar", PLAIN, headers={"x-object-meta-all": "1"})
        assert (done.status, done.headers["content-type"], done.text) == (200, "text/plain", report(5))
        assert await cloud.names("~") == ["t1", "t2"]
        assert await cloud.names("~/t2") == ["../../up", "abs", "x"]
        got = await cloud.get("~/t1/a.txt")
        assert (got.body, got.headers["content-type"], got.headers["x-object-meta-all"]) == (b"one", "text/plain", "1")

    run(tmp_path, test)


def test_what_would_be_a_container_is_passed_over(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        body = tar([("base", b"x"), ("dir/", b"x"), ("/", b"x"), ("t/deep/", b"y")], tarfile.GNU_FORMAT)
        assert (await cloud.ask("PUT", "~?extract-archive=tar", body)).text == report(1)
        assert (await cloud.names("~"), await cloud.names("~/t")) == (["t"], ["deep/"])

    run(tmp_path, test)


@pytest.mark.parametrize(("kind", "pack"), [("tar.gz", gzip.compress), (".tar.bz2", bz2.compress)])
def test_below_a_path(tmp_path: Path, kind: str, pack: object) -> None:
    async def test(cloud: ObjectCloud) -> None:
        body = pack(PLAIN)  # type: ignore[operator]
        done = await cloud.ask("PUT", f"~/t/sub/?extract-archive={kind}", body, headers={"accept": "application/json"})
        assert done.json() == {
            "Number Files Created": 6,
            "Response Status": "201 Created",
            "Response Body": "",
            "Errors": [],
        }
        assert (await cloud.get("~/t/sub/t1/dir/b.png")).body == b"two"
        assert (await cloud.get("~/t/sub/base")).body == b"x"

    run(tmp_path, test)


def test_members_one_after_the_other(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        for kind, pack in (("tar.gz", gzip.compress), ("tar.bz2", bz2.compress)):
            body = pack(PLAIN[:700]) + pack(b"") * 2000 + pack(PLAIN[700:])
            done = await cloud.ask("PUT", f"~/t?extract-archive={kind}", body)
            assert done.text == report(6)

    run(tmp_path, test)


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_long_names(tmp_path: Path, form: int) -> None:
    async def test(cloud: ObjectCloud) -> None:
        name = "é" * 200
        await cloud.ask("PUT", "~/t?extract-archive=tar", tar([(name, b"long"), ("next", b"short")], form))
        assert await cloud.names("~/t") == ["next", name]

    run(tmp_path, test)


def test_pax_headers_say_metadata_and_type(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        pax = {"SCHILY.xattr.user.meta.lunch": "bürger", "SCHILY.xattr.user.mime_type": "food/diner", "mtime": "1"}
        await cloud.ask("PUT", "~/t?extract-archive=tar", tar([("m", b"meta")], pax=pax))
        got = await cloud.head("~/t/m")
        assert (got.headers["content-type"], got.headers["x-object-meta-lunch"]) == ("food/diner", "bürger")

    run(tmp_path, test)


@pytest.mark.parametrize(("key", "value"), [("a", "x\r\ny: z"), ("a b", "x"), ("a:", "x"), ("", "x")])
def test_what_could_be_no_header_is_refused(tmp_path: Path, key: str, value: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        body = tar([("m", b"x")], pax={f"SCHILY.xattr.user.meta.{key}": value})
        done = await cloud.ask("PUT", "~/t?extract-archive=tar", body)
        assert done.text == report(0, "400 Bad Request", "", "t/m, 400 Bad Request\n")

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("tar", b"", report(0, "400 Bad Request", "Invalid Tar File: unexpected end of data")),
        ("tar", b"garbage" * 200, report(0, "400 Bad Request", "Invalid Tar File: invalid header")),
        ("tar", tar([]), report(0, "400 Bad Request", "Invalid Tar File: No Valid Files")),
        ("tar", PLAIN[:1400], report(1, "400 Bad Request", "Invalid Tar File: unexpected end of data")),
        ("tar.gz", gzip.compress(PLAIN)[:-9], report(6)),  # its sum is missing, all of its files are there
        ("tar", tar([("n" * 1030, b"")]), report(0, "400 Bad Request", "", f"t/{'n' * 1030}, 400 Bad Request\n")),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, kind: str, body: bytes, said: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        done = await cloud.ask("PUT", f"~/t?extract-archive={kind}", body)
        assert (done.status, done.text) == (200, said)

    run(tmp_path, test)


def test_other_archives_are_refused(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        assert (await cloud.ask("PUT", "~/t?extract-archive=zip", PLAIN)).status == 400
        assert (await cloud.ask("PUT", "~/t?extract-archive=tar", PLAIN, headers={"accept": "image/png"})).text == (
            report(0, "406 Not Acceptable")
        )
        assert (await cloud.get("~/t")).status == 404

    run(tmp_path, test)


def test_who_may_not_write_unpacks_nothing(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        anonymous = await cloud.ask("PUT", "~/t?extract-archive=tar", PLAIN, by=None)
        assert "Response Status: 401 Unauthorized" in anonymous.text
        others = await cloud.ask("PUT", "~/t?extract-archive=tar", PLAIN, by="other")
        assert others.text.count("403 Forbidden") == 7  # the container, once, and each file
        assert others.text.splitlines()[4] == "/object-store/v1/AUTH_mine/t, 403 Forbidden"
        assert (await cloud.get("~/t")).status == 404
        await cloud.put("~/t", headers={"x-container-write": "theirs:*"})
        assert (await cloud.ask("PUT", "~/t?extract-archive=tar", PLAIN, by="other")).text == report(6)

    run(tmp_path, test)


def test_what_unpacks_to_far_more_than_came_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "FREE", 1 << 20)

    async def test(cloud: ObjectCloud) -> None:
        for kind, pack in (("tar.gz", gzip.compress), ("tar.bz2", bz2.compress)):
            bomb = pack(tar([("bomb", bytes(32 << 20))]))
            done = await cloud.ask("PUT", f"~/t?extract-archive={kind}", bomb)
            assert "Number Files Created: 0" in done.text
            assert "413 Request Entity Too Large" in done.text
        assert await cloud.names("~/t") == []

    run(tmp_path, test)


def test_it_streams(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        body = tar([(str(number), bytes([number]) * 200_000) for number in range(5)])

        async def pieces() -> AsyncIterator[bytes]:
            for at in range(0, len(body), 777):
                yield body[at : at + 777]

        assert (await cloud.ask("PUT", "~/t?extract-archive=tar", pieces())).text == report(5)
        assert (await cloud.get("~/t/3")).body == b"\3" * 200_000

    run(tmp_path, test)
