"""Symbolic links to objects."""

from __future__ import annotations

from .account import Account
from .object_basics import with_object
from .registry import objects

ETAG = "7327b5e05e80dff8bc24ee468489fc8e"


@objects
def links(a: Account) -> None:
    path = with_object(a, **{"X-Object-Meta-Colour": "red"})
    a.put(
        "box/link",
        b"",
        headers={"X-Symlink-Target": path, "Content-Type": "application/symlink", "X-Object-Meta-Own": "1"},
    )
    a.get("box/link")
    a.head("box/link")
    a.get("box/link?symlink=get")
    a.head("box/link?symlink=get")
    a.get("box/link", headers={"Range": "bytes=0-3"})
    a.get("box/link", headers={"If-None-Match": ETAG})
    a.get("box?format=json")
    a.get("box?format=json&symlink=get")
    a.post("box/link", headers={"X-Object-Meta-Posted": "1"})
    a.head("box/link?symlink=get")
    a.copy("box/link", "box/copied")
    a.head("box/copied?symlink=get")
    a.copy("box/link?symlink=get", "box/copied-link")
    a.head("box/copied-link?symlink=get")
    a.delete("box/link")
    a.get(path)


@objects
def links_to_one_version(a: Account) -> None:
    path = with_object(a)
    a.put("box/link", b"", headers={"X-Symlink-Target": path, "X-Symlink-Target-Etag": ETAG})
    a.get("box/link")
    a.head("box/link?symlink=get")
    a.get("box?format=json")
    a.put(path, b"changed")
    a.get("box/link")
    a.head("box/link")
    a.put("box/link2", b"", headers={"X-Symlink-Target": path, "X-Symlink-Target-Etag": ETAG})
    a.put("box/link3", b"", headers={"X-Symlink-Target": "box/none", "X-Symlink-Target-Etag": ETAG})
    a.put("box/link4", b"", headers={"X-Symlink-Target-Etag": ETAG})


@objects
def links_that_lead_nowhere(a: Account) -> None:
    a.put("box")
    a.put("box/dangling", b"", headers={"X-Symlink-Target": "box/none"})
    a.get("box/dangling")
    a.head("box/dangling")
    a.put("box/a", b"", headers={"X-Symlink-Target": "box/b"})
    a.put("box/b", b"", headers={"X-Symlink-Target": "box/a"})
    a.get("box/a")
    a.put("box/self", b"", headers={"X-Symlink-Target": "box/self"})
    a.put("box/end", b"end")
    a.put("box/l1", b"", headers={"X-Symlink-Target": "box/end"})
    a.put("box/l2", b"", headers={"X-Symlink-Target": "box/l1"})
    a.put("box/l3", b"", headers={"X-Symlink-Target": "box/l2"})
    for name in ("l1", "l2", "l3"):
        a.get(f"box/{name}")
    a.post("box/dangling", headers={"X-Object-Meta-A": "b"})


@objects
def links_that_are_refused(a: Account) -> None:
    path = with_object(a)
    for target in ("", "box", "/box", "box/", "/box/fox", "box/a b", "box/%C3%A9", "box/fox?x=y"):
        a.put("box/link", b"", headers={"X-Symlink-Target": target})
        a.head("box/link?symlink=get")
    a.put("box/full", b"content", headers={"X-Symlink-Target": path})
    a.post(path, headers={"X-Symlink-Target": "box/other"})
    a.put("box/x", b"", headers={"X-Symlink-Target": path, "X-Symlink-Target-Account": "a/b"})
    a.get("box/fox?symlink=get")
    a.get("box/fox?symlink=nonsense")


@objects
def links_to_another_account(a: Account) -> None:
    other = a.of("other")
    other.put("theirs")
    other.put("theirs/fox", b"theirs")
    a.put("box")
    headers = {"X-Symlink-Target": "theirs/fox", "X-Symlink-Target-Account": other.name}
    a.put("box/link", b"", headers=headers)
    a.get("box/link")
    a.head("box/link?symlink=get")
    other.post("theirs", headers={"X-Container-Read": f"{a.script.project_of('member')}:*"})
    a.get("box/link")
    a.post("box", headers={"X-Container-Read": ".r:*"})
    a.get("box/link", by=None)
