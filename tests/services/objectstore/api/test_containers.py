"""Containers: made, described, listed, removed; how much they may hold."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.usecases.create_container import create_container
from tests.services.objectstore.cloud import ObjectCloud, run

TEXT, HTML = "text/plain; charset=utf-8", "text/html; charset=UTF-8"
JSON, XML = "application/json; charset=utf-8", "application/xml; charset=utf-8"


def test_the_life_of_a_container(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        made = await cloud.put("~/box", headers={"X-Container-Meta-Colour": "rêd"})
        assert (made.status, made.headers["content-length"], made.headers["content-type"]) == (201, "0", HTML)
        again = await cloud.put("~/box", headers={"X-Container-Meta-Size": "1"})
        assert (again.status, again.text[:22]) == (202, "<html><h1>Accepted</h1")
        head = await cloud.head("~/box")
        assert (head.status, head.headers["content-type"], head.headers["vary"]) == (204, TEXT, "Accept")
        assert head.headers["x-container-meta-colour"] == "rêd"
        assert head.headers["x-container-meta-size"] == "1"
        assert head.headers["x-container-object-count"] == "0"
        assert head.headers["x-container-bytes-used"] == "0"
        assert head.headers["x-storage-policy"] == "default"
        assert head.headers["x-timestamp"] == "1767225600.00100"
        assert head.headers["last-modified"] == "Thu, 01 Jan 2026 00:00:01 GMT"
        assert head.headers["accept-ranges"] == "bytes"
        await cloud.put("~/box/o", b"x")
        assert (await cloud.delete("~/box")).status == 409
        await cloud.delete("~/box/o")
        assert (await cloud.delete("~/box/")).status == 204
        for method in ("HEAD", "GET", "POST", "DELETE"):
            assert (await cloud.ask(method, "~/box")).status == 404
        await cloud.put("~/box/")
        assert "x-container-meta-colour" not in (await cloud.head("~/box")).headers

    run(tmp_path, check)


def test_metadata_goes_by_an_empty_value_or_by_name(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box", headers={f"X-Container-Meta-{name}": "x" for name in "abcde"})
        assert (await cloud.post("~/box", headers={"X-Container-Meta-A": ""})).status == 204
        await cloud.post("~/box", headers={"X-Remove-Container-Meta-B": "x"})
        await cloud.put("~/box", headers={"X-Container-Meta-C": ""})
        await cloud.put("~/box", headers={"X-Remove-Container-Meta-D": "x"})
        headers = (await cloud.head("~/box")).headers
        assert [name for name in "abcde" if f"x-container-meta-{name}" in headers] == ["e"]
        assert (await cloud.post("~/box", headers={"X-Container-Meta-": "x"})).status == 400
        assert (await cloud.post("~/box", headers={f"X-Container-Meta-{n}": "v" for n in range(90)})).status == 400

    run(tmp_path, check)


def test_lists_of_who_may(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box", headers={"X-Container-Read": ".ref : *, a:b", "X-Container-Write": "a:b"})
        headers = (await cloud.head("~/box")).headers
        assert (headers["x-container-read"], headers["x-container-write"]) == (".r:*,a:b", "a:b")
        refused = await cloud.post("~/box", headers={"X-Container-Write": ".r:*"})
        assert (refused.status, refused.headers["content-type"]) == (400, HTML)
        assert (await cloud.post("~/box", headers={"X-Container-Read": "x" * 8193})).status == 400
        await cloud.post("~/box", headers={"X-Remove-Container-Read": "x", "X-Container-Write": ""})
        assert not {"x-container-read", "x-container-write"} & set((await cloud.head("~/box")).headers)
        assert (await cloud.ask("PUT", "~/new", headers={"X-Container-Read": ".nonsense:x"})).status == 400
        assert (await cloud.head("~/new")).status == 404

    run(tmp_path, check)


def test_what_other_doors_keep_stays(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        kept = {"s3:policy": {"a": 1}, "s3:empty": ""}
        await cloud.cloud.objects.write(lambda tx: create_container(tx, "AUTH_mine", "box", {}, kept))
        await cloud.post("~/box", headers={"X-Container-Read": ".r:*"})
        await cloud.post("~/box", headers={"X-Container-Read": ""})
        found = await cloud.cloud.objects.read(lambda tx: find_container(tx, "AUTH_mine", "box"))
        assert found is not None
        assert found.settings == kept

    run(tmp_path, check)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("n" * 256, 201),
        ("n" * 257, 400),
        ("%C3%A9" * 256, 201),
        ("%C3%A9" * 257, 400),
        (".", 201),
        ("..", 201),
        ("a%0Ab", 201),
        ("%FF", 412),
    ],
)
def test_names(tmp_path: Path, name: str, status: int) -> None:
    async def check(cloud: ObjectCloud) -> None:
        answer = await cloud.ask("PUT", f"~/{name}")
        assert (answer.status, answer.headers["content-type"]) == (status, HTML)
        assert (await cloud.head("~")).headers["x-account-container-count"] == ("1" if status == 201 else "0")

    run(tmp_path, check)


def test_there_is_one_policy(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        refused = await cloud.ask("PUT", "~/box", headers={"X-Storage-Policy": "nonsense"})
        assert (refused.status, refused.headers["content-type"]) == (400, "text/plain")
        assert (await cloud.ask("PUT", "~/box", headers={"X-Storage-Policy": "Default"})).status == 201

    run(tmp_path, check)


def test_quotas_count_what_is_replaced_as_well(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        quotas = {"X-Container-Meta-Quota-Bytes": "10", "X-Container-Meta-Quota-Count": "2"}
        await cloud.put("~/box", headers=quotas)
        refused = await cloud.ask("PUT", "~/box/large", b"x" * 11)
        assert (refused.status, "Upload exceeds quota." in refused.text) == (413, True)
        await cloud.put("~/box/one", b"x" * 6)
        assert (await cloud.ask("PUT", "~/box/two", b"x" * 6)).status == 413
        await cloud.put("~/box/one", b"x" * 4)
        await cloud.put("~/box/two", b"x" * 4)
        for name, body in (("three", b"x"), ("three", b""), ("two", b"xx")):
            assert (await cloud.ask("PUT", f"~/box/{name}", body)).status == 413
        assert (await cloud.copy("~/box/one", "box/four")).status == 413
        assert (await cloud.post("~/box/one", headers={"X-Object-Meta-A": "b"})).status == 202
        for what in ("Bytes", "Count"):
            for value, status in (("x", 400), ("-1", 400), ("1.5", 400), ("", 204), ("0", 204)):
                answer = await cloud.post("~/box", headers={f"X-Container-Meta-Quota-{what}": value})
                assert (answer.status, answer.headers["content-type"]) == (status, HTML)

    run(tmp_path, check)


def test_a_quota_holds_for_what_comes_in_chunks(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        async def body() -> AsyncIterator[bytes]:
            yield b"x" * 11

        await cloud.put("~/box", headers={"X-Container-Meta-Quota-Bytes": "10"})
        assert (await cloud.ask("PUT", "~/box/o", body())).status == 413
        assert await cloud.names("~/box") == []

    run(tmp_path, check)


async def with_berries(cloud: ObjectCloud) -> None:
    await cloud.put("~/box")
    for name in ("apple", "berry", "berry/", "berry/black", "berry/blue/sky", "berry/blue/sea", "cherry", "zoo"):
        await cloud.put(f"~/box/{name}", b"x", headers={"Content-Type": "text/plain"})


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("limit=2", ["apple", "berry"]),
        ("limit=0", []),
        ("limit=-1&prefix=c", ["cherry"]),
        ("limit=nonsense&prefix=c", ["cherry"]),
        ("limit=1&limit=2", ["apple", "berry"]),
        ("marker=berry/blue/sky", ["cherry", "zoo"]),
        ("end_marker=berry", ["apple"]),
        ("marker=apple&end_marker=berry/black", ["berry", "berry/"]),
        ("delimiter=/", ["apple", "berry", "berry/", "cherry", "zoo"]),
        ("delimiter=/&limit=3", ["apple", "berry", "berry/"]),
        ("delimiter=/&marker=berry/", ["cherry", "zoo"]),
        ("delimiter=/&marker=berry/blue", ["berry/", "cherry", "zoo"]),
        ("delimiter=/&reverse=true", ["zoo", "cherry", "berry/", "berry", "apple"]),
        ("reverse=yes&marker=cherry&limit=1", ["berry/blue/sky"]),
        ("reverse=on&end_marker=cherry", ["zoo"]),
        ("prefix=berry&delimiter=/", ["berry", "berry/"]),
        ("prefix=berry/&delimiter=/", ["berry/", "berry/black", "berry/blue/"]),
        ("delimiter=rr", ["apple", "berr", "cherr", "zoo"]),
        ("path=", ["apple", "berry", "berry/", "cherry", "zoo"]),
        ("path=berry", ["berry/black"]),
        ("path=berry/", ["berry/black"]),
        ("path=berry/blue", ["berry/blue/sea", "berry/blue/sky"]),
        ("path=berry&prefix=c&delimiter=x", ["berry/black"]),
        ("path=&limit=2", ["apple", "berry"]),
        ("prefix=&delimiter=&marker=&end_marker=&limit=&prefix=z", ["zoo"]),
    ],
)
def test_pages(tmp_path: Path, query: str, names: list[str]) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await with_berries(cloud)
        answer = await cloud.get(f"~/box?{query}")
        assert (answer.status, answer.headers["content-type"]) == (200 if names else 204, TEXT)
        assert answer.text.splitlines() == names
        assert answer.headers["x-container-object-count"] == "8"

    run(tmp_path, check)


def test_lists_in_three_forms(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/b<x")
        await cloud.put("~/b<x/a%26%01", b"x", headers={"Content-Type": "text/plain"})
        await cloud.put("~/b<x/s/o")
        listed = (await cloud.get("~/b<x?format=json&delimiter=/")).json()
        first = {"bytes": 1, "hash": "9dd4e461268c8034f5c8564e155c67a6", "name": "a&\x01", "content_type": "text/plain"}
        assert listed == [{**first, "last_modified": "2026-01-01T00:00:00.002000"}, {"subdir": "s/"}]
        xml = await cloud.get("~/b<x?format=xml&delimiter=/")
        assert xml.headers["content-type"] == XML
        assert "vary" not in xml.headers
        assert xml.text == (
            "<?xml version='1.0' encoding='UTF-8'?>\n"
            '<container name="b&lt;x"><object><name>a&amp;\ufffd</name><hash>9dd4e461268c8034f5c8564e155c67a6</hash>'
            "<bytes>1</bytes><content_type>text/plain</content_type>"
            "<last_modified>2026-01-01T00:00:00.002000</last_modified></object>"
            '<subdir name="s/"><name>s/</name></subdir></container>'
        )
        assert '<account name="AUTH_mine"><container><name>b&lt;x</name>' in (await cloud.get("~?format=xml")).text
        assert '<subdir name="b"></subdir>' in (await cloud.get("~?format=xml&delimiter=b")).text

    run(tmp_path, check)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", TEXT),
        ("*/*", TEXT),
        ("text/*", TEXT),
        ("text/plain;q=0", TEXT),
        ("application/json", JSON),
        ("application/*", JSON),
        ("application/xml", XML),
        ("text/xml", "text/xml; charset=utf-8"),
        ("application/xml;q=0.5, application/json", JSON),
        ("*/*;q=0.9,application/xml", XML),
        ("*/*,application/xml", XML),
        ("text/html,application/json;q=0.1", JSON),
        ("text/html", None),
        ("image/png", None),
        ("nonsense", None),
        ("text/plain;q=x", None),
    ],
)
def test_the_form_is_what_the_client_accepts(tmp_path: Path, accept: str, kind: str | None) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        await cloud.put("~/box/o")
        for place in ("~", "~/box"):
            answer = await cloud.get(place, headers={"Accept": accept})
            if kind is None:
                assert answer.status == (400 if "/" not in accept or "=x" in accept else 406)
                assert (await cloud.get(f"{place}?format=json", headers={"Accept": accept})).status == 200
                continue
            assert (answer.status, answer.headers["content-type"]) == (200, kind)
            assert answer.headers["vary"] == "Accept"
            assert (await cloud.head(place, headers={"Accept": accept})).headers["content-type"] == kind

    run(tmp_path, check)


def test_queries_that_are_refused(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        for place in ("~", "~/box"):
            assert (await cloud.get(f"{place}?limit=10001")).status == 412
            assert (await cloud.get(f"{place}?limit={'9' * 400}")).status == 412
            assert (await cloud.get(f"{place}?limit=10000&prefix=none")).status == 204
            assert (await cloud.get(f"{place}?prefix=%FF")).status == 400

    run(tmp_path, check)


def test_lists_of_containers(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        for name in ("apple", "berry-black", "berry-blue", "%C3%A9"):
            await cloud.put(f"~/{name}")
        assert await cloud.names("~?delimiter=-") == ["apple", "berry-", "é"]
        assert await cloud.names("~?prefix=berry&reverse=true") == ["berry-blue", "berry-black"]
        assert await cloud.names("~?marker=apple&end_marker=berry-blue") == ["berry-black"]
        assert await cloud.names("~?limit=1") == ["apple"]
        assert (await cloud.get("~?format=json&delimiter=-")).json()[1] == {"subdir": "berry-"}

    run(tmp_path, check)
