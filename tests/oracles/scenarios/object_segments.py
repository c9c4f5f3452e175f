"""Large objects: static ones by a list of segments, dynamic ones by a prefix."""

from __future__ import annotations

import json
from typing import Any

from .account import Account
from .registry import objects


def with_segments(a: Account) -> None:
    """Containers `box` and `parts`, with three segments (recorded)."""
    a.put("box")
    a.put("parts")
    for name, content in (("a", b"aaaaaaaaaa"), ("b", b"bbbbb"), ("c", b"ccc")):
        a.put(f"parts/{name}", content)


def manifest(*segments: dict[str, Any]) -> bytes:
    return json.dumps(segments).encode()


WHOLE = manifest({"path": "/parts/a"}, {"path": "parts/b", "size_bytes": 5}, {"path": "/parts/c", "etag": None})


@objects
def static_large_objects(a: Account) -> None:
    with_segments(a)
    a.put(
        "box/large?multipart-manifest=put",
        WHOLE,
        headers={"Content-Type": "text/x-large", "X-Object-Meta-Colour": "red"},
    )
    a.head("box/large")
    a.get("box/large")
    a.get("box/large?multipart-manifest=get")
    a.get("box/large?multipart-manifest=get&format=raw")
    a.head("box/large?multipart-manifest=get")
    a.get("box?format=json")
    a.post("box/large", headers={"X-Object-Meta-Shape": "round"})
    a.head("box/large")
    a.delete("box/large")
    a.get("parts")


@objects
def parts_of_static_large_objects(a: Account) -> None:
    with_segments(a)
    a.put("box/large?multipart-manifest=put", WHOLE)
    for spec in ("0-3", "8-12", "14-17", "-4", "15-", "0-", "100-", "0-1,9-11", "0-1,100-"):
        a.get("box/large", headers={"Range": f"bytes={spec}"})
    etag = a.head("box/large").header("ETag")
    for headers in ({"If-None-Match": etag}, {"If-Match": etag}, {"If-Match": "0" * 32}, {"If-None-Match": "0" * 32}):
        a.get("box/large", headers=headers)


@objects
def segments_in_part_and_within(a: Account) -> None:
    with_segments(a)
    parts = manifest(
        {"path": "/parts/a", "range": "2-4"}, {"path": "/parts/b", "range": "-2"}, {"path": "/parts/c", "range": "1-"}
    )
    a.put("box/ranged?multipart-manifest=put", parts)
    a.get("box/ranged")
    a.get("box/ranged", headers={"Range": "bytes=2-5"})
    a.get("box/ranged?multipart-manifest=get")
    a.put("box/outer?multipart-manifest=put", manifest({"path": "/box/ranged"}, {"path": "/parts/a"}))
    a.get("box/outer")
    a.get("box/outer?multipart-manifest=get")
    a.get("box/outer", headers={"Range": "bytes=4-8"})
    inline = manifest({"data": "aGVsbG8="}, {"path": "/parts/a"}, {"data": "d29ybGQ="})
    a.put("box/inline?multipart-manifest=put", inline)
    a.get("box/inline")
    a.get("box/inline?multipart-manifest=get")
    a.head("box/inline")


@objects
def manifests_that_are_refused(a: Account) -> None:
    with_segments(a)
    a.put("parts/empty", b"")
    cases: list[bytes] = [b"", b"nonsense", b"{}", b"[]", b'["a"]', b"[{}]", b"[null]"]
    cases += [
        manifest({"path": path}) for path in ("/parts/none", "/none/a", "a", "/parts", "", "/parts/empty", "//parts/a")
    ]
    cases += [
        manifest({"path": "/parts/a", "etag": "0" * 32}),
        manifest({"path": "/parts/a", "size_bytes": 3}),
        manifest({"path": "/parts/a", "size_bytes": "x"}),
        manifest({"path": "/parts/a", "nonsense": 1}),
        manifest({"path": "/parts/a", "range": "20-30"}),
        manifest({"path": "/parts/a", "range": "0-1,3-4"}),
        manifest({"path": "/parts/a", "range": "x"}),
        manifest({"path": "/parts/a", "data": "eA=="}),
        manifest({"data": "eA=="}),
        manifest({"data": "not base64"}),
        manifest({"path": "/parts/none"}, {"path": "/parts/a", "size_bytes": 1}),
        manifest(*[{"path": "/parts/a"}] * 1001),
    ]
    for content in cases:
        a.put("box/large?multipart-manifest=put", content)
    a.put("box/large?multipart-manifest=put", WHOLE, headers={"ETag": "0" * 32})
    a.put("none/large?multipart-manifest=put", WHOLE)
    a.put("box/large?multipart-manifest=put", manifest({"path": "/parts/none"}), headers={"Accept": "application/json"})
    a.head("box/large")
    a.put("box/itself", b"x")
    a.put("box/itself?multipart-manifest=put", manifest({"path": "/box/itself"}))


@objects
def static_large_objects_removed_with_their_segments(a: Account) -> None:
    with_segments(a)
    a.put("box/large?multipart-manifest=put", WHOLE)
    a.delete("box/large?multipart-manifest=delete", headers={"Accept": "application/json"})
    a.get("parts")
    a.head("box/large")
    with_segments(a)
    a.put("box/large?multipart-manifest=put", WHOLE)
    a.delete("parts/b")
    a.get("box/large?multipart-manifest=get")
    a.delete("box/large?multipart-manifest=delete")
    a.put("box/plain", b"x")
    a.delete("box/plain?multipart-manifest=delete", headers={"Accept": "application/json"})
    a.delete("box/none?multipart-manifest=delete", headers={"Accept": "application/json"})
    a.get("parts")


@objects
def static_large_objects_copied(a: Account) -> None:
    with_segments(a)
    a.put("box/large?multipart-manifest=put", WHOLE)
    a.copy("box/large", "box/plain")
    a.head("box/plain")
    a.get("box/plain")
    a.copy("box/large?multipart-manifest=get", "box/manifest")
    a.head("box/manifest")
    a.get("box/manifest")
    a.get("box/plain?multipart-manifest=get")
    a.put("box/large", b"plain again")
    a.head("box/large")


def with_slices(a: Account) -> None:
    """The same, named for a prefix (recorded)."""
    a.put("box")
    a.put("parts")
    for name, content in (("1", b"aaaaaaaaaa"), ("2", b"bbbbb"), ("3", b"ccc"), ("", b"")):
        a.put(f"parts/s/{name}", content)


@objects
def dynamic_large_objects(a: Account) -> None:
    with_slices(a)
    a.put(
        "box/large",
        b"",
        headers={"X-Object-Manifest": "parts/s/", "Content-Type": "text/x-large", "X-Object-Meta-Colour": "red"},
    )
    a.head("box/large")
    a.get("box/large")
    a.get("box/large?multipart-manifest=get")
    a.head("box/large?multipart-manifest=get")
    for spec in ("0-3", "8-12", "-4", "100-", "0-1,9-11"):
        a.get("box/large", headers={"Range": f"bytes={spec}"})
    a.put("parts/s/4", b"dd")
    a.get("box/large")
    a.get("box?format=json")
    a.copy("box/large", "box/copied")
    a.head("box/copied")
    a.post("box/large", headers={"X-Object-Meta-Shape": "round"})
    a.head("box/large")
    a.get("box/large")
    a.delete("box/large")
    a.get("parts")


@objects
def dynamic_manifests_of_all_kinds(a: Account) -> None:
    with_segments(a)
    for value in (
        "parts/",
        "parts/a",
        "parts/none",
        "none/x",
        "parts",
        "/parts/a",
        "",
        "parts/%61",
        "parts/a?x=y",
        "%70arts/a",
    ):
        a.put("box/large", b"own content", headers={"X-Object-Manifest": value})
        a.get("box/large")
    etag = a.head("box/large").header("ETag")
    a.get("box/large", headers={"If-None-Match": etag})
    a.get("box/large", headers={"If-Match": "0" * 32})
