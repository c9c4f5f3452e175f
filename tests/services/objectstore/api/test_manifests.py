"""Static large objects, as a real Swift (2.38) answers."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.services.objectstore.cloud import Answer, ObjectCloud, run

A, B = b"a" * 10, b"b" * 20
WHOLE = A + b"bbbbb" + b"hello"


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


async def put_slo(cloud: ObjectCloud, path: str, segments: list[Any], **options: Any) -> Answer:
    return await cloud.ask("PUT", f"{path}?multipart-manifest=put", json.dumps(segments).encode(), **options)


async def make(cloud: ObjectCloud) -> Answer:
    """~/c/big of 20 bytes: an object, a range of another, and inline data."""
    for name in ("c", "d"):
        await cloud.put(f"~/{name}")
    await cloud.put("~/c/a", A, headers={"content-type": "text/plain"})
    await cloud.put("~/c/b", B)
    await cloud.put("~/c/empty")
    segments = [
        {"path": "/c/a", "etag": md5(A), "size_bytes": 10},
        {"path": "c/b", "range": "5-9"},
        {"data": "aGVsbG8="},
    ]
    return await put_slo(cloud, "~/c/big", segments, headers={"content-type": "text/x", "x-object-meta-k": "v"})


ETAG = md5(f"{md5(A)}{md5(B)}:5-9;{md5(b'hello')}".encode())


def test_it_is_read_as_one(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        made = await make(cloud)
        assert (made.status, made.headers["etag"]) == (201, f'"{ETAG}"')
        got = await cloud.get("~/c/big")
        assert (got.status, got.body) == (200, WHOLE)
        assert got.headers["content-length"] == "20"
        assert got.headers["content-type"] == "text/x"
        assert got.headers["x-static-large-object"] == "True"
        assert got.headers["x-object-meta-k"] == "v"
        assert got.headers["etag"] == f'"{ETAG}"'
        head = await cloud.head("~/c/big")
        assert {**head.headers, "x-trans-id": 0} == {**head.headers, **got.headers, "x-trans-id": 0} | {
            "x-openstack-request-id": head.headers["x-openstack-request-id"]
        }
        assert head.body == b""

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("bytes=8-12", 206, WHOLE[8:13]),
        ("bytes=-5", 206, b"hello"),
        ("bytes=15-", 206, b"hello"),
        ("bytes=0-99", 206, WHOLE),
        ("bytes=12-3", 200, WHOLE),
    ],
)
def test_ranges_cross_segments(tmp_path: Path, asked: str, status: int, body: bytes) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        got = await cloud.get("~/c/big", headers={"range": asked})
        assert (got.status, got.body) == (status, body)
        assert got.headers["content-length"] == str(len(body))

    run(tmp_path, test)


def test_several_ranges(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        got = await cloud.get("~/c/big", headers={"range": "bytes=0-1,12-16"})
        boundary = got.headers["content-type"].removeprefix("multipart/byteranges;boundary=")
        part = "--{}\r\nContent-Type: text/x\r\nContent-Range: bytes {}/20\r\n\r\n{}\r\n"
        parts = part.format(boundary, "0-1", "aa") + part.format(boundary, "12-16", "bbbhe")
        assert (got.status, got.text) == (206, f"{parts}--{boundary}--")
        assert got.headers["content-length"] == str(len(got.body))

    run(tmp_path, test)


def test_a_range_outside_says_how_long_it_is(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        got = await cloud.get("~/c/big", headers={"range": "bytes=99-"})
        assert (got.status, got.headers["content-range"], got.headers["etag"]) == (416, "bytes */20", f'"{ETAG}"')

    run(tmp_path, test)


def test_conditions_are_about_the_whole(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        assert (await cloud.get("~/c/big", headers={"if-none-match": f'"{ETAG}"'})).status == 304
        assert (await cloud.get("~/c/big", headers={"if-match": "other"})).status == 412

    run(tmp_path, test)


def test_the_manifest_itself(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        kept = await cloud.get("~/c/big?multipart-manifest=get")
        assert kept.headers["content-type"] == "application/json; charset=utf-8"
        assert kept.headers["x-static-large-object"] == "True"
        assert kept.headers["etag"] == md5(kept.body) == (await cloud.head("~/c/big")).headers["x-manifest-etag"]
        first, second, third = kept.json()
        assert {k: v for k, v in first.items() if k != "last_modified"} == {
            "name": "/c/a",
            "bytes": 10,
            "hash": md5(A),
            "content_type": "text/plain",
        }
        assert (second["range"], second["bytes"], third) == ("5-9", 20, {"data": "aGVsbG8="})
        raw = await cloud.get("~/c/big?multipart-manifest=get&format=raw")
        assert (raw.headers["content-type"], raw.headers["etag"]) == ("text/x", md5(raw.body))
        assert raw.json() == [
            {"path": "/c/a", "etag": md5(A), "size_bytes": 10},
            {"path": "/c/b", "etag": md5(B), "size_bytes": 20, "range": "5-9"},
            {"data": "aGVsbG8="},
        ]
        again = await cloud.ask("PUT", "~/d/again?multipart-manifest=put", raw.body)
        assert again.headers["etag"] == f'"{ETAG}"'

    run(tmp_path, test)


def test_lists_say_the_size_of_the_whole(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        [entry] = (await cloud.get("~/c?format=json&prefix=big")).json()
        manifest = await cloud.get("~/c/big?multipart-manifest=get")
        assert (entry["bytes"], entry["slo_etag"], entry["hash"]) == (20, f'"{ETAG}"', md5(manifest.body))
        assert b"slo_etag" not in (await cloud.get("~/c?format=xml&prefix=big")).body
        used = int((await cloud.head("~/c")).headers["x-container-bytes-used"])
        assert used == len(A + B) + len(manifest.body)

    run(tmp_path, test)


def test_post_keeps_the_manifest(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        assert (await cloud.post("~/c/big", headers={"x-object-meta-z": "1"})).status == 202
        got = await cloud.get("~/c/big")
        assert (got.body, got.headers["x-object-meta-z"]) == (WHOLE, "1")
        assert "x-object-meta-k" not in got.headers

    run(tmp_path, test)


def test_manifests_may_name_manifests(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        made = await put_slo(cloud, "~/d/nest", [{"path": "c/big"}, {"path": "c/big", "range": "9-11"}])
        assert made.headers["etag"] == f'"{md5(f"{ETAG}{ETAG}:9-11;".encode())}"'
        assert (await cloud.get("~/d/nest")).body == WHOLE + WHOLE[9:12]
        assert (await cloud.get("~/d/nest", headers={"range": "bytes=14-21"})).body == (WHOLE + WHOLE[9:12])[14:22]
        [segment, _] = (await cloud.get("~/d/nest?multipart-manifest=get")).json()
        assert (segment["sub_slo"], segment["bytes"], segment["hash"]) == (True, 20, ETAG)

    run(tmp_path, test)


def test_segments_may_be_links(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await cloud.put("~/d/link", headers={"x-symlink-target": "c/a"})
        await cloud.put("~/d/links", headers={"x-symlink-target": "d/link"})
        made = await put_slo(cloud, "~/d/slo", [{"path": "d/links", "etag": md5(A), "size_bytes": 10}])
        assert (made.status, (await cloud.get("~/d/slo")).body) == (201, A)
        await cloud.put("~/d/link", headers={"x-symlink-target": "c/b"})
        assert (await cloud.get("~/d/slo")).status == 409

    run(tmp_path, test)


def test_manifests_that_name_each_other_end(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await put_slo(cloud, "~/d/one", [{"path": "c/a"}])
        await put_slo(cloud, "~/d/two", [{"path": "d/one"}])
        await put_slo(cloud, "~/d/one", [{"path": "d/two"}])
        assert (await cloud.get("~/d/one")).status == 409
        gone = await cloud.delete("~/d/one?multipart-manifest=delete")
        assert gone.status == 400
        assert (await cloud.get("~/c/a")).body == A

    run(tmp_path, test)


def test_too_deep_a_nest_is_not_followed(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        last = "c/big"
        for depth in range(1, 11):
            await put_slo(cloud, f"~/d/{depth}", [{"path": last}])
            last = f"d/{depth}"
        assert (await cloud.get("~/d/9")).body == WHOLE
        assert (await cloud.get("~/d/10")).status == 409

    run(tmp_path, test)


def test_a_segment_that_changed_is_not_given_out(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await cloud.put("~/c/a", b"x" * 10)
        assert (await cloud.get("~/c/big")).status == 409
        assert (await cloud.get("~/c/big", headers={"range": "bytes=0-0,15-16"})).status == 409
        assert (await cloud.get("~/c/big", headers={"range": "bytes=12-13"})).body == b"bb"
        assert (await cloud.head("~/c/big")).status == 200
        await cloud.delete("~/c/b")
        assert (await cloud.get("~/c/big", headers={"range": "bytes=12-13"})).status == 409
        assert (await cloud.get("~/c/big", headers={"range": "bytes=15-"})).body == b"hello"

    run(tmp_path, test)


def test_the_connection_is_cut_when_a_later_segment_changed(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await cloud.put("~/c/b", b"other")
        with pytest.raises(Exception, match="changed or is gone"):
            await cloud.get("~/c/big")

    run(tmp_path, test)


def test_segments_need_a_right_of_their_own(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await put_slo(cloud, "~/d/big", [{"path": "c/a"}])
        await cloud.post("~/d", headers={"x-container-read": ".r:*"})
        assert (await cloud.head("~/d/big", by=None)).status == 200
        assert (await cloud.get("~/d/big", by=None)).status == 409
        await cloud.post("~/c", headers={"x-container-read": ".r:*"})
        assert (await cloud.get("~/d/big", by=None)).body == A
        await cloud.post("~/d", headers={"x-container-write": "theirs:*"})
        await cloud.post("~/c", headers={"x-remove-container-read": "x"})
        refused = await put_slo(cloud, "~/d/theirs", [{"path": "c/a"}], by="other")
        assert (refused.status, refused.text) == (400, "Errors:\nc/a, 403 Forbidden\n")

    run(tmp_path, test)


PAGE = "<html><h1>Bad Request</h1><p>{}</p></html>"
WRONG = [
    (b"", PAGE.format("Manifest must be valid JSON.")),
    (b"[" * 100_000, PAGE.format("Manifest must be valid JSON.")),
    (b"{}", PAGE.format("Manifest must be a list.")),
    (b"null", PAGE.format("Manifest must be a list.")),
    (b'[1, "x"]', "Index 0: not a JSON object\nIndex 1: not a JSON object"),
    (b'[{"path":"/c/a","x":1}]', 'Index 0: extraneous keys "x"'),
    (b'[{"path":3}]', 'Index 0: "path" must be a string'),
    (b'[{"path":"c"}]', "Index 0: path does not refer to an object. Path must be of the form /container/object."),
    (b'[{"path":"/c/a","etag":1}]', 'Index 0: "etag" must be a string or null (if provided)'),
    (b'[{"path":"/c/a","size_bytes":"x"}]', "Index 0: invalid size_bytes"),
    (b'[{"path":"/c/a","size_bytes":1e400}]', PAGE.format("Manifest must be valid JSON.")),
    (b'[{"path":"/c/a","size_bytes":0},{"path":"/c/b"}]', "Index 0: too small; each segment must be at least 1 byte."),
    (b'[{"path":"d/bad"}]', "Index 0: manifest must not include itself as a segment"),
    (b'[{"path":"/c/a","range":"x"}]', "Index 0: invalid range"),
    (b'[{"path":"/c/a","range":5}]', "Index 0: invalid range"),
    (b'[{"path":"/c/a","range":"0-1,2-3"}]', "Index 0: multiple ranges (only one allowed)"),
    (b'[{"path":"/c/a","range":"20-30","size_bytes":10}]', "Index 0: unsatisfiable range"),
    (b'[{"data":"!"},{"path":"/c/a"}]', "Index 0: data must be valid base64"),
    (b'[{"data":""},{"path":"/c/a"}]', "Index 0: too small; each segment must be at least 1 byte."),
    (b'[{"data":"YQ=="}]', "Inline data segments require at least one object-backed segment."),
    (b'[{"path":"/c/a","range":"20-30"}]', "Errors:\n/c/a, Unsatisfiable Range"),
    (
        b'[{"path":"/c/none"},{"path":"/c/a","etag":"x","size_bytes":3}]',
        "Errors:\n/c/none, 404 Not Found\n/c/a, Size Mismatch\n/c/a, Etag Mismatch",
    ),
    (
        b'[{"path":"/c/empty"},{"path":"/c/a"}]',
        "Errors:\n/c/empty, Too small; each segment must be at least 1 byte.",
    ),
    (b'[{"path":"//c//a"}]', "Errors:\n//c//a, 404 Not Found"),
    (b'[{"path":"/c/\\u0000"}]', "Errors:\n/c/%00, 412 Precondition Failed"),
]


def test_what_is_wrong_with_a_manifest_is_said(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        for body, said in WRONG:
            answer = await cloud.ask("PUT", "~/d/bad?multipart-manifest=put", body)
            assert (answer.status, answer.text) == (400, said if said.startswith("<") else f"{said}\n"), body[:50]
        assert (await cloud.get("~/d/bad")).status == 404

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        ("application/json", '{"Errors":[["/c/none","404 Not Found"]]}'),
        (
            "application/xml",
            "<upload>\n<errors>\n<object><name>/c/none</name><status>404 Not Found</status></object>\n"
            "</errors>\n</upload>\n",
        ),
    ],
)
def test_what_is_wrong_is_said_as_the_client_wants_it(tmp_path: Path, accept: str, body: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        answer = await put_slo(cloud, "~/d/bad", [{"path": "/c/none"}], headers={"accept": accept})
        assert (answer.status, answer.headers["content-type"], answer.text) == (400, accept, body)

    run(tmp_path, test)


def test_what_is_let_pass(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        segments: list[tuple[list[Any], bytes]] = [
            ([], b""),
            ([{"path": "/c/a"}, {"path": "/c/empty"}], A),
            ([{"path": "/c/a", "size_bytes": "10"}], A),
            ([{"path": "/c/a", "size_bytes": None, "etag": None, "range": ""}], A),
            ([{"path": "/c/a", "range": "-3"}], A[-3:]),
            ([{"path": "/c/a", "range": "0-9"}], A),
        ]
        for listed, body in segments:
            assert (await put_slo(cloud, "~/d/good", listed)).status == 201
            got = await cloud.get("~/d/good")
            assert (got.status, got.body) == (200, body)
        assert "range" not in (await cloud.get("~/d/good?multipart-manifest=get")).json()[0]

    run(tmp_path, test)


def test_limits(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        assert (await put_slo(cloud, "~/d/most", [{"path": "c/a"}] * 1000)).status == 201
        assert (await cloud.get("~/d/most")).body == A * 1000
        assert (await put_slo(cloud, "~/d/more", [{"path": "c/a"}] * 1001)).status == 413
        long = json.dumps([{"path": "c/a"}]).encode() + b" " * (2 << 20)
        assert (await cloud.ask("PUT", "~/d/long?multipart-manifest=put", long)).status == 413
        assert (await cloud.get("~/d/more")).status == 404

    run(tmp_path, test)


def test_entity_tags_that_are_sent_are_checked(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        assert (await put_slo(cloud, "~/d/x", [{"path": "c/a"}], headers={"etag": "other"})).status == 422
        right = f'"{md5(md5(A).encode())}"'
        assert (await put_slo(cloud, "~/d/x", [{"path": "c/a"}], headers={"etag": right})).status == 201

    run(tmp_path, test)


def test_nobody_says_by_a_header_that_it_is_one(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        assert (await cloud.ask("PUT", "~/d/x", headers={"x-static-large-object": "true"})).status == 400
        assert (await put_slo(cloud, "~/none/x", [{"path": "c/a"}])).status == 404
        assert (await put_slo(cloud, "~/d/x", [{"path": "c/a"}], headers={"x-copy-from": "c/big"})).status == 405
        assert (await put_slo(cloud, "~/d/x", [{"path": "c/a"}], by="other")).status == 403

    run(tmp_path, test)


def test_copies(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        copied = await cloud.copy("~/c/big", "d/copy")
        assert (copied.status, copied.headers["etag"]) == (201, md5(WHOLE))
        assert copied.headers["x-copied-from"] == "c/big"
        whole = await cloud.get("~/d/copy")
        assert (whole.body, whole.headers["etag"], whole.headers["x-object-meta-k"]) == (WHOLE, md5(WHOLE), "v")
        assert "x-static-large-object" not in whole.headers
        assert (await cloud.copy("~/c/big", "d/part", headers={"range": "bytes=8-12"})).status == 201
        assert (await cloud.get("~/d/part")).body == WHOLE[8:13]
        manifest = await cloud.copy("~/c/big?multipart-manifest=get", "d/manifest")
        assert (manifest.status, manifest.headers["etag"]) == (201, f'"{ETAG}"')
        head = await cloud.head("~/d/manifest")
        assert (head.headers["x-static-large-object"], head.headers["content-type"]) == ("True", "text/x")
        put = await cloud.put("~/d/put", headers={"x-copy-from": "/c/big"})
        assert put.headers["etag"] == md5(WHOLE)
        await cloud.delete("~/c/a")
        assert (await cloud.copy("~/c/big", "d/gone")).status == 409
        assert (await cloud.copy("~/c/big?multipart-manifest=get", "d/gone")).status == 400
        assert (await cloud.get("~/d/gone")).status == 404

    run(tmp_path, test)


def test_removal_of_everything(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await put_slo(cloud, "~/d/nest", [{"path": "c/big"}, {"path": "c/empty"}])
        gone = await cloud.delete("~/d/nest?multipart-manifest=delete", headers={"accept": "application/json"})
        assert gone.json() == {
            "Number Deleted": 5,
            "Number Not Found": 0,
            "Response Status": "200 OK",
            "Response Body": "",
            "Errors": [],
        }
        assert await cloud.names("~/c") == await cloud.names("~/d") == []
        missing = await cloud.delete("~/d/nest?multipart-manifest=delete")
        assert missing.text == (
            "Number Deleted: 0\nNumber Not Found: 1\nResponse Body: \nResponse Status: 200 OK\nErrors:\n"
        )
        await cloud.put("~/d/plain", b"x")
        refused = await cloud.delete("~/d/plain?multipart-manifest=delete")
        assert (refused.status, refused.text.splitlines()[-3:]) == (
            200,
            ["Response Status: 400 Bad Request", "Errors:", "/d/plain, Not an SLO manifest"],
        )
        assert (await cloud.get("~/d/plain")).body == b"x"

    run(tmp_path, test)
