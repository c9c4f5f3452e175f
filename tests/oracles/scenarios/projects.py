"""Projects and domains."""

from __future__ import annotations

from ..script import Script
from .registry import identity


def a_project(s: Script, label: str, **fields: object) -> str:
    """A new project of the default domain (recorded); its id."""
    body = {"project": {"name": s.name(label), "domain_id": "default", **fields}}
    return s.post("/v3/projects", body, keep=f"{label}.id=project.id").pick("project.id")


@identity
def projects_created_changed_deleted(s: Script) -> None:
    project = a_project(s, "alpha", description="first", enabled=True, extra_field="kept", tags=["b", "a"])
    s.get(f"/v3/projects/{project}")
    s.head(f"/v3/projects/{project}")
    s.patch(f"/v3/projects/{project}", {"project": {"description": "changed", "another": 5}})
    s.patch(f"/v3/projects/{project}", {"project": {"name": s.name("renamed")}})
    s.patch(f"/v3/projects/{project}", {"project": {"enabled": False}})
    s.patch(f"/v3/projects/{project}", {"project": {"domain_id": "elsewhere"}})
    s.patch(f"/v3/projects/{project}", {"project": {"id": "0" * 32}})
    s.get(f"/v3/projects/{project}")
    s.delete(f"/v3/projects/{project}")
    s.get(f"/v3/projects/{project}")
    s.delete(f"/v3/projects/{project}")
    s.patch(f"/v3/projects/{project}", {"project": {"description": "gone"}})


@identity
def project_with_the_least_said(s: Script) -> None:
    s.post("/v3/projects", {"project": {"name": s.name("least")}}, keep="project.id=project.id")


@identity
def project_requests_refused(s: Script) -> None:
    name = s.name("twice")
    s.post("/v3/projects", {"project": {"name": name, "domain_id": "default"}}, keep="project.id=project.id")
    s.post("/v3/projects", {"project": {"name": name, "domain_id": "default"}})
    for fields in (
        {},
        {"name": ""},
        {"name": "   "},
        {"name": 5},
        {"name": "x" * 65},
        {"name": None},
        {"name": s.name("bad"), "enabled": "yes"},
        {"name": s.name("bad"), "description": 5},
        {"name": s.name("bad"), "domain_id": "no-such"},
        {"name": s.name("bad"), "parent_id": "no-such"},
        {"name": s.name("bad"), "tags": "red"},
        {"name": s.name("bad"), "tags": ["a/b"]},
        {"name": s.name("bad"), "is_domain": "maybe"},
    ):
        s.post("/v3/projects", {"project": fields})
    s.post("/v3/projects", {})
    s.post("/v3/projects", {"user": {}})
    s.send("POST", "/v3/projects", content=b"{", headers={"Content-Type": "application/json"})
    s.send("POST", "/v3/projects", content=b"{}", headers={"Content-Type": "text/plain"})


@identity
def projects_seen_by_others(s: Script) -> None:
    project = a_project(s, "private")
    for who in ("member", "reader", "unscoped", "system"):
        s.get(f"/v3/projects/{project}", by=who)
        s.get("/v3/projects", by=who, loose=True)
    s.token_of("member")
    mine = s.get("/v3/auth/projects", by="member").pick("projects.0.id")
    s.get(f"/v3/projects/{mine}", by="member")
    s.get("/v3/projects/no-such", by="member")
    s.post("/v3/projects", {"project": {"name": s.name("mine")}}, by="member")
    s.patch(f"/v3/projects/{project}", {"project": {"name": s.name("mine")}}, by="member")
    s.delete(f"/v3/projects/{project}", by="member")


@identity
def project_lists(s: Script) -> None:
    one = a_project(s, "one", tags=["red"])
    two = a_project(s, "two", enabled=False)
    s.get("/v3/projects", loose=True)
    s.get("/v3/projects?name=" + s.name("one"))
    s.get("/v3/projects?name=" + s.name("nothing"))
    s.get("/v3/projects?domain_id=default", loose=True)
    s.get("/v3/projects?domain_id=no-such")
    s.get("/v3/projects?enabled=false&name=" + s.name("two"))
    s.get("/v3/projects?enabled=true&name=" + s.name("two"))
    s.get("/v3/projects?enabled&name=" + s.name("two"))
    s.get("/v3/projects?tags=red&name=" + s.name("one"))
    s.get("/v3/projects?tags=blue&name=" + s.name("one"))
    s.get("/v3/projects?parent_id=default", loose=True)
    s.get("/v3/projects?no_such_filter=1", loose=True)
    s.get("/v3/projects?is_domain=true", loose=True)
    s.get("/v3/projects?name__contains=one-" + one[:0], loose=True)
    for each in ("left", "right"):  # alike, because which of them is first is chance
        a_project(s, each, parent_id=one)
    s.get(f"/v3/projects?limit=1&parent_id={one}", loose=True)
    s.get("/v3/projects?limit=x", loose=True)
    s.get(f"/v3/projects/{one}?parents_as_list")
    s.get(f"/v3/projects/{two}?subtree_as_ids")


@identity
def project_tags(s: Script) -> None:
    project = a_project(s, "tagged", tags=["red"])
    tags = f"/v3/projects/{project}/tags"
    s.get(tags)
    s.put(f"{tags}/blue")
    s.put(f"{tags}/blue")
    s.get(f"{tags}/blue")
    s.get(f"{tags}/green")
    s.put(tags, {"tags": ["x", "y"]})
    s.put(tags, {"tags": ["a,b"]})
    s.put(tags, {})
    s.delete(f"{tags}/x")
    s.delete(f"{tags}/x")
    s.delete(tags)
    s.get(tags)


@identity
def projects_in_projects(s: Script) -> None:
    parent = a_project(s, "parent")
    child = a_project(s, "child", parent_id=parent)
    s.get(f"/v3/projects/{child}")
    s.get(f"/v3/projects?parent_id={parent}")
    s.delete(f"/v3/projects/{parent}")
    s.patch(f"/v3/projects/{child}", {"project": {"parent_id": "default"}})
    s.delete(f"/v3/projects/{child}")


@identity
def domains(s: Script) -> None:
    s.get("/v3/domains/default")
    s.get("/v3/domains", loose=True)
    s.get("/v3/domains?name=Default")
    s.get("/v3/domains?name=" + s.name("nothing"))
    s.get("/v3/domains/no-such")
    name = s.name("domain")
    body = {"domain": {"name": name, "description": "a domain"}}
    domain = s.post("/v3/domains", body, keep="domain.id=domain.id").pick("domain.id")
    s.post("/v3/domains", {"domain": {"name": name}})
    s.post("/v3/domains", {"domain": {}})
    s.post("/v3/domains", {"domain": {"name": "x" * 65}})
    s.post("/v3/domains", body, by="member")
    s.get(f"/v3/domains/{domain}", by="member")
    s.get("/v3/domains", by="member", loose=True)
    s.delete(f"/v3/domains/{domain}")
    s.patch(f"/v3/domains/{domain}", {"domain": {"enabled": False}})
    s.patch(f"/v3/domains/{domain}", {"domain": {"enabled": "no"}})
    s.delete(f"/v3/domains/{domain}", by="member")
    s.delete(f"/v3/domains/{domain}")
    s.get(f"/v3/domains/{domain}")
    s.delete("/v3/domains/default")
