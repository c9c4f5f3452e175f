"""What the door says that it can do, and what it does."""

from pathlib import Path

from altostratus.doors.cdmi.capabilities import TREE
from tests.doors.cdmi.cloud import CdmiCloud, V, run


def test_the_tree_hangs_together(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        seen = []

        async def walk(path: str, parent: str | None) -> None:
            shown = await cloud.shown(f"/{path}")
            seen.append(path)
            assert shown["objectType"] == "application/cdmi-capability"
            assert shown["parentURI"] + shown["objectName"] == f"/cdmi/{path}"
            assert shown.get("parentID") == parent
            assert await cloud.shown(f"/cdmi_objectid/{shown['objectID']}/") == shown
            for child in shown["children"]:
                await walk(path + child, shown["objectID"])

        await walk("cdmi_capabilities/", None)
        assert seen == list(TREE)

    run(tmp_path, test)


def test_system_wide_capabilities(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        shown = await cloud.shown("/cdmi_capabilities/")
        assert (shown["children"], shown["childrenrange"]) == (["container/", "dataobject/"], "0-1")
        assert shown["capabilities"]["cdmi_dataobjects"] == "true"
        assert shown["capabilities"]["cdmi_multipart_mime"] == "false"
        assert await cloud.shown("/cdmi_capabilities/?metadata:x") == {}
        assert await cloud.shown("/cdmi_capabilities/?children") == {"children": ["container/", "dataobject/"]}

    run(tmp_path, test)


def test_everything_has_capabilities_that_are_there(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        await cloud.make("/a/x", {})
        for path in ("/", "/a/", "/a/x"):
            uri = (await cloud.shown(path))["capabilitiesURI"]
            assert (await cloud.shown(uri.removeprefix("/cdmi")))["capabilities"]

    run(tmp_path, test)


def test_what_no_capability_allows_is_refused(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        assert (await cloud.ask("POST", "/a/", b"{}", V)).status == 400
        assert (await cloud.ask("PATCH", "/a/", b"{}", V)).status == 405
        assert (await cloud.put("/cdmi_capabilities/")).status == 405
        assert (await cloud.get("/cdmi_capabilities/queue/")).status == 404
        assert (await cloud.get("/cdmi_capabilities/container")).status == 404

    run(tmp_path, test)
