"""Versions, media types, and who may."""

from pathlib import Path

import pytest

from tests.doors.cdmi.cloud import CONTAINER, OBJECT, CdmiCloud, V, run


@pytest.mark.parametrize(
    ("offered", "spoken"),
    [
        ("1.1.1", "1.1.1"),
        ("1.0.2, 1.1.0 , 1.1.1", "1.1.1"),
        ("1.1", "1.1"),
        ("2.0.0", None),
        ("", None),
        ("1.1.1.1", None),
    ],
)
def test_a_version_is_agreed_on(tmp_path: Path, offered: str, spoken: str | None) -> None:
    async def test(cloud: CdmiCloud) -> None:
        answer = await cloud.get("/", **{"X-CDMI-Specification-Version": offered})
        if spoken:
            assert (answer.status, answer.headers["x-cdmi-specification-version"]) == (200, spoken)
        elif offered:
            assert answer.status == 400
        else:
            assert answer.status == 406  # without a version this is plain HTTP, which shows no containers

    run(tmp_path, test)


def test_media_types_of_cdmi_need_a_version(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        await cloud.make("/a/x", {"value": "1"})
        assert (await cloud.ask("GET", "/a/x", headers={"Accept": OBJECT})).status == 400
        assert (await cloud.ask("GET", "/a/", headers={"Accept": CONTAINER})).status == 400
        assert (await cloud.ask("PUT", "/a/y", b"{}", {"Content-Type": OBJECT})).status == 400
        assert (await cloud.ask("PUT", "/b/", b"{}", {"Content-Type": CONTAINER})).status == 400

    run(tmp_path, test)


def test_nothing_is_written_in_no_version(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        headers = {"X-CDMI-Specification-Version": "2.0.0", "Content-Type": "text/plain"}
        assert (await cloud.ask("PUT", "/a/x", b"1", headers)).status == 400
        assert (await cloud.get("/a/x")).status == 404

    run(tmp_path, test)


def test_media_types_decide(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        await cloud.make("/a/x", {"value": "1"})
        assert (await cloud.get("/a/x", Accept=CONTAINER)).status == 406
        assert (await cloud.get("/a/", Accept=f"{OBJECT}, {CONTAINER};q=0.5")).status == 200
        assert (await cloud.get("/a/x", Accept="text/plain")).body == b"1"
        assert (await cloud.get("/a/x", Accept="text/plain, */*")).json()["value"] == "1"
        assert (await cloud.ask("PUT", "/a/y", b"{}", {**V, "Content-Type": CONTAINER})).status == 400
        assert (await cloud.ask("PUT", "/b/", b"{}", {**V, "Content-Type": OBJECT})).status == 400
        assert (await cloud.ask("PUT", "/a/y", b"{}", {**V, "Content-Type": "text/plain"})).status == 201
        assert (await cloud.shown("/a/y"))["mimetype"] == "text/plain"

    run(tmp_path, test)


READS = [("GET", "/"), ("GET", "/a/"), ("GET", "/a/x"), ("HEAD", "/a/x")]
WRITES = [("PUT", "/b/"), ("PUT", "/a/x"), ("PUT", "/a/y"), ("DELETE", "/a/x"), ("DELETE", "/a/")]


@pytest.mark.parametrize(
    ("who", "reads", "writes"),
    [
        ("member", {200}, {201, 204}),
        ("admin", {200}, {201, 204}),
        ("reader", {200}, {403}),
        ("guest", {403}, {403}),
        ("unscoped", {403}, {403}),
        ("nobody", {401}, {401}),
    ],
)
def test_roles_in_the_project_decide(tmp_path: Path, who: str, reads: set[int], writes: set[int]) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        await cloud.make("/a/x", {"value": "1"})
        assert {(await cloud.ask(method, path, headers=V, by=who)).status for method, path in READS} == reads
        assert {(await cloud.ask(method, path, headers=V, by=who)).status for method, path in WRITES} == writes

    run(tmp_path, test)


def test_projects_are_apart(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        container = await cloud.make("/a/")
        made = await cloud.make("/a/x", {"value": "1"})
        root = await cloud.shown("/")
        assert (await cloud.get("/", by="other")).json()["children"] == []
        for path in ("/a/", "/a/x", *(f"/cdmi_objectid/{each['objectID']}" for each in (container, made, root))):
            assert (await cloud.get(path, by="other")).status == 404

    run(tmp_path, test)


def test_objects_are_found_by_id(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        outer, inner = await cloud.make("/a/"), await cloud.make("/a/b/")
        made = await cloud.make("/a/b/x", {"value": "1"})
        assert len({outer["objectID"], inner["objectID"], made["objectID"]}) == 3
        by_id = f"/cdmi_objectid/{made['objectID']}"
        assert await cloud.shown(by_id) == await cloud.shown("/a/b/x") == await cloud.shown(by_id.replace("ID/", "id/"))
        assert await cloud.shown(f"/cdmi_objectid/{outer['objectID'].lower()}/") == await cloud.shown("/a/")
        assert await cloud.shown(f"/cdmi_objectid/{inner['objectID']}") == await cloud.shown("/a/b/")
        assert await cloud.shown(f"/cdmi_objectid/{outer['objectID']}/b/x") == await cloud.shown("/a/b/x")
        for _ in range(3):
            assert (await cloud.put(by_id, {"value": "2"})).status == 204
        assert (await cloud.shown("/a/b/x"))["value"] == "2"
        assert (await cloud.shown(by_id))["objectID"] == made["objectID"]
        made_by_id = await cloud.make(f"/cdmi_objectid/{inner['objectID']}/y", {})
        assert made_by_id["parentURI"] == "/cdmi/a/b/"
        assert (await cloud.ask("DELETE", by_id)).status == 204
        again = await cloud.make("/a/b/x", {"value": "3"})
        assert again["objectID"] != made["objectID"]
        for path in (by_id, f"{by_id}/y", "/cdmi_objectid/", "/cdmi_objectid/00", f"/cdmi_objectid/{'0' * 32}"):
            assert (await cloud.get(path)).status == 404

    run(tmp_path, test)
