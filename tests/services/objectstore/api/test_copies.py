"""Copies across accounts, in part, and under conditions."""

from pathlib import Path

import pytest

from tests.services.objectstore.cloud import THEIRS, ObjectCloud, run


def test_only_who_may_copies_into_another_account(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")
        await cloud.put("~/c/o", b"mine")
        await cloud.put(f"{THEIRS}/c", by="other")
        await cloud.put(f"{THEIRS}/c/o", b"theirs", by="other")
        there = {"destination-account": "AUTH_theirs"}
        assert (await cloud.copy("~/c/o", "c/stolen", headers=there)).status == 403
        source = {"x-copy-from": "c/o", "x-copy-from-account": "AUTH_theirs"}
        assert (await cloud.ask("PUT", "~/c/stolen", headers=source)).status == 403
        await cloud.post(f"{THEIRS}/c", headers={"x-container-write": "mine:*"}, by="other")
        assert (await cloud.copy("~/c/o", "c/given", headers=there)).status == 201
        assert (await cloud.get(f"{THEIRS}/c/given", by="other")).body == b"mine"

    run(tmp_path, test)


def test_conditions_and_ranges_are_about_the_source(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")
        etag = (await cloud.put("~/c/o", b"0123456789")).headers["etag"]
        assert (await cloud.copy("~/c/o", "c/x", headers={"if-match": "other"})).status == 412
        assert (await cloud.copy("~/c/o", "c/x", headers={"if-none-match": "*"})).status == 304
        assert (await cloud.copy("~/c/o", "c/x", headers={"range": "bytes=99-"})).status == 416
        assert (await cloud.get("~/c/x")).status == 404
        assert (await cloud.copy("~/c/o", "c/x", headers={"if-match": etag, "range": "bytes=2-4"})).status == 201
        assert (await cloud.get("~/c/x")).body == b"234"

    run(tmp_path, test)


@pytest.mark.parametrize("value", ["", "box", "/box/", "//box/x"])
def test_where_it_goes_must_be_an_object(tmp_path: Path, value: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")
        await cloud.put("~/c/o", b"x")
        assert (await cloud.copy("~/c/o", value)).status == 412
        body = await cloud.ask("PUT", "~/c/x", b"body", headers={"x-copy-from": "c/o"})
        assert body.status == 400

    run(tmp_path, test)


def test_metadata_that_is_not_latin(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")
        await cloud.put("~/c/o", b"x", headers={"x-object-meta-k": "日本"})
        assert (await cloud.get("~/c/o")).headers["x-object-meta-k"] == "日本"
        assert (await cloud.copy("~/c/o", "c/%C3%A9")).headers["x-object-meta-k"] == "日本"
        assert (await cloud.copy("~/c/%C3%A9", "c/x")).headers["x-copied-from"] == "c/%C3%A9"

    run(tmp_path, test)
