"""Who sees and changes which image: visibility, ownership, protection, the roles."""

from __future__ import annotations

from typing import Any

from ..script import Script
from .content import RAW
from .images import an_image, change, op
from .registry import image


def owned(s: Script, who: str, label: str, **fields: Any) -> str:
    """A new image record of that person (recorded); its path."""
    body = {"name": s.name(label), "disk_format": "raw", "container_format": "bare", **fields}
    return "/v2/images/" + s.post("/v2/images", body, by=who, keep=f"{label}.id=id").pick("id")


@image
def visibility_to_another_project(s: Script) -> None:
    for visibility in ("private", "shared", "community", "public"):
        path = an_image(s, visibility, visibility=visibility)
        s.get(path, by="other")
        s.get("/v2/images?name=" + s.name(visibility), by="other")
        s.get(f"/v2/images?visibility={visibility}&name=" + s.name(visibility), by="other")
        change(s, path, op("replace", "/name", value="x"), by="other")
        s.delete(path, by="other")
        s.put(f"{path}/file", content=RAW, by="other")


@image
def what_a_member_may(s: Script) -> None:
    path = owned(s, "member", "mine")
    s.post("/v2/images", {"name": s.name("open"), "visibility": "public"}, by="member", keep="open.id=id")
    s.post("/v2/images", {"name": s.name("open2"), "visibility": "community"}, by="member", keep="open2.id=id")
    s.post("/v2/images", {"name": s.name("given"), "owner": "someone"}, by="member", keep="given.id=id")
    s.put(f"{path}/file", content=RAW, by="member")
    change(s, path, op("replace", "/name", value=s.name("ours")), by="member")
    change(s, path, op("replace", "/visibility", value="public"), by="member")
    change(s, path, op("replace", "/owner", value="someone"), by="member")
    s.get(path)
    s.delete(path, by="member")


@image
def what_a_reader_may(s: Script) -> None:
    path = an_image(s, "for-all", visibility="public")
    s.put(f"{path}/file", content=RAW)
    s.get(path, by="reader")
    s.get(f"{path}/file", by="reader")
    s.post("/v2/images", {"name": s.name("mine")}, by="reader", keep="mine.id=id")
    s.get("/v2/images", by="reader", loose=True)
    s.get("/v2/schemas/image", by="reader", loose=True)


@image
def unscoped_and_system_tokens(s: Script) -> None:
    for who in ("unscoped", "system"):
        s.get("/v2/images", by=who, loose=True)
        s.post("/v2/images", {"name": s.name(f"by-{who}")}, by=who, keep="made=id")


@image
def owner_given_by_an_administrator(s: Script) -> None:
    s.token_of("member")
    path = an_image(s, "present", owner=s.project_of("member"))
    s.get(path, by="member")
    s.delete(path, by="member")


@image
def protected_images(s: Script) -> None:
    path = owned(s, "member", "guarded", protected=True)
    s.delete(path, by="member")
    s.delete(path)
    change(s, path, op("replace", "/protected", value=False), by="member")
    s.delete(path, by="member")
