"""Versions that are kept in the container itself."""

from pathlib import Path
from typing import Any

import pytest

from tests.services.objectstore.cloud import ObjectCloud, run

DELETED = "application/x-deleted;swift_versions_deleted=1"


async def written(cloud: ObjectCloud, *bodies: bytes, path: str = "~/box/fox") -> list[str]:
    """The ids of these versions, in a container that keeps them."""
    await cloud.put("~/box", headers={"X-Versions-Enabled": "true"})
    return [(await cloud.put(path, body)).headers["x-object-version-id"] for body in bodies]


async def versions(cloud: ObjectCloud, query: str = "") -> list[tuple[str, str, bool]]:
    answer = await cloud.get(f"~/box?versions{query}")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    return [(each["name"], each["version_id"], each["is_latest"]) for each in answer.json()]


def test_what_was_written_over_is_still_there(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        one, two = await written(cloud, b"one", b"two")
        head = (await cloud.head("~/box")).headers
        assert (head["x-versions-enabled"], head["x-container-object-count"]) == ("True", "1")
        latest = await cloud.get("~/box/fox")
        assert (latest.body, latest.headers["x-object-version-id"]) == (b"two", two)
        assert latest.headers["content-location"] == f"/object-store/v1/AUTH_mine/box/fox?version-id={two}"
        for version, body in ((one, b"one"), (two, b"two")):
            old = await cloud.get(f"~/box/fox?version-id={version}")
            assert (old.body, old.headers["x-object-version-id"]) == (body, version)
            assert "content-location" not in old.headers
            assert (await cloud.get(f"~/box/fox?version-id={version}", headers={"Range": "bytes=1-1"})).status == 206
        assert await versions(cloud) == [("fox", two, True), ("fox", one, False)]
        assert await cloud.names("~/box") == ["fox"]

    run(tmp_path, check)


def test_a_deletion_is_a_version_too(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        one, two = await written(cloud, b"one", b"two")
        gone = await cloud.delete("~/box/fox")
        mark = gone.headers["x-object-version-id"]
        assert (gone.status, mark in (one, two)) == (204, False)
        for method in ("GET", "HEAD"):
            answer = await cloud.ask(method, "~/box/fox")
            assert (answer.status, answer.headers["x-object-version-id"]) == (404, "null")
            answer = await cloud.ask(method, f"~/box/fox?version-id={mark}")
            assert (answer.status, answer.headers["x-object-version-id"]) == (404, mark)
        assert (await cloud.get("~/box")).status == 204
        assert await versions(cloud) == [("fox", mark, True), ("fox", two, False), ("fox", one, False)]
        first: dict[str, Any] = (await cloud.get("~/box?versions&limit=1")).json()[0]
        assert (first["content_type"], first["bytes"]) == (DELETED, 0)
        assert first["hash"] == "d41d8cd98f00b204e9800998ecf8427e"
        assert (await cloud.delete("~/box")).status == 409

    run(tmp_path, check)


def test_a_version_comes_back_and_goes_for_good(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        one, two = await written(cloud, b"one", b"two")
        mark = (await cloud.delete("~/box/fox")).headers["x-object-version-id"]
        back = await cloud.ask("PUT", f"~/box/fox?version-id={one}")
        assert (back.status, back.headers["x-object-version-id"]) == (201, one)
        assert back.headers["etag"] == "f97c5d29941bfb1b2fdab0874906ab82"
        assert (await cloud.get("~/box/fox")).body == b"one"
        assert await versions(cloud) == [("fox", mark, False), ("fox", two, False), ("fox", one, True)]
        assert (await cloud.head("~/box")).headers["x-container-bytes-used"] == "3"
        assert (await cloud.ask("PUT", f"~/box/fox?version-id={one}", b"body")).status == 400
        assert (await cloud.ask("PUT", "~/box/fox?version-id=99999")).status == 404
        assert (await cloud.ask("PUT", f"~/box/fox?version-id={mark}")).status == 404
        gone = await cloud.delete(f"~/box/fox?version-id={one}")
        assert (gone.status, gone.headers["x-object-version-id"]) == (204, one)
        assert gone.headers["x-object-current-version-id"] == "null"
        assert (await cloud.get("~/box/fox")).status == 404
        assert await versions(cloud) == [("fox", mark, True), ("fox", two, False)]
        assert (await cloud.delete(f"~/box/fox?version-id={one}")).status == 404
        for version in (two, mark):
            assert (await cloud.delete(f"~/box/fox?version-id={version}")).status == 204
        assert (await cloud.head("~/box")).headers["x-container-bytes-used"] == "0"
        assert (await cloud.delete("~/box")).status == 204

    run(tmp_path, check)


def test_nothing_comes_in_place_of_the_latest_when_it_is_removed_for_good(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        one, two = await written(cloud, b"one", b"two")
        old = await cloud.delete(f"~/box/fox?version-id={two}")
        assert old.headers["x-object-current-version-id"] == "null"
        assert (await cloud.get("~/box/fox")).status == 404
        assert (await cloud.get(f"~/box/fox?version-id={one}")).body == b"one"
        assert (await cloud.head("~/box")).headers["x-container-object-count"] == "0"
        await cloud.put("~/box/fox", b"three")
        kept = await cloud.delete(f"~/box/fox?version-id={one}")
        assert kept.headers["x-object-current-version-id"] not in ("null", one)
        assert (await cloud.get("~/box/fox")).body == b"three"

    run(tmp_path, check)


def test_what_was_there_before_is_the_null_version(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        await cloud.put("~/box/fox", b"before")
        assert await versions(cloud) == [("fox", "null", True)]
        assert (await cloud.get("~/box/fox?version-id=null")).headers["x-object-version-id"] == "null"
        (after,) = await written(cloud, b"after")
        assert await versions(cloud) == [("fox", after, True), ("fox", "null", False)]
        assert (await cloud.get("~/box/fox?version-id=null")).body == b"before"
        await cloud.delete(f"~/box/fox?version-id={after}")
        assert (await cloud.get("~/box/fox")).status == 404
        assert (await cloud.get("~/box/fox?version-id=null")).body == b"before"
        (after,) = await written(cloud, b"after")
        await cloud.ask("PUT", "~/box/fox?version-id=null")
        assert (await cloud.get("~/box/fox")).body == b"before"
        assert await versions(cloud) == [("fox", after, False), ("fox", "null", True)]

    run(tmp_path, check)


def test_where_versions_are_not_kept_any_more(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        one, two = await written(cloud, b"one", b"two")
        await cloud.post("~/box", headers={"X-Versions-Enabled": "false"})
        assert (await cloud.head("~/box")).headers["x-versions-enabled"] == "False"
        assert "x-object-version-id" not in (await cloud.put("~/box/fox", b"null")).headers
        assert (await cloud.get("~/box/fox")).body == b"null"
        assert ("fox", "null", True) in await versions(cloud)
        assert (await cloud.delete("~/box/fox")).status == 204
        assert await versions(cloud) == [("fox", two, False), ("fox", one, False)]
        assert (await cloud.get("~/box/fox")).status == 404
        assert (await cloud.delete("~/box/fox")).status == 404
        await cloud.ask("PUT", f"~/box/fox?version-id={one}")
        assert (await cloud.delete("~/box/fox")).status == 204
        assert await versions(cloud) == [("fox", two, False), ("fox", one, False)]
        assert (await cloud.head("~/box")).headers["x-container-object-count"] == "0"

    run(tmp_path, check)


def test_pages_of_versions(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        a1, a2, a3 = await written(cloud, b"1", b"2", b"3", path="~/box/a")
        (b1,) = await written(cloud, b"1", path="~/box/b/x")
        everything = [("a", a3, True), ("a", a2, False), ("a", a1, False), ("b/x", b1, True)]
        assert await versions(cloud) == everything
        assert await versions(cloud, "&reverse=true") == everything[::-1]
        assert await versions(cloud, f"&marker=a&version_marker={a3}&limit=2") == everything[1:3]
        assert await versions(cloud, "&marker=a") == everything[3:]
        assert (await cloud.get("~/box?versions&delimiter=/")).json()[-1] == {"subdir": "b/"}
        assert await versions(cloud, "&prefix=b&format=json") == everything[3:]
        for query, status in (("format=xml", 406), ("version_marker=1", 400), ("marker=a&version_marker=x", 400)):
            assert (await cloud.get(f"~/box?versions&{query}")).status == status

    run(tmp_path, check)


@pytest.mark.parametrize(
    ("method", "version", "status"),
    [
        ("GET", "nonsense", 400),
        ("GET", "", 200),
        ("GET", "0", 404),
        ("GET", "1234567890.12345", 404),
        ("GET", "null", 404),
        ("GET", "9" * 18, 404),
        ("GET", "9" * 30, 400),
        ("DELETE", "nonsense", 400),
        ("DELETE", "null", 404),
        ("POST", "1", 400),
    ],
)
def test_versions_that_are_refused(tmp_path: Path, method: str, version: str, status: int) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await written(cloud, b"one")
        answer = await cloud.ask(method, f"~/box/fox?version-id={version}")
        assert answer.status == status
        assert (await cloud.ask(method, "~/box/fox?version-id=1", by="other")).status in (400, 403)

    run(tmp_path, check)


def test_versions_are_kept_in_one_way(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box", headers={"X-Versions-Location": "old"})
        for headers in (
            {"X-Versions-Enabled": "true"},
            {"X-Versions-Enabled": "true", "X-History-Location": "old"},
            {"X-Versions-Enabled": "nonsense"},
        ):
            assert (await cloud.post("~/box", headers=headers)).status == 400
        assert "x-versions-enabled" not in (await cloud.head("~/box")).headers

    run(tmp_path, check)


def test_copies_name_the_version_that_they_are_of(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        one, two = await written(cloud, b"one", b"two")
        copied = await cloud.copy("~/box/fox", "box/copied")
        assert copied.headers["x-copied-from-version-id"] == two
        assert copied.headers["x-object-version-id"] not in (one, two)
        old = await cloud.copy(f"~/box/fox?version-id={one}", "box/old")
        assert (old.status, old.headers["x-copied-from-version-id"]) == (201, one)
        assert (await cloud.get("~/box/old")).body == b"one"
        await cloud.copy(f"~/box/fox?version-id={one}", "box/fox")
        assert (await cloud.get("~/box/fox")).body == b"one"
        assert len(await versions(cloud, "&prefix=fox")) == 3

    run(tmp_path, check)
