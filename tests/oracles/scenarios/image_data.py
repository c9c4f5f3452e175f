"""Image data: upload, download, ranges, checks on size and format, states."""

from __future__ import annotations

from ..script import Script
from .content import RAW, in_pieces, qcow2
from .images import an_image, change, op
from .registry import image


@image
def upload_and_download(s: Script) -> None:
    path = an_image(s, "data")
    s.put(f"{path}/file", content=RAW)
    s.get(path)
    s.get(f"{path}/file")
    s.head(f"{path}/file")
    s.put(f"{path}/file", content=RAW)
    s.get(f"{path}/file", by="other")
    change(s, path, op("replace", "/disk_format", value="qcow2"))
    change(s, path, op("replace", "/container_format", value="ovf"))
    s.delete(path)
    s.get(f"{path}/file")


@image
def upload_in_pieces(s: Script) -> None:
    path = an_image(s, "pieces")
    s.put(f"{path}/file", content=in_pieces(RAW))
    s.get(path)


@image
def upload_of_nothing(s: Script) -> None:
    path = an_image(s, "empty")
    s.put(f"{path}/file", content=b"")
    s.get(path)
    s.get(f"{path}/file")


@image
def upload_of_a_qcow2(s: Script) -> None:
    path = an_image(s, "qcow2", disk_format="qcow2")
    s.put(f"{path}/file", content=qcow2())
    s.get(path)


@image
def uploads_refused(s: Script) -> None:
    path = an_image(s, "picky")
    s.put(f"{path}/file", content=RAW, headers={"Content-Type": "text/plain"})
    s.put(f"{path}/file", content=RAW, headers={"Content-Type": "application/json"})
    s.get(path)
    s.put(f"{path}/file", content=RAW, by="other")
    s.put(f"{path}/file", content=RAW, by=None)
    s.put("/v2/images/6f1e2a0c-64d5-4f0c-8d2b-000000000000/file", content=RAW)
    s.post(f"{path}/file", {})
    unformatted = "/v2/images/" + s.post("/v2/images", {"name": s.name("formless")}, keep="formless=id").pick("id")
    s.put(f"{unformatted}/file", content=RAW)
    s.get(unformatted)


@image
def uploads_of_the_wrong_format(s: Script) -> None:
    for label, disk_format, content in (
        ("garbage-as-qcow2", "qcow2", RAW),
        ("qcow2-as-raw", "raw", qcow2()),
        ("backing-file", "qcow2", qcow2(backing=b"/etc/passwd")),
        ("short-qcow2", "qcow2", qcow2()[:80]),
        ("raw-as-iso", "iso", RAW),
    ):
        path = an_image(s, label, disk_format=disk_format)
        s.put(f"{path}/file", content=content)
        s.get(path)


@image
def ranges(s: Script) -> None:
    path = an_image(s, "ranged")
    s.put(f"{path}/file", content=RAW)
    for spec in ("bytes=0-9", "bytes=10-", "bytes=-10", "bytes=0-", "bytes=0-5000", "bytes=5000-6000"):
        s.get(f"{path}/file", headers={"Range": spec})
    for spec in ("bytes=9-0", "bytes=0-1,5-6", "chunks=0-1", "bytes=x"):
        s.get(f"{path}/file", headers={"Range": spec})
    s.get(f"{path}/file", headers={"Content-Range": "bytes 0-9/*"})


@image
def deactivation(s: Script) -> None:
    path = an_image(s, "asleep")
    s.post(f"{path}/actions/deactivate")
    s.put(f"{path}/file", content=RAW)
    s.post(f"{path}/actions/deactivate")
    s.get(path)
    s.get(f"{path}/file")
    s.get(f"{path}/file", by="member")
    s.post(f"{path}/actions/reactivate", by="member")
    s.post(f"{path}/actions/reactivate")
    s.post(f"{path}/actions/nonsense")
    s.get(path)
