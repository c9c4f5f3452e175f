"""Symbolic links."""

from pathlib import Path

import pytest

from tests.services.objectstore.api.test_objects import ETAG, FOX, with_fox
from tests.services.objectstore.cloud import THEIRS, ObjectCloud, run

EMPTY = "d41d8cd98f00b204e9800998ecf8427e"


def to(target: str, **more: str) -> dict[str, str]:
    return {"X-Symlink-Target": target, **more}


def test_a_link_stands_for_its_target(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await with_fox(cloud, **{"X-Object-Meta-Colour": "red"})
        made = await cloud.put("~/box/link", headers=to("box/fox", **{"X-Object-Meta-Own": "1"}))
        assert (made.status, made.headers["etag"]) == (201, EMPTY)
        for method in ("GET", "HEAD"):
            answer = await cloud.ask(method, "~/box/link")
            assert (answer.status, answer.body) == (200, FOX if method == "GET" else b"")
            assert answer.headers["etag"] == ETAG
            assert answer.headers["content-location"] == "/object-store/v1/AUTH_mine/box/fox"
            assert answer.headers["x-object-meta-colour"] == "red"
            assert not {"x-symlink-target", "x-object-meta-own"} & set(answer.headers)
            itself = await cloud.ask(method, "~/box/link?symlink=get")
            assert (itself.status, itself.body, itself.headers["etag"]) == (200, b"", EMPTY)
            assert itself.headers["x-symlink-target"] == "box/fox"
            assert itself.headers["content-type"] == "application/symlink"
            assert itself.headers["x-object-meta-own"] == "1"
        assert (await cloud.get("~/box/link", headers={"Range": "bytes=4-8"})).body == b"quick"
        assert (await cloud.get("~/box/link", headers={"If-None-Match": ETAG})).status == 304
        listed = (await cloud.get("~/box?format=json")).json()
        assert listed[1]["symlink_path"] == "/object-store/v1/AUTH_mine/box/fox"
        versions = (await cloud.get("~/box?versions")).json()
        assert [one.get("symlink_path") for one in versions] == [one.get("symlink_path") for one in listed]
        assert "symlink_path" not in listed[0]
        assert "symlink" not in (await cloud.get("~/box?format=xml")).text.replace("application/symlink", "")
        assert (await cloud.delete("~/box/link")).status == 204
        assert (await cloud.get("~/box/fox")).body == FOX

    run(tmp_path, check)


def test_what_is_posted_to_a_link_is_its_own(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await with_fox(cloud)
        await cloud.put("~/box/link", headers=to("box/fox"))
        answer = await cloud.post("~/box/link", headers={"X-Object-Meta-Posted": "1"})
        assert (answer.status, answer.headers["location"]) == (307, "/object-store/v1/AUTH_mine/box/fox")
        itself = (await cloud.head("~/box/link?symlink=get")).headers
        assert (itself["x-object-meta-posted"], itself["x-symlink-target"]) == ("1", "box/fox")
        assert "x-object-meta-posted" not in (await cloud.head("~/box/fox")).headers
        assert (await cloud.post("~/box/fox", headers=to("box/other"))).status == 400

    run(tmp_path, check)


def test_copies_of_links(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await with_fox(cloud)
        await cloud.put("~/box/link", headers=to("box/fox"))
        copied = await cloud.copy("~/box/link", "box/copied")
        assert (copied.status, copied.headers["x-copied-from"], copied.headers["etag"]) == (201, "box/link", ETAG)
        assert "x-symlink-target" not in (await cloud.head("~/box/copied?symlink=get")).headers
        await cloud.copy("~/box/link?symlink=get", "box/another")
        assert (await cloud.head("~/box/another?symlink=get")).headers["x-symlink-target"] == "box/fox"
        assert (await cloud.get("~/box/another")).body == FOX
        await cloud.put(f"{THEIRS}/box", by="other", headers={"X-Container-Write": "mine:*"})
        away = {"Destination-Account": "AUTH_theirs"}
        assert (await cloud.copy("~/box/link?symlink=get", "box/away", headers=away)).status == 201
        shown = (await cloud.head(f"{THEIRS}/box/away?symlink=get", by="other")).headers
        assert (shown["x-symlink-target"], shown["x-symlink-target-account"]) == ("box/fox", "AUTH_mine")

    run(tmp_path, check)


def test_a_static_link_is_to_what_was_there(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await with_fox(cloud)
        await cloud.put("~/box/link", headers=to("box/fox", **{"X-Symlink-Target-Etag": f'"{ETAG}"'}))
        shown = (await cloud.head("~/box/link?symlink=get")).headers
        assert (shown["x-symlink-target-etag"], shown["x-symlink-target-bytes"]) == (ETAG, "44")
        assert shown["content-type"] == "text/plain"
        listed = (await cloud.get("~/box?format=json")).json()[1]
        assert (listed["symlink_etag"], listed["symlink_bytes"]) == (ETAG, 44)
        assert (await cloud.get("~/box/link")).body == FOX
        await cloud.put("~/box/fox", b"changed")
        for method in ("GET", "HEAD"):
            answer = await cloud.ask(method, "~/box/link")
            assert (answer.status, answer.headers["content-location"]) == (409, "/object-store/v1/AUTH_mine/box/fox")
        for target in ("box/fox", "box/none", "none/fox"):
            refused = await cloud.ask("PUT", "~/box/new", headers=to(target, **{"X-Symlink-Target-Etag": ETAG}))
            assert (refused.status, refused.headers["content-location"]) == (
                409,
                f"/object-store/v1/AUTH_mine/{target}",
            )
        assert (await cloud.get("~/box/new")).status == 404

    run(tmp_path, check)


def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        for name, target in (("dangling", "box/none"), ("a", "box/b"), ("b", "box/a"), ("l1", "box/end")):
            await cloud.put(f"~/box/{name}", headers=to(target))
        for name, target in (("l2", "box/l1"), ("l3", "box/l2")):
            await cloud.put(f"~/box/{name}", headers=to(target))
        await cloud.put("~/box/end", b"end")
        dangling = await cloud.get("~/box/dangling")
        assert (dangling.status, dangling.headers["content-location"]) == (404, "/object-store/v1/AUTH_mine/box/none")
        loop = await cloud.get("~/box/a")
        assert (loop.status, loop.headers["content-type"]) == (409, "text/plain")
        assert [(await cloud.get(f"~/box/l{n}")).status for n in (1, 2, 3)] == [200, 200, 409]

    run(tmp_path, check)


@pytest.mark.parametrize(
    ("headers", "body", "status", "shown"),
    [
        (to(""), b"", 412, None),
        (to("box"), b"", 412, None),
        (to("/box"), b"", 412, None),
        (to("box/"), b"", 412, None),
        (to("/box/fox"), b"", 412, None),
        (to("box/link"), b"", 400, None),
        (to("box/fox"), b"content", 400, None),
        (to("box/fox", **{"X-Symlink-Target-Account": "a/b"}), b"", 412, None),
        (to("box/a b"), b"", 201, "box/a%20b"),
        (to("box/%C3%A9"), b"", 201, "box/%C3%A9"),
        (to("box/fox?x=y"), b"", 201, "box/fox%3Fx%3Dy"),
    ],
)
def test_targets(tmp_path: Path, headers: dict[str, str], body: bytes, status: int, shown: str | None) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await with_fox(cloud)
        assert (await cloud.ask("PUT", "~/box/link", body, headers=headers)).status == status
        assert (await cloud.head("~/box/link?symlink=get")).headers.get("x-symlink-target") == shown

    run(tmp_path, check)


def test_a_link_gives_nobody_a_right(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put(f"{THEIRS}/box", by="other")
        await cloud.put(f"{THEIRS}/box/secret", b"theirs", by="other")
        await cloud.put("~/box", headers={"X-Container-Read": ".r:*"})
        await cloud.put("~/box/link", headers=to("box/secret", **{"X-Symlink-Target-Account": "AUTH_theirs"}))
        assert (await cloud.get("~/box/link")).status == 403
        assert (await cloud.copy("~/box/link", "box/mine")).status == 403
        refused = await cloud.get("~/box/link", by=None)
        assert refused.status == 401
        assert refused.headers["www-authenticate"].startswith('Swift realm="AUTH_theirs"')
        assert (await cloud.get("~/box/link?symlink=get", by=None)).headers["x-symlink-target-account"] == "AUTH_theirs"
        await cloud.post(f"{THEIRS}/box", headers={"X-Container-Read": "mine:*"}, by="other")
        answer = await cloud.get("~/box/link")
        assert (answer.body, answer.headers["content-location"]) == (
            b"theirs",
            "/object-store/v1/AUTH_theirs/box/secret",
        )

    run(tmp_path, check)
