"""Forms that upload files, as a real Swift (2.38) answers."""

import hmac
from pathlib import Path
from typing import Any

import pytest

from altostratus.kernel.testing.clock import EPOCH
from tests.services.objectstore.cloud import MINE, Answer, ObjectCloud, run

NOW = int(EPOCH.timestamp())
FORM = {"content-type": "multipart/form-data; boundary=BB"}
File = tuple[str, bytes, str]


def form(
    files: list[File],
    path: str = "c",
    redirect: str = "",
    size: object = 100,
    count: object = 10,
    expires: object = NOW + 600,
    key: str = "key",
    digest: str = "sha256",
    more: dict[str, str] | None = None,
    root: str = "/v1/AUTH_mine",
) -> bytes:
    """The body of a form; a file is its name, its bytes and its type."""
    message = f"{root}/{path}\n{redirect}\n{size}\n{count}\n{expires}"
    signature = hmac.new(key.encode(), message.encode(), digest).hexdigest()
    fields = {"redirect": redirect, "max_file_size": size, "max_file_count": count, "expires": expires}
    said = {**fields, "signature": signature, **(more or {})}
    head = '--BB\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    parts = [head.format(name, value).encode() for name, value in said.items()]
    file_head = '--BB\r\nContent-Disposition: form-data; name="f"; filename="{}"\r\n{}\r\n'
    for name, data, kind in files:
        parts.append(file_head.format(name, f"Content-Type: {kind}\r\n" if kind else "").encode() + data + b"\r\n")
    return b"".join(parts) + b"--BB--\r\n"


async def post(cloud: ObjectCloud, body: bytes, path: str = "c") -> Answer:
    return await cloud.ask("POST", f"~/{path}", body, headers=FORM, by=None)


async def make(cloud: ObjectCloud) -> None:
    await cloud.put("~/c", headers={"x-container-meta-temp-url-key": "key"})


A: File = ("a", b"x", "")


def test_files_become_objects(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        tricky = b"\r\nB\r\n--B\r\n-"
        done = await post(cloud, form([("a.txt", b"AAA", "text/x"), ("b", tricky, "")]))
        assert (done.status, done.headers["content-type"], done.text) == (201, "text/plain", "201 Created")
        first, second = await cloud.get("~/c/a.txt"), await cloud.get("~/c/b")
        assert (first.body, first.headers["content-type"], second.body) == (b"AAA", "text/x", tricky)
        for path in ("c/pre", "c/pre/"):
            assert (await post(cloud, form([A], path=path), path)).status == 201
        assert await cloud.names("~/c") == ["a.txt", "b", "pre/a", "prea"]
        assert (await post(cloud, form([A], digest="sha512"))).status == 201
        assert (await post(cloud, form([A], root=MINE))).status == 201

    run(tmp_path, test)


def test_where_the_browser_goes_then(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        done = await post(cloud, form([A], redirect="http://x/y?z=1"))
        assert (done.status, done.headers["location"]) == (303, "http://x/y?z=1&status=201&message=")
        none = await post(cloud, form([], redirect="http://x/y"))
        assert none.headers["location"] == "http://x/y?status=400&message=no%20files%20to%20process"
        unsigned = await post(cloud, form([], redirect="http://x/y", key="other"))
        assert (unsigned.status, unsigned.text) == (400, "400 Bad Request\r\nFormPost: No Files To Process")
        cut = await post(cloud, form([A], redirect="http://x/\r\nset-cookie: a"))
        assert (cut.status, "set-cookie" in cut.headers) == (400, False)

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        ({"files": []}, 400, "400 Bad Request\r\nFormPost: No Files To Process"),
        ({"files": [("q", b"x" * 101, "")]}, 400, "FormPost: max_file_size exceeded"),
        ({"key": "other"}, 401, "FormPost: Invalid Signature"),
        ({"digest": "md5"}, 401, "FormPost: Invalid Signature"),
        ({"path": "d"}, 401, "FormPost: Invalid Signature"),
        ({"expires": NOW - 1}, 401, "FormPost: Form Expired"),
        ({"expires": "nan"}, 400, "FormPost: expires not an integer"),
        ({"size": "nan"}, 400, "FormPost: max_file_size not an integer"),
        ({"count": "nan"}, 400, "FormPost: max_file_count not an integer"),
        ({"more": {f"f{number}": "" for number in range(100)}}, 400, "FormPost: too many fields"),
        ({"more": {"max_file_size": "10000"}}, 401, "FormPost: Invalid Signature"),
    ],
)
def test_what_is_refused(tmp_path: Path, options: dict[str, Any], status: int, said: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        done = await post(cloud, form(**{"files": [A], **options}))
        assert (done.status, done.text) == (status, said)
        assert await cloud.names("~/c") == []

    run(tmp_path, test)


def test_only_so_many_files(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        done = await post(cloud, form([("q", b"x", ""), ("r", b"x", "")], count=1))
        assert (done.status, done.text) == (400, "400 Bad Request\r\nFormPost: Max File Count Exceeded")
        assert await cloud.names("~/c") == ["q"]

    run(tmp_path, test)


def test_what_the_form_says_of_its_files(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        more = {"x_delete_after": "100", "content-type": "text/form", "content-encoding": "gzip"}
        await post(cloud, form([("o", b"x", "text/own")], more=more))
        got = (await cloud.head("~/c/o")).headers
        assert [got[name] for name in ("content-type", "content-encoding")] == ["text/form", "gzip"]
        assert int(got["x-delete-at"]) == NOW + 100
        assert (await post(cloud, form([A], more={"x_delete_at": "nan"}))).status == 400
        assert (await post(cloud, form([("a", b"x", "text/\x01")]))).status == 400

    run(tmp_path, test)


def test_a_name_that_nobody_could_ask_for(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        assert (await post(cloud, form([("a\0b", b"x", "")]))).status == 412
        assert await cloud.names("~/c") == []

    run(tmp_path, test)


def test_no_container_no_key(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        assert (await post(cloud, form([A], path="none"), "none")).status == 401
        await cloud.post("~", headers={"x-account-meta-temp-url-key": "key"})
        assert (await post(cloud, form([A], path="none"), "none")).status == 404

    run(tmp_path, test)


def test_a_boundary_may_be_of_any_bytes(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        said = {"content-type": b"multipart/form-data; boundary=B\xff"}
        done = await cloud.ask("POST", "~/c", form([A]).replace(b"--BB", b"--B\xff"), headers=said, by=None)
        assert (done.status, await cloud.names("~/c")) == (201, ["a"])

    run(tmp_path, test)


def test_no_name_of_a_file_has_a_nul(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        assert (await post(cloud, form([("a\0b", b"x", "")]))).status == 412
        assert await cloud.names("~/c") == []

    run(tmp_path, test)
