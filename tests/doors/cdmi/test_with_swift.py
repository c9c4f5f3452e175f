"""The same objects by Swift's API and by CDMI."""

import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.doors.cdmi.cloud import CdmiCloud, run

NAMES = [
    "a b",
    "ä/ö",
    "%41",
    "a%2Fb",
    "a;b:c",
    "?x=y",
    "#",
    "a&b+c",
    "'\"<>\\",
    "\n",
    "..",
    "./a",
    "🦊",
    "a//b",
    "~",
    "\x7f",
]


def test_swift_sees_what_cdmi_makes(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/", {"metadata": {"colour": "red", "Case": "x"}})
        await cloud.make("/a/dir/")
        value = {"mimetype": "text/x-a", "value": "hello", "metadata": {"note": "yes", "deep": {"x": 1}}}
        await cloud.make("/a/dir/x", value)
        assert (await cloud.ask("HEAD", "~/a")).headers["x-container-meta-colour"] == "red"
        answer = await cloud.ask("GET", "~/a/dir/x")
        assert (answer.body, answer.headers["content-type"]) == (b"hello", "text/x-a")
        assert answer.headers["x-object-meta-note"] == "yes"
        assert "x-object-meta-deep" not in answer.headers
        listed = (await cloud.ask("GET", "~/a?format=json")).json()
        assert [(row["name"], row["content_type"]) for row in listed] == [
            ("dir/", "application/directory"),
            ("dir/x", "text/x-a"),
        ]
        assert (await cloud.ask("POST", "~/a/dir/x", headers={"X-Object-Meta-Other": "1"})).status == 202
        metadata = (await cloud.shown("/a/dir/x"))["metadata"]
        assert metadata.items() >= {"other": "1", "deep": {"x": 1}}.items()
        assert "note" not in metadata

    run(tmp_path, test)


def test_cdmi_sees_what_swift_makes(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.ask(
            "PUT", "~/a", headers={"X-Container-Meta-Colour": "red", "X-Container-Meta-Temp-URL-Key": "secret"}
        )
        await cloud.ask("PUT", "~/a/p/q/x", b"\0\1", {"Content-Type": "a/b", "X-Object-Meta-Note": "yes"})
        shown = await cloud.shown("/a/")
        assert (shown["children"], shown["metadata"]) == (["p/"], {"colour": "red"})
        implied = await cloud.shown("/a/p/")
        assert (implied["children"], implied["objectName"]) == (["q/"], "p/")
        assert "objectID" not in implied  # it is there only because of what is in it
        found = await cloud.shown("/a/p/q/x")
        assert (found["mimetype"], found["metadata"]["note"]) == ("a/b", "yes")
        assert base64.b64decode(found["value"]) == b"\0\1"
        assert (await cloud.put("/a/p/", {"metadata": {"now": "kept"}})).status == 204
        assert (await cloud.shown("/a/p/"))["objectID"]
        assert (await cloud.put("/a/", {"metadata": {}})).status == 204
        headers = (await cloud.ask("HEAD", "~/a")).headers
        assert "x-container-meta-colour" not in headers
        assert headers["x-container-meta-temp-url-key"] == "secret"

    run(tmp_path, test)


def test_a_quota_that_is_no_number_is_none(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")

        def limit(tx: Any) -> None:
            found = cloud.objects.find_container(tx, "AUTH_mine", "a")
            cloud.objects.change_container(tx, found.id, meta={"quota-bytes": "²"})

        await cloud.objects.write(limit)
        await cloud.make("/a/x", {"value": "1"})

    run(tmp_path, test)


def test_a_quota_holds(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/", {"metadata": {"quota-bytes": "5"}})
        await cloud.make("/a/x", {"value": "12345"})
        assert (await cloud.put("/a/y", {"value": "1"})).status == 413
        assert (await cloud.put("/a/x?value:5-5", {"value": "MQ=="})).status == 413

    run(tmp_path, test)


def test_what_swift_puts_together_is_not_mistaken_for_its_parts(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        await cloud.make("/a/part1", {"value": "1"})
        await cloud.ask("PUT", "~/a/whole", headers={"X-Object-Manifest": "a/part"})
        await cloud.ask("PUT", "~/a/link", headers={"X-Symlink-Target": "a/part1"})
        for path in ("/a/whole", "/a/link"):
            for answer in (await cloud.get(path), await cloud.ask("GET", path)):
                assert (answer.status, path) == (501, path)
            assert (await cloud.put(f"{path}?value:0-0", {"value": "MQ=="})).status == 501
            assert (await cloud.shown(f"{path}?objectName"))["objectName"]
            assert (await cloud.put(path, {"value": "whole"})).status == 204
            assert (await cloud.ask("GET", f"~{path}")).body == b"whole"

    run(tmp_path, test)


def test_a_static_large_object_is_as_any_other(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        await cloud.make("/a/part1", {"value": "12"})
        await cloud.ask("PUT", "~/a/static?multipart-manifest=put", b'[{"path": "/a/part1"}, {"path": "/a/part1"}]')
        assert (await cloud.ask("GET", "/a/static")).body == b"1212"
        assert (await cloud.ask("GET", "/a/static", headers={"Range": "bytes=1-2"})).body == b"21"
        assert (await cloud.put("/a/static?value:0-0", {"value": "OQ=="})).status == 204
        changed = await cloud.ask("GET", "~/a/static")
        assert (changed.body, "x-static-large-object" in changed.headers) == (b"9212", False)
        assert (await cloud.ask("GET", "~/a/part1")).body == b"12"

    run(tmp_path, test)


def test_an_id_outlives_what_others_write(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.ask("PUT", "~/a")
        await cloud.ask("PUT", "~/a/x", b"1")
        before = (await cloud.shown("/a/x"))["objectID"]
        await cloud.ask("PUT", "~/a/x", b"2")
        await cloud.ask("PUT", "~/a/x", b"3")
        found = await cloud.shown(f"/cdmi_objectid/{before}")
        assert (found["objectID"], base64.b64decode(found["value"])) == (before, b"3")
        await cloud.ask("DELETE", "~/a/x")
        await cloud.ask("PUT", "~/a/x", b"4")
        assert (await cloud.get(f"/cdmi_objectid/{before}")).status == 404

    run(tmp_path, test)


def test_versions_share_an_id(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")

        def keep_versions(tx: Any) -> None:
            found = cloud.objects.find_container(tx, "AUTH_mine", "a")
            cloud.objects.change_container(tx, found.id, versioning="enabled")

        await cloud.objects.write(keep_versions)
        made = await cloud.make("/a/x", {"value": "1"})
        await cloud.put("/a/x", {"value": "2"})
        by_id = f"/cdmi_objectid/{made['objectID']}"
        assert (await cloud.shown(by_id))["value"] == "2"
        assert (await cloud.ask("DELETE", "/a/x")).status == 204
        assert (await cloud.get(by_id)).status == 404
        assert (await cloud.ask("DELETE", "/a/")).status == 409  # versions are still in it

    run(tmp_path, test)


def test_what_has_expired_is_gone(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        await cloud.make("/a/x", {"value": "1"})

        def expire(tx: Any) -> None:
            where = cloud.objects.find_container(tx, "AUTH_mine", "a")
            found = cloud.objects.find_object(tx, where.id, "x")
            cloud.objects.change_object(tx, found.id, expires_at=1)

        await cloud.objects.write(expire)
        for path in ("/a/x", "/a/x?objectID"):
            assert (await cloud.get(path)).status == 404
        assert (await cloud.ask("DELETE", "/a/x")).status == 404
        await cloud.make("/a/y", {})
        assert (await cloud.ask("DELETE", "/a/")).status == 409  # as long as its rows are there
        assert (await cloud.put("/a/x?value:0-0", {"value": "MQ=="})).status == 201

    run(tmp_path, test)


@pytest.mark.parametrize("name", NAMES)
def test_names(tmp_path: Path, name: str) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        path = f"/a/{quote(name)}"
        assert (await cloud.ask("PUT", f"~{path}", b"1", {"Content-Type": "text/plain;charset=utf-8"})).status == 201
        shown = await cloud.shown(path)
        assert (shown["value"], shown["objectName"]) == ("1", name.rpartition("/")[2])
        assert shown["parentURI"] + quote(shown["objectName"]) == f"/cdmi{path}"
        assert (await cloud.put(path, {"value": "2"})).status == 204
        assert (await cloud.ask("GET", f"~{path}")).body == b"2"
        assert (await cloud.shown(f"/cdmi_objectid/{shown['objectID']}"))["value"] == "2"
        parent = shown["parentURI"].removeprefix("/cdmi")
        assert (await cloud.shown(parent))["children"] == [shown["objectName"]]
        assert (await cloud.ask("DELETE", path)).status == 204
        assert (await cloud.shown("/a/"))["children"] == []

    run(tmp_path, test)
