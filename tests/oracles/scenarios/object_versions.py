"""Old versions of objects: kept in another container, two ways, or beside the object."""

from __future__ import annotations

from .account import Account
from .registry import objects


def written(a: Account, path: str, *contents: bytes) -> None:
    """One after the other (recorded); the ids of versions, where there are any, read `{version 1}` and so on."""
    for number, content in enumerate(contents, 1):
        made = a.put(path, content, headers={"Content-Type": "text/plain", "X-Object-Meta-Number": str(number)})
        a.script.known.learn(made.header("X-Object-Version-Id"), f"version {number}")


@objects
def old_versions_come_back(a: Account) -> None:
    a.put("old")
    a.put("box", headers={"X-Versions-Location": "old"})
    a.head("box")
    written(a, "box/fox", b"one", b"two", b"three")
    a.get("old?format=json")
    a.get("box/fox")
    a.post("box/fox", headers={"X-Object-Meta-Posted": "1"})
    a.delete("box/fox")
    a.get("box/fox")
    a.delete("box/fox")
    a.get("box/fox")
    a.delete("box/fox")
    a.get("box/fox")
    a.get("old")
    a.delete("box/fox")


@objects
def old_versions_stay(a: Account) -> None:
    a.put("old")
    a.put("box", headers={"X-History-Location": "old"})
    a.head("box")
    written(a, "box/fox", b"one", b"two")
    a.delete("box/fox")
    a.get("box/fox")
    a.get("old?format=json")
    a.delete("box/fox")
    written(a, "box/fox", b"three")
    a.get("old?format=json")


@objects
def where_old_versions_go(a: Account) -> None:
    a.put("box", headers={"X-Versions-Location": "old"})
    a.head("box")
    written(a, "box/fox", b"one", b"two")
    a.get("box/fox")
    for value in ("old/x", "%6Fld", "box", "", "%00"):
        a.post("box", headers={"X-Versions-Location": value})
        a.head("box")
    a.post("box", headers={"X-Versions-Location": "old", "X-History-Location": "old"})
    a.post("box", headers={"X-Versions-Location": "old", "X-Versions-Mode": "history"})
    a.post("box", headers={"X-History-Location": "old"})
    a.head("box")
    a.post("box", headers={"X-Remove-Versions-Location": "x"})
    a.head("box")
    a.post("box", headers={"X-Versions-Location": "old"}, by="other")


@objects
def versions_beside_the_object(a: Account) -> None:
    a.put("box", headers={"X-Versions-Enabled": "true"})
    a.head("box")
    versions = []
    for number, content in enumerate((b"one", b"two"), 1):
        made = a.put("box/fox", content, headers={"Content-Type": "text/plain", "X-Object-Meta-Number": str(number)})
        versions.append(made.header("X-Object-Version-Id"))
        a.script.known.learn(versions[-1], f"version {number}")
    a.get("box/fox")
    a.head("box/fox")
    a.get("box")
    a.get("box?versions")
    a.get("box?versions&format=json")
    a.head("box")
    for version in versions:
        a.get(f"box/fox?version-id={version}")
        a.head(f"box/fox?version-id={version}")
    a.script.known.learn(a.delete("box/fox").header("X-Object-Version-Id"), "mark of deletion")
    a.get("box/fox")
    a.get("box")
    a.get("box?versions&format=json")
    a.get("box?versions&format=json&limit=1")
    a.get(f"box?versions&format=json&marker=fox&version_marker={versions[1]}")
    a.put(f"box/fox?version-id={versions[0]}")
    a.get("box/fox")
    a.delete(f"box/fox?version-id={versions[0]}")
    a.get("box/fox")
    a.get("box?versions&format=json")
    a.delete("box")
    a.delete(f"box/fox?version-id={versions[1]}")
    a.get("box?versions&format=xml")


@objects
def versions_of_what_was_there_before(a: Account) -> None:
    a.put("box")
    a.put("box/fox", b"before")
    a.get("box?versions&format=json")
    a.get("box/fox?version-id=null")
    a.post("box", headers={"X-Versions-Enabled": "true"})
    a.get("box?versions&format=json")
    a.get("box/fox?version-id=null")
    made = a.put("box/fox", b"after")
    a.script.known.learn(made.header("X-Object-Version-Id"), "version 1")
    a.get("box?versions&format=json")
    a.get("box/fox?version-id=null")
    a.post("box", headers={"X-Versions-Enabled": "false"})
    a.head("box")
    a.put("box/fox", b"unversioned")
    a.get("box?versions&format=json")
    a.delete("box/fox")
    a.get("box?versions&format=json")
    a.get("box")
    a.delete("box")


@objects
def versions_that_are_refused(a: Account) -> None:
    a.put("box", headers={"X-Versions-Enabled": "true"})
    written(a, "box/fox", b"one")
    for version in ("nonsense", "", "0", "1234567890.12345", "null"):
        a.get(f"box/fox?version-id={version}")
    a.get("box/fox?version-id=1234567890.12345", by="other")
    a.post("box/fox?version-id=1234567890.12345", headers={"X-Object-Meta-A": "b"})
    a.post("box", headers={"X-Versions-Location": "old"})
    a.post("box", headers={"X-Versions-Enabled": "nonsense"})
    a.head("box")
    a.put("other", headers={"X-Versions-Location": "old"})
    a.post("other", headers={"X-Versions-Enabled": "true"})
    a.head("other")
    a.post("box/fox", headers={"X-Object-Meta-Posted": "1"})
    a.get("box?versions&format=json")
    a.head("box/fox")
    a.copy("box/fox", "box/copied")
    a.get("box?versions&delimiter=/&prefix=f&format=json")
    a.get("box?versions&reverse=true&format=json")
