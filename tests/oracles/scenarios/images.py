"""Image records: versions, schemas, create, show, change, delete, tags, members."""

from __future__ import annotations

from typing import Any

from ..script import Script
from .registry import image

PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
OLD_PATCH = {"Content-Type": "application/openstack-images-v2.0-json-patch"}


def an_image(s: Script, label: str, **fields: Any) -> str:
    """A new image record (recorded); its path."""
    body = {"name": s.name(label), "disk_format": "raw", "container_format": "bare", **fields}
    return "/v2/images/" + s.post("/v2/images", body, keep=f"{label}.id=id").pick("id")


def change(s: Script, path: str, *operations: dict[str, Any], **options: Any) -> None:
    """One JSON patch."""
    s.patch(path, list(operations), headers=PATCH, **options)


def op(verb: str, path: str, **more: Any) -> dict[str, Any]:
    return {"op": verb, "path": path, **more}


@image
def image_version_documents(s: Script) -> None:
    s.get("/", by=None)
    s.get("/versions", by=None)
    s.get("/versions/", by=None)
    s.get("/v2", by=None)
    s.get("/v2/", by=None)
    s.get("/v2/", loose=True)
    s.get("/v1/images")
    s.get("/v3/images")


@image
def image_unknown_routes_and_methods(s: Script) -> None:
    s.get("/v2/nothing")
    s.get("/v2/nothing", by=None)
    s.get("/nothing")
    s.put("/v2/images", {})
    s.delete("/v2/images")
    s.post("/v2/images/abc", {})
    s.get("/v2/images/")


@image
def image_unauthenticated(s: Script) -> None:
    for path in ("images", "images/abc", "images/abc/file", "schemas/image", "schemas/images"):
        s.get(f"/v2/{path}", by=None)
    s.get("/v2/images", by=None, headers={"X-Auth-Token": "junk"})
    s.post("/v2/images", {}, by=None)
    s.delete("/v2/images/abc", by=None)


@image
def image_errors_as_json(s: Script) -> None:
    json = {"Accept": "application/json"}
    s.get("/v2/images/no-such", headers=json)
    s.get("/v2/images", by=None, headers=json)
    s.post("/v2/images", {"name": 5}, headers=json)
    s.get("/v2/nothing", headers=json)
    s.get("/v2/images/no-such", headers={"Accept": "text/plain"})


@image
def image_schemas(s: Script) -> None:
    for name in ("image", "images", "member", "members", "task", "tasks", "nothing"):
        s.get(f"/v2/schemas/{name}")
    s.get("/v2/info/import")
    s.get("/v2/info/stores")


@image
def image_record_lifecycle(s: Script) -> None:
    fields: dict[str, Any] = {"visibility": "private", "min_disk": 1, "min_ram": 64, "tags": ["b", "a"]}
    path = an_image(s, "first", os_distro="debian", **fields, protected=False)
    s.get(path)
    s.head(path)
    s.get(f"{path}/file")
    s.delete(path)
    s.get(path)
    s.delete(path)
    change(s, path, op("replace", "/name", value="x"))


@image
def image_with_nothing_said(s: Script) -> None:
    s.post("/v2/images", {}, keep="image.id=id")
    s.post("/v2/images", {"name": None}, keep="other.id=id")


@image
def image_with_an_id_of_our_own(s: Script) -> None:
    own = s.uuid("own id")
    s.post("/v2/images", {"id": own, "name": s.name("own")})
    s.post("/v2/images", {"id": own})
    s.delete(f"/v2/images/{own}")
    s.post("/v2/images", {"id": own})
    s.post("/v2/images", {"id": "not-a-uuid"})


@image
def image_requests_refused(s: Script) -> None:
    bodies: tuple[Any, ...] = (
        {"name": 5},
        {"name": "x" * 256},
        {"disk_format": "nonsense"},
        {"container_format": "nonsense"},
        {"visibility": "secret"},
        {"protected": "yes"},
        {"min_disk": -1},
        {"min_disk": "1"},
        {"min_ram": 1 << 40},
        {"tags": "red"},
        {"tags": ["x" * 256]},
        {"status": "active"},
        {"checksum": "abc"},
        {"size": 5},
        {"owner": 5},
        {"created_at": "2026-01-01T00:00:00Z"},
        {"file": "/etc/passwd"},
        {"schema": "x"},
        {"locations": [{"url": "file:///etc/passwd", "metadata": {}}]},
        {"some_property": 5},
        {"some_property": None},
        {"some_property": {"a": "b"}},
        {"os_glance_thing": "x"},
        {"x" * 256: "long"},
        [],
        "text",
    )
    for body in bodies:
        s.post("/v2/images", body, keep="made=id")
    json = {"Content-Type": "application/json"}
    s.send("POST", "/v2/images", content=b"{", headers=json)
    s.send("POST", "/v2/images", content=b"", headers=json)
    s.send("POST", "/v2/images", content=b"{}", headers={"Content-Type": "text/plain"})
    s.get("/v2/images/not-a-uuid")
    s.delete("/v2/images/not-a-uuid")


@image
def image_changes_by_patch(s: Script) -> None:
    path = an_image(s, "patched", colour="red")
    change(s, path, op("replace", "/name", value=s.name("renamed")))
    change(s, path, op("add", "/shape", value="round"), op("replace", "/colour", value="blue"))
    change(s, path, op("remove", "/shape"))
    change(s, path, op("add", "/colour", value="green"))
    change(s, path, op("replace", "/tags", value=["x", "y", "x"]))
    change(s, path, op("replace", "/min_ram", value=128), op("replace", "/min_disk", value=2))
    change(s, path, op("replace", "/protected", value=True))
    s.delete(path)
    change(s, path, op("replace", "/protected", value=False))
    change(s, path, op("replace", "/visibility", value="community"))
    change(s, path, op("replace", "/visibility", value="public"))
    change(s, path, op("replace", "/disk_format", value="qcow2"))
    change(s, path)
    s.patch(path, [{"replace": "/name", "value": s.name("old-style")}], headers=OLD_PATCH)
    change(s, path, op("add", "/a~1b", value="slash"))
    change(s, path, op("test", "/colour", value="green"))
    s.get(path)


@image
def image_patches_refused(s: Script) -> None:
    path = an_image(s, "stubborn")
    for operation in (
        op("replace", "/id", value="6f1e2a0c-64d5-4f0c-8d2b-0d1c2b3a4f5f"),
        op("replace", "/status", value="active"),
        op("replace", "/size", value=5),
        op("replace", "/checksum", value="x"),
        op("replace", "/created_at", value="x"),
        op("replace", "/owner", value="someone"),
        op("replace", "/file", value="x"),
        op("replace", "/no_such", value="x"),
        op("remove", "/no_such"),
        op("remove", "/name"),
        op("remove", "/disk_format"),
        op("replace", "/name", value=5),
        op("replace", "/visibility", value="secret"),
        op("replace", "/min_disk", value=-1),
        op("replace", "/locations", value=[]),
        op("replace", "name", value="x"),
        op("replace", "/", value="x"),
        op("replace", "/a/b", value="x"),
        op("replace", "/name"),
        op("nonsense", "/name", value="x"),
        {"op": "replace"},
        {"value": "x"},
        op("add", "/os_glance_thing", value="x"),
    ):
        change(s, path, operation)
    s.patch(path, {"name": "x"}, headers=PATCH)
    s.patch(path, ["x"], headers=PATCH)
    s.patch(path, [op("replace", "/name", value="x")])
    s.patch(path, [op("replace", "/name", value="x")], headers={"Content-Type": "text/plain"})
    s.send("PATCH", path, content=b"[", headers=PATCH)
    s.get(path)


@image
def image_tags(s: Script) -> None:
    path = an_image(s, "tagged", tags=["red"])
    s.put(f"{path}/tags/blue")
    s.put(f"{path}/tags/blue")
    s.get(path)
    s.delete(f"{path}/tags/red")
    s.delete(f"{path}/tags/red")
    s.put(f"{path}/tags/" + "x" * 256)
    s.put("/v2/images/no-such/tags/blue")
    s.put(f"{path}/tags/green", by="other")


@image
def image_members(s: Script) -> None:
    path = an_image(s, "shared", visibility="shared")
    s.token_of("member")
    project = s.project_of("member")
    s.get(f"{path}/members")
    s.get(path, by="member")
    s.post(f"{path}/members", {"member": project})
    s.post(f"{path}/members", {"member": project})
    s.post(f"{path}/members", {})
    s.get(f"{path}/members/{project}")
    s.get(path, by="member")
    s.put(f"{path}/members/{project}", {"status": "accepted"}, by="member")
    s.put(f"{path}/members/{project}", {"status": "nonsense"}, by="member")
    s.get(f"{path}/members")
    s.delete(f"{path}/members/{project}")
    s.get(f"{path}/members/{project}")
