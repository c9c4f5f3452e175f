"""Lists of images: pages, filters, order. Each list is narrowed to the scenario's own images by a tag."""

from __future__ import annotations

from ..script import Script
from .content import RAW
from .images import an_image
from .registry import image


def three(s: Script) -> str:
    """Three records with a tag of their own, in a known order of name and size; the list's start."""
    tag = s.name("tag")
    an_image(s, "a", tags=[tag], min_ram=3)
    an_image(s, "b", tags=[tag], min_ram=2, disk_format="qcow2", colour="red")
    path = an_image(s, "c", tags=[tag, "extra"], min_ram=1, visibility="public", colour="blue")
    s.put(f"{path}/file", content=RAW)
    return f"/v2/images?tag={tag}"


@image
def pages(s: Script) -> None:
    mine = three(s) + "&sort_key=name&sort_dir=asc"
    s.get(mine)
    first = s.get(f"{mine}&limit=2")
    s.get(f"{mine}&limit=2&marker=" + first.pick("images.1.id"))
    s.get(f"{mine}&limit=3")
    s.get(f"{mine}&limit=0")
    s.get(f"{mine}&limit=-1")
    s.get(f"{mine}&limit=x")
    s.get(f"{mine}&limit=100000")
    s.get(f"{mine}&marker=no-such")
    s.get(f"{mine}&marker=6f1e2a0c-64d5-4f0c-8d2b-000000000000")


@image
def order(s: Script) -> None:
    mine = three(s)
    s.get(mine)
    s.get(f"{mine}&sort=name:desc")
    s.get(f"{mine}&sort=name")
    s.get(f"{mine}&sort=disk_format:asc,name:desc")
    s.get(f"{mine}&sort_key=min_ram&sort_dir=asc")
    s.get(f"{mine}&sort_key=disk_format&sort_key=name&sort_dir=desc&sort_dir=asc")
    s.get(f"{mine}&sort_key=name&sort_key=id&sort_dir=desc")
    s.get(f"{mine}&sort=colour")
    s.get(f"{mine}&sort=name:sideways")
    s.get(f"{mine}&sort_key=no_such")
    s.get(f"{mine}&sort_dir=sideways")
    s.get(f"{mine}&sort=name&sort_key=id")


@image
def filters(s: Script) -> None:
    mine = three(s) + "&sort=name:asc"
    name = s.name("a")
    for query in (
        f"name={name}",
        f"name=in:{name},{s.name('b')}",
        f'name=in:"{name}","{s.name("b")}"',
        "name=",
        "name=in:",
        "disk_format=qcow2",
        "disk_format=in:qcow2,raw",
        "container_format=bare",
        "container_format=in:ovf",
        "status=active",
        "status=queued",
        "status=in:active,queued",
        "status=nonsense",
        "visibility=public",
        "visibility=shared",
        "visibility=all",
        "visibility=secret",
        "tag=extra",
        "colour=red",
        "colour=green",
        "min_ram=2",
        "min_ram=x",
        "size_min=1",
        "size_max=10",
        "size_min=x",
        "size_min=-1",
        "protected=false",
        "protected=true",
        "protected=maybe",
        "owner=no-such",
        "member_status=all",
        "member_status=nonsense",
        "created_at=gt:2020-01-01T00:00:00Z",
        "created_at=lt:2020-01-01T00:00:00Z",
        "created_at=nonsense",
        "updated_at=gte:2020-01-01T00:00:00Z",
        "changes-since=2020-01-01T00:00:00Z",
        "os_hidden=true",
        "os_hidden=false",
        "os_hash_algo=sha512",
        "id=6f1e2a0c-64d5-4f0c-8d2b-000000000000",
        "id=in:6f1e2a0c-64d5-4f0c-8d2b-000000000000",
        "bad%FFutf=x",
    ):
        s.get(f"{mine}&{query}")


@image
def hidden_images(s: Script) -> None:
    tag = s.name("tag")
    an_image(s, "hidden", tags=[tag], os_hidden=True)
    s.get(f"/v2/images?tag={tag}")
    s.get(f"/v2/images?tag={tag}&os_hidden=true")
    s.get(f"/v2/images?tag={tag}&os_hidden=maybe")


@image
def empty_list(s: Script) -> None:
    s.get("/v2/images?tag=" + s.name("nothing"))
    s.get("/v2/images?tag=" + s.name("nothing") + "&limit=5")
