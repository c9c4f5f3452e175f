"""Containers as web sites."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.services.objectstore.cloud import Answer, ObjectCloud, run

HERE = "http://cloud/object-store/v1/AUTH_mine/site"
OPEN = {"X-Container-Read": ".r:*,.rlistings"}
INDEX = {"X-Container-Meta-Web-Index": "index.html"}
LISTS = {"X-Container-Meta-Web-Listings": "true"}
HTML = "text/html; charset=UTF-8"


async def a_site(cloud: ObjectCloud, *headers: dict[str, str]) -> None:
    await cloud.put("~/site", headers=OPEN)
    for each in headers:
        await cloud.post("~/site", headers=each)
    for name in ("index.html", "page.html", "dir/index.html", "empty/file"):
        await cloud.put(f"~/site/{name}", name.encode(), headers={"Content-Type": "text/html"})


async def visit(cloud: ObjectCloud, place: str, method: str = "GET", **headers: str) -> Answer:
    return await cloud.ask(method, f"~/site{place}", by=None, headers=headers)


class Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str | None] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize(
    ("place", "status", "body"),
    [
        ("", 301, HERE + "/"),
        ("?format=json", 301, HERE + "/"),
        ("/", 200, "index.html"),
        ("/page.html", 200, "page.html"),
        ("/dir", 301, HERE + "/dir/"),
        ("/dir/", 200, "dir/index.html"),
        ("/empty", 301, HERE + "/empty/"),
        ("/empty/", 404, None),
        ("/none", 404, None),
        ("/none/", 404, None),
    ],
)
def test_pages_and_redirects(tmp_path: Path, place: str, status: int, body: str | None) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await a_site(cloud, INDEX)
        for method in ("GET", "HEAD"):
            answer = await visit(cloud, place, method)
            assert answer.status == status
            if status == 301:
                assert answer.headers["location"] == body
            if status == 200:
                assert answer.text == (body if method == "GET" else "")
                assert answer.headers["content-type"] == "text/html"
                assert not [name for name in answer.headers if name.startswith("x-container")]

    run(tmp_path, check)


def test_pages_are_objects_with_ranges_and_conditions(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await a_site(cloud, INDEX)
        part = await visit(cloud, "/dir/", Range="bytes=0-2")
        assert (part.status, part.text) == (206, "dir")
        page = await visit(cloud, "/")
        assert (await visit(cloud, "/", **{"If-None-Match": page.headers["etag"]})).status == 304

    run(tmp_path, check)


def test_a_page_has_versions(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await a_site(cloud, INDEX, {"X-Versions-Enabled": "true"})
        old = (await cloud.put("~/site/page.html", b"old")).headers["x-object-version-id"]
        await cloud.put("~/site/page.html", b"new")
        assert (await visit(cloud, "/page.html")).text == "new"
        assert (await visit(cloud, f"/page.html?version-id={old}")).text == "old"
        assert (await visit(cloud, "/page.html?version-id=nonsense")).status == 400

    run(tmp_path, check)


def test_owners_see_the_container_unless_they_ask_for_the_site(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await a_site(cloud, INDEX)
        assert len(await cloud.names("~/site/")) == 4
        site = await cloud.get("~/site/", headers={"X-Web-Mode": "true"})
        assert (site.text, site.headers["content-type"]) == ("index.html", "text/html")
        await cloud.put("~/plain")
        assert (await cloud.get("~/plain", headers={"X-Web-Mode": "true"})).status == 404
        assert (await cloud.get("~/none", headers={"X-Web-Mode": "true"})).status == 404

    run(tmp_path, check)


def test_the_sites_own_page_of_an_error(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await a_site(cloud, INDEX, {"X-Container-Meta-Web-Error": "error.html"})
        await cloud.put("~/site/404error.html", b"not here", headers={"Content-Type": "text/html"})
        await cloud.put("~/site/401error.html", b"not you", headers={"Content-Type": "text/html"})
        for place in ("/none", "/none/", "/empty/"):
            missing = await visit(cloud, place)
            assert (missing.status, missing.text, missing.headers["content-type"]) == (404, "not here", "text/html")
            assert missing.headers["content-length"] == "8"
        assert (await visit(cloud, "/none", "HEAD")).status == 404
        await cloud.post("~/site", headers={"X-Container-Read": ".r:*"})
        refused = await visit(cloud, "/")
        assert (refused.status, refused.text) == (401, "not you")
        missing = await visit(cloud, "/none")
        assert (missing.status, missing.text) == (404, "not here")
        assert (await visit(cloud, "/page.html")).text == "page.html"
        await cloud.post("~/site", headers={"X-Container-Read": ""})
        for place in ("/", "/page.html", "/none"):
            refused = await visit(cloud, place)
            assert (refused.status, "not" in refused.headers.get("etag", "")) == (401, False)
            assert refused.headers["www-authenticate"].startswith('Swift realm="AUTH_mine"')

    run(tmp_path, check)


def test_lists(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await a_site(cloud, LISTS, {"X-Container-Meta-Web-Listings-CSS": "style.css"})
        root = await visit(cloud, "/?prefix=d&limit=1")
        assert (root.status, root.headers["content-type"]) == (200, HTML)
        assert Links(root.text).links == ["style.css", "./dir/", "./empty/", "./index%2Ehtml", "./page%2Ehtml"]
        assert "Listing of /v1/AUTH_mine/site/" in Links(root.text).words
        below = await visit(cloud, "/empty/")
        assert Links(below.text).links == ["../style.css", "../", "./file"]
        assert (await visit(cloud, "/empty/", "HEAD")).body == b""
        assert (await visit(cloud, "/empty")).status == 301
        assert (await visit(cloud, "/none/")).status == 404
        await cloud.post("~/site", headers={"X-Container-Meta-Web-Listings-Label": "My <site>"})
        assert "Listing of My <site>/empty/" in Links((await visit(cloud, "/empty/")).text).words
        await cloud.post("~/site", headers={"X-Container-Meta-Web-Listings-CSS": "https://example.com/a b.css"})
        assert Links((await visit(cloud, "/empty/")).text).links[0] == "https://example.com/a%20b.css"
        await cloud.post("~/site", headers={"X-Container-Meta-Web-Listings": "false"})
        for place in ("/", "/empty/"):
            assert (await visit(cloud, place)).status == 404

    run(tmp_path, check)


def test_names_are_shown_and_never_run(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await a_site(cloud, LISTS)
        names = ['<script>alert(1)</script>"', "a&b.txt", "dir<b>/x", "javascript:alert(1)", "é ü"]
        for name in names:
            quoted = "".join(f"%{byte:02X}" for byte in name.encode())
            await cloud.put(f"~/site/evil/{quoted}", headers={"Content-Type": 'x"><script>/y'})
        page = Links((await visit(cloud, "/evil/")).text)
        for name in ("<script>alert(1)</", "a&b.txt", "dir<b>/", "javascript:alert(1)", "é ü"):
            assert name in page.words
        assert all(link is not None and link.startswith(("./", "../")) for link in page.links)
        assert "<script>" not in (await visit(cloud, "/evil/")).text

    run(tmp_path, check)


def test_folders_that_are_objects(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await a_site(cloud, INDEX, {"X-Container-Meta-Web-Directory-Type": "text/directory"})
        await cloud.put("~/site/marker", headers={"Content-Type": "text/directory"})
        await cloud.put("~/site/marker/index.html", b"in the folder")
        await cloud.put("~/site/other", headers={"Content-Type": "application/directory"})
        assert (await visit(cloud, "/marker")).headers["location"] == HERE + "/marker/"
        assert (await visit(cloud, "/marker/")).text == "in the folder"
        assert (await visit(cloud, "/other")).status == 200

    run(tmp_path, check)


def test_what_is_no_site_is_a_container(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await a_site(cloud)
        assert (await visit(cloud, "")).text.splitlines()[0] == "dir/index.html"
        assert (await visit(cloud, "/none")).status == 404
        assert (await cloud.get("~/none", by=None)).status == 401
        assert (await cloud.ask("PUT", "~/site/x", by=None)).status == 401

    run(tmp_path, check)


def test_large_lists_say_sizes_in_short(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await a_site(cloud, LISTS)
        for size in (0, 1, 1023, 1024, 1536, 3 << 20):
            await cloud.put(f"~/site/sizes/{size:07}", b"x" * size)
        words = Links((await visit(cloud, "/sizes/")).text).words
        shown = [words[words.index(f"{size:07}") + 1] for size in (0, 1, 1023, 1024, 1536, 3 << 20)]
        assert shown == ["0", "1", "1023", "1Ki", "2Ki", "3Mi"]

    run(tmp_path, check)
