"""Copies of objects: by COPY and by X-Copy-From, with which metadata, from and to where."""

from __future__ import annotations

from .account import Account
from .object_basics import with_object
from .registry import objects


def source(a: Account) -> str:
    """An object with metadata (recorded)."""
    return with_object(
        a, **{"X-Object-Meta-Colour": "red", "X-Object-Meta-Shape": "round", "Content-Disposition": "inline"}
    )


@objects
def copies(a: Account) -> None:
    path = source(a)
    a.put("other")
    a.copy(path, "other/copied")
    a.get("other/copied")
    a.copy(path, "/box/beside")
    a.head("box/beside")
    a.put("other/pulled", headers={"X-Copy-From": "/" + path})
    a.get("other/pulled")
    a.put("other/pulled2", headers={"X-Copy-From": path, "Content-Length": "0"})
    a.copy(path, path)
    a.head(path)


@objects
def metadata_of_copies(a: Account) -> None:
    path = source(a)
    new = {"X-Object-Meta-Colour": "blue", "X-Object-Meta-Size": "1"}
    a.copy(path, "box/merged", headers=new)
    a.head("box/merged")
    a.copy(path, "box/fresh", headers=new | {"X-Fresh-Metadata": "true"})
    a.head("box/fresh")
    a.copy(path, "box/typed", headers={"Content-Type": "image/png"})
    a.head("box/typed")
    a.put("box/fresh2", headers=new | {"X-Copy-From": path, "X-Fresh-Metadata": "true", "Content-Type": "image/png"})
    a.head("box/fresh2")
    a.put(
        "box/merged2", headers={"X-Copy-From": path, "Content-Encoding": "x-odd", "Content-Disposition": "attachment"}
    )
    a.head("box/merged2")
    a.copy(path, path, headers={"X-Fresh-Metadata": "true"})
    a.head(path)


@objects
def copies_of_what_is_not_there(a: Account) -> None:
    path = source(a)
    a.copy("box/none", "box/copied")
    a.copy("none/none", "box/copied")
    a.copy(path, "none/copied")
    a.put("box/copied", headers={"X-Copy-From": "box/none"})
    a.put("box/copied", headers={"X-Copy-From": "none/none"})
    a.put("none/copied", headers={"X-Copy-From": path})


@objects
def copies_that_are_refused(a: Account) -> None:
    path = source(a)
    a.send("COPY", path)
    for to in ("box", "/box", "/box/", "", "/", "//box/x", "box//x"):
        a.copy(path, to)
    for of in ("box", "/box", "/box/", "/"):
        a.put("box/copied", headers={"X-Copy-From": of})
    a.put("box/copied", b"content", headers={"X-Copy-From": path})
    a.copy("box", "box/copied")
    a.copy(path, "box/copied", headers={"If-Match": "0" * 32})
    a.put("box/copied", headers={"X-Copy-From": path, "X-Copy-From-If-Match": "0" * 32})
    a.put("box/copied", headers={"X-Copy-From": path, "If-None-Match": "*"})
    a.put("box/copied", headers={"X-Copy-From": path, "If-None-Match": "*"})
    a.put("box/copied", headers={"X-Copy-From": path, "ETag": "0" * 32})


@objects
def copies_of_parts(a: Account) -> None:
    path = source(a)
    a.put("box/part", headers={"X-Copy-From": path, "Range": "bytes=4-8"})
    a.get("box/part")
    a.copy(path, "box/part2", headers={"Range": "bytes=-4"})
    a.get("box/part2")
    a.put("box/part3", headers={"X-Copy-From": path, "Range": "bytes=100-"})


@objects
def copies_with_odd_names(a: Account) -> None:
    a.put("box%20%C3%A9")
    a.put("box%20%C3%A9/na%25me%20%E6%97%A5", b"x")
    a.put("box")
    a.put("box/copied", headers={"X-Copy-From": "/box%20%C3%A9/na%25me%20%E6%97%A5"})
    a.copy("box/copied", "box%20%C3%A9/%C3%A9/a%2Fb")
    a.get("box%20%C3%A9")
    a.copy("box/copied", "box/with space?query")
    a.get("box")


@objects
def copies_between_accounts(a: Account) -> None:
    path = source(a)
    other = a.of("other")
    other.put("theirs")
    a.copy(path, "theirs/copied", headers={"Destination-Account": other.name})
    other.put("theirs", headers={"X-Container-Write": f"{a.script.project_of('member')}:*"})
    a.copy(path, "theirs/copied", headers={"Destination-Account": other.name})
    other.get("theirs/copied")
    other.put("theirs/pulled", headers={"X-Copy-From": path, "X-Copy-From-Account": a.name})
    a.post("box", headers={"X-Container-Read": f"{a.script.project_of('other')}:*"})
    other.put("theirs/pulled", headers={"X-Copy-From": path, "X-Copy-From-Account": a.name})
    other.get("theirs/pulled")
    a.copy(path, "theirs/copied", headers={"Destination-Account": "a/b"})
    a.copy(path, "theirs/copied", headers={"Destination-Account": ""})
