"""Old versions that are kept in another container."""

from pathlib import Path

import pytest

from tests.services.objectstore.cloud import ObjectCloud, run

STACK, HISTORY = "X-Versions-Location", "X-History-Location"
DELETED = "application/x-deleted;swift_versions_deleted=1"


async def archived(cloud: ObjectCloud, how: str, *bodies: bytes) -> None:
    await cloud.put("~/old")
    await cloud.put("~/box", headers={how: "old"})
    for number, body in enumerate(bodies, 1):
        await cloud.put("~/box/fox", body, headers={"Content-Type": "text/x", "X-Object-Meta-Number": str(number)})


def test_old_versions_come_back(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await archived(cloud, STACK, b"one", b"two", b"three")
        assert (await cloud.head("~/box")).headers["x-versions-location"] == "old"
        assert await cloud.names("~/old") == ["003fox/1767225600.00300", "003fox/1767225600.00400"]
        for number, body in ((3, b"three"), (2, b"two"), (1, b"one")):
            answer = await cloud.get("~/box/fox")
            assert (answer.body, answer.headers["x-object-meta-number"]) == (body, str(number))
            assert answer.headers["content-type"] == "text/x"
            await cloud.post("~/box/fox", headers={"X-Object-Meta-Posted": "1"})
            assert (await cloud.delete("~/box/fox")).status == 204
        for method in ("GET", "DELETE"):
            assert (await cloud.ask(method, "~/box/fox")).status == 404
        for name in ("box", "old"):
            headers = (await cloud.head(f"~/{name}")).headers
            assert (headers["x-container-object-count"], headers["x-container-bytes-used"]) == ("0", "0")
        assert (await cloud.head("~")).headers["x-account-object-count"] == "0"

    run(tmp_path, check)


def test_old_versions_stay(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await archived(cloud, HISTORY, b"one", b"two")
        assert (await cloud.head("~/box")).headers["x-history-location"] == "old"
        assert (await cloud.delete("~/box/fox")).status == 204
        assert (await cloud.get("~/box/fox")).status == 404
        listed = (await cloud.get("~/old?format=json")).json()
        assert [each["content_type"] for each in listed] == ["text/x", "text/x", DELETED]
        assert [each["bytes"] for each in listed] == [3, 3, 0]
        assert listed[2]["name"] == "003fox/1767225600.00600"
        assert (await cloud.delete("~/box/fox")).status == 404
        await cloud.put("~/box/fox", b"three")
        assert len(await cloud.names("~/old")) == 3

    run(tmp_path, check)


def test_a_mark_of_deletion_in_the_way(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await archived(cloud, HISTORY, b"one", b"two")
        await cloud.delete("~/box/fox")
        await cloud.post("~/box", headers={STACK: "old"})
        await cloud.delete("~/box/fox")
        assert (await cloud.get("~/box/fox")).body == b"two"
        assert len(await cloud.names("~/old")) == 1

    run(tmp_path, check)


def test_a_copy_is_written_over_something_too(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await archived(cloud, STACK, b"one")
        await cloud.put("~/box/other", b"other")
        await cloud.copy("~/box/other", "box/fox")
        assert (await cloud.get("~/box/fox")).body == b"other"
        await cloud.delete("~/box/fox")
        assert (await cloud.get("~/box/fox")).body == b"one"

    run(tmp_path, check)


def test_without_the_other_container_nothing_is_written_over(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await archived(cloud, STACK, b"one")
        await cloud.delete("~/old")
        assert (await cloud.ask("PUT", "~/box/fox", b"two")).status == 412
        assert (await cloud.get("~/box/fox")).body == b"one"
        assert (await cloud.ask("PUT", "~/box/new", b"x")).status == 201
        await cloud.post("~/box", headers={HISTORY: "old"})
        assert (await cloud.delete("~/box/fox")).status == 412
        assert (await cloud.get("~/box/fox")).body == b"one"

    run(tmp_path, check)


def test_names_of_any_length(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await archived(cloud, STACK)
        for name, prefix in (("%C3%A9", "001é/"), ("n" * 300, "12c" + "n" * 300 + "/")):
            await cloud.put(f"~/box/{name}", b"1")
            await cloud.put(f"~/box/{name}", b"2")
            assert any(each.startswith(prefix) for each in await cloud.names("~/old"))
            await cloud.delete(f"~/box/{name}")
            assert (await cloud.get(f"~/box/{name}")).body == b"1"
        await cloud.put(f"~/box/{'n' * 1010}", b"1")
        assert (await cloud.ask("PUT", f"~/box/{'n' * 1010}", b"2")).status == 400
        assert (await cloud.get(f"~/box/{'n' * 1010}")).body == b"1"

    run(tmp_path, check)


@pytest.mark.parametrize(
    ("said", "status", "shown"),
    [
        ({STACK: "old/x"}, 412, "old"),
        ({STACK: "%6Fld"}, 204, "%6Fld"),
        ({STACK: "box"}, 204, "box"),
        ({STACK: ""}, 204, None),
        ({STACK: "old", HISTORY: "old"}, 400, "old"),
        ({"X-Remove-Versions-Location": "x"}, 204, None),
        ({"X-Versions-Mode": "history"}, 204, "old"),
    ],
)
def test_where_old_versions_go(tmp_path: Path, said: dict[str, str], status: int, shown: str | None) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await archived(cloud, STACK, b"one")
        assert (await cloud.post("~/box", headers=said)).status == status
        assert (await cloud.head("~/box")).headers.get("x-versions-location") == shown
        assert (await cloud.post("~/box", headers=said, by="other")).status == 403

    run(tmp_path, check)


def test_one_way_takes_the_others_place(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await archived(cloud, STACK)
        await cloud.post("~/box", headers={HISTORY: "old"})
        headers = (await cloud.head("~/box")).headers
        assert (headers.get("x-versions-location"), headers["x-history-location"]) == (None, "old")

    run(tmp_path, check)
