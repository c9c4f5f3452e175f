"""Many objects at once: archives unpacked, lists of names deleted."""

from __future__ import annotations

import bz2
import gzip
import io
import tarfile

from .account import Account
from .registry import objects

JSON = {"Accept": "application/json"}


def archive(*members: tuple[str, bytes | None]) -> bytes:
    """A tar, the same each time; a member without content is a folder."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
            info.size = len(content or b"")
            tar.addfile(info, io.BytesIO(content or b""))
    return made.getvalue()


FILES = archive(("one.txt", b"1"), ("folder", None), ("folder/two.png", b"22"), ("folder/é", b"333"))
IN_CONTAINERS = archive(("box/one.txt", b"1"), ("bag/two.txt", b"22"), ("alone.txt", b"333"))


@objects
def archives_unpacked_into_a_container(a: Account) -> None:
    a.put("box?extract-archive=tar", FILES, headers=JSON)
    a.get("box?format=json")
    a.put("box/prefix?extract-archive=tar.gz", gzip.compress(FILES, mtime=0), headers=JSON)
    a.put("box/slash/?extract-archive=tar.bz2", bz2.compress(FILES), headers=JSON)
    a.get("box")
    a.put("?extract-archive=tar", IN_CONTAINERS, headers=JSON)
    a.get("bag")
    a.get()


@objects
def answers_to_archives_in_other_formats(a: Account) -> None:
    for accept in ("text/plain", "application/xml", "text/xml", "text/html", "*/*"):
        a.put("box?extract-archive=tar", FILES, headers={"Accept": accept})
    a.put("box?extract-archive=tar", b"nonsense", headers={"Accept": "text/plain"})


@objects
def archives_that_are_refused(a: Account) -> None:
    a.put("box?extract-archive=tar", b"nonsense", headers=JSON)
    a.put("box?extract-archive=tar", b"", headers=JSON)
    a.put("box?extract-archive=tar.gz", FILES, headers=JSON)
    a.put("box?extract-archive=zip", FILES, headers=JSON)
    a.put("box?extract-archive=", FILES, headers=JSON)
    a.put("box?extract-archive=tar", archive(("folder", None)), headers=JSON)
    a.put("box?extract-archive=tar", archive(("n" * 1025, b"x"), ("fine", b"x")), headers=JSON)
    a.put(
        "box?extract-archive=tar",
        archive(("../up", b"x"), ("/root", b"x"), ("./here", b"x"), ("a//b", b"x")),
        headers=JSON,
    )
    a.get("box")
    a.put("?extract-archive=tar", archive(("n" * 257 + "/x", b"x")), headers=JSON)
    a.put("box?extract-archive=tar", FILES[:600], headers=JSON)
    a.put("box?extract-archive=tar", FILES, by="other", headers=JSON)
    a.put("box?extract-archive=tar", FILES, by=None, headers=JSON)
    a.put("box?extract-archive=tar", FILES, headers=JSON | {"X-Object-Meta-Colour": "red", "Content-Type": "text/css"})
    a.head("box/one.txt")


@objects
def names_deleted_at_once(a: Account) -> None:
    a.put("box")
    for name in ("one", "two", "three", "with%20space", "%C3%A9", "a/b"):
        a.put(f"box/{name}", b"x")
    a.post("?bulk-delete", b"/box/one\nbox/two\n\nbox/none\n", headers=JSON | {"Content-Type": "text/plain"})
    a.post("?bulk-delete", b"box/with%20space\nbox/%C3%A9\nbox/a%2Fb", headers=JSON | {"Content-Type": "text/plain"})
    a.get("box")
    a.delete("?bulk-delete=1", content=b"box/three\nbox\n", headers=JSON | {"Content-Type": "text/plain"})
    a.get()
    a.post("?bulk-delete", b"box\n", headers=JSON)
    a.put("full")
    a.put("full/x", b"x")
    a.post("?bulk-delete", b"full\n", headers=JSON)
    for accept in ("text/plain", "application/xml", "text/xml", "text/html"):
        a.post("?bulk-delete", b"full\nnone/x\n", headers={"Accept": accept, "Content-Type": "text/plain"})


@objects
def lists_of_names_that_are_refused(a: Account) -> None:
    a.put("box")
    for content in (
        b"",
        b"\n\n",
        b"\xff\xfe",
        b"%FF\n",
        b"n" * 2000,
        b"box/" + b"n" * 1100 + b"\n",
        b"/\n",
        b"//box/x\n",
    ):
        a.post("?bulk-delete", content, headers=JSON | {"Content-Type": "text/plain"})
    a.post("box?bulk-delete", b"box/x\n", headers=JSON | {"Content-Type": "text/plain"})
    a.get("?bulk-delete", headers=JSON)
    a.put("?bulk-delete", b"box/x\n", headers=JSON)
    a.post("?bulk-delete", b"box/x\n", by="other", headers=JSON)
    a.post("?bulk-delete", b"box/x\n", by=None, headers=JSON)
    a.post("?bulk-delete", b"box/x\n", by="reader", headers=JSON)
    a.post("?bulk-delete", b"\n".join(b"box/%d" % n for n in range(10001)), headers=JSON)
