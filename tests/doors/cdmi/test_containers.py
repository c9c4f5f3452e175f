"""Containers in CDMI: the operations of the specification's chapter on them, in its order."""

from pathlib import Path
from typing import Any

import pytest

from altostratus.doors.cdmi import containers
from tests.doors.cdmi.cloud import CONTAINER, CdmiCloud, V, run


def test_a_container_is_made_and_read(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        made = await cloud.make("/MyContainer/", {"metadata": {"Colour": "Yellow", "list": [1, None]}})
        root = await cloud.shown("/")
        assert made == {
            "objectType": CONTAINER,
            "objectID": made["objectID"],
            "objectName": "MyContainer/",
            "parentURI": "/cdmi/",
            "parentID": root["objectID"],
            "capabilitiesURI": "/cdmi/cdmi_capabilities/container/",
            "completionStatus": "Complete",
            "metadata": {"Colour": "Yellow", "list": [1, None]},
            "childrenrange": "",
            "children": [],
        }
        assert await cloud.shown("/MyContainer/") == made
        assert (root["children"], root["childrenrange"]) == (["MyContainer/"], "0-0")
        assert root["capabilitiesURI"] == "/cdmi/cdmi_capabilities/container/root/"

    run(tmp_path, test)


def test_containers_are_in_containers(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        outer = await cloud.make("/a/")
        inner = await cloud.make("/a/b/", {"metadata": {"x": "y"}})
        assert (inner["parentURI"], inner["parentID"], inner["objectName"]) == ("/cdmi/a/", outer["objectID"], "b/")
        innermost = await cloud.make("/a/b/c/")
        assert innermost["parentID"] == inner["objectID"]
        await cloud.make("/a/b/file", {"value": "1"})
        shown = await cloud.shown("/a/b/")
        assert (shown["children"], shown["metadata"]) == (["c/", "file"], {"x": "y"})
        assert (await cloud.shown("/a/"))["children"] == ["b/"]
        assert (await cloud.put("/a/none/c/")).status == 404
        assert (await cloud.put("/none/c/")).status == 404

    run(tmp_path, test)


@pytest.mark.parametrize("path", ["/a/", "/a/b/"])
def test_metadata_is_changed(tmp_path: Path, path: str) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        await cloud.put(path, {"metadata": {"a": "1", "B": "2", "c": "3"}})
        before = await cloud.shown(path)
        assert (await cloud.put(path)).status == 204
        assert await cloud.shown(path) == before
        assert (await cloud.put(f"{path}?metadata:a;metadata:B", {"metadata": {"B": "new", "c": "4"}})).status == 204
        assert (await cloud.shown(path))["metadata"] == {"B": "new", "c": "3"}
        assert (await cloud.put(path, {"metadata": {"cdmi_size": "9", "d": {}}})).status == 204
        shown = await cloud.shown(path)
        assert (shown["metadata"], shown["objectID"]) == ({"d": {}}, before["objectID"])

    run(tmp_path, test)


def test_children_come_in_ranges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MOST_CHILDREN", 3)

    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        await cloud.make("/a/d/")
        expected = ["d/"]
        for number in range(7):
            await cloud.make(f"/a/d{number}/")
            await cloud.make(f"/a/d{number}/x", {})
            await cloud.make(f"/a/d{number}/y", {})
            expected.append(f"d{number}/")
        expected = sorted(expected)
        whole = await cloud.shown("/a/")
        assert (whole["children"], whole["childrenrange"]) == (expected[:3], "0-2")
        for start in range(9):
            for stop in range(start, 9):
                shown = await cloud.shown(f"/a/?children:{start}-{stop};childrenrange")
                part = expected[start : min(stop + 1, start + 3)]
                assert shown["children"] == part
                assert shown["childrenrange"] == (f"{start}-{start + len(part) - 1}" if part else "")
        assert (await cloud.get("/a/?children:0-1000000")).status == 400
        for number in range(4):
            await cloud.make(f"/c{number}/")
        assert (await cloud.shown("/?children:1-4"))["children"] == ["c0/", "c1/", "c2/"]
        assert (await cloud.shown("/?children:4-9"))["children"] == ["c3/"]

    run(tmp_path, test)


def test_fields_are_chosen(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/", {"metadata": {"x": "1", "y": "2"}})
        assert await cloud.shown("/a/?objectName;metadata:x") == {"objectName": "a/", "metadata": {"x": "1"}}

    run(tmp_path, test)


def test_a_container_goes_with_all_that_is_in_it(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        for path in ("/a/", "/a/b/", "/a/b/c/", "/a/bb/"):
            await cloud.make(path)
        await cloud.make("/a/b/c/x", {})
        assert (await cloud.ask("DELETE", "/a/b/", headers=V)).status == 204
        assert (await cloud.shown("/a/"))["children"] == ["bb/"]
        assert (await cloud.ask("DELETE", "/a/b/")).status == 404
        assert (await cloud.ask("DELETE", "/a/")).status == 204
        assert (await cloud.get("/a/")).status == 404
        assert (await cloud.ask("DELETE", "/")).status == 400

    run(tmp_path, test)


def test_much_does_not_go_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MOST_DELETED", 2)

    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        for number in range(3):
            await cloud.make(f"/a/{number}", {})
        assert (await cloud.ask("DELETE", "/a/")).status == 409
        assert (await cloud.shown("/a/"))["children"] == ["0", "1", "2"]

    run(tmp_path, test)


def test_a_missing_slash_is_told(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a%20%C3%B6/")
        await cloud.make("/a%20%C3%B6/b/")
        for method in ("GET", "PUT", "DELETE"):
            for path in ("/a%20%C3%B6", "/a%20%C3%B6/b"):
                answer = await cloud.ask(method, path, headers=V)
                assert (answer.status, answer.headers["location"]) == (301, f"/cdmi{path}/"), (method, path)
        for path, location in (("", "/cdmi/"), ("/cdmi_capabilities", "/cdmi/cdmi_capabilities/")):
            answer = await cloud.get(path)
            assert (answer.status, answer.headers["location"]) == (301, location)
        answer = await cloud.ask("PUT", "/new", headers={**V, "Content-Type": CONTAINER})
        assert answer.status == 400  # a new one is made with its slash

    run(tmp_path, test)


@pytest.mark.parametrize("body", [{"metadata": 5}, {"exports": {}}, {"copy": "/cdmi/a/"}, []])
def test_what_makes_no_sense_is_refused(tmp_path: Path, body: Any) -> None:
    async def test(cloud: CdmiCloud) -> None:
        assert (await cloud.put("/a/", body)).status == 400
        assert (await cloud.shown("/"))["children"] == []

    run(tmp_path, test)


@pytest.mark.parametrize("path", ["/cdmi_objectid/", "/cdmi_domains/", "//", f"/{'x' * 257}/", "/"])
def test_some_names_are_nobodys(tmp_path: Path, path: str) -> None:
    async def test(cloud: CdmiCloud) -> None:
        assert (await cloud.put(path)).status in (400, 404)
        assert (await cloud.shown("/"))["children"] == []

    run(tmp_path, test)
