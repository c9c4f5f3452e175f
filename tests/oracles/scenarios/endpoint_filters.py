"""OS-EP-FILTER: which endpoints a project's catalog shows, one by one and by groups."""

from __future__ import annotations

from typing import Any

from ..script import PASSWORD, Script
from .limits import a_region, a_service
from .projects import a_project
from .registry import identity
from .tokens import TOKENS, login

FILTER = "/v3/OS-EP-FILTER"
GROUPS = f"{FILTER}/endpoint_groups"


def an_endpoint(s: Script, label: str, service: str, **fields: Any) -> str:
    """A new endpoint (recorded); its id."""
    said = {"service_id": service, "interface": "public", "url": "http://127.0.0.1:9/", **fields}
    return s.post("/v3/endpoints", {"endpoint": said}, keep=f"{label}.id=endpoint.id").pick("endpoint.id")


def a_group(s: Script, label: str, filters: Any, **fields: Any) -> str:
    """A new endpoint group (recorded); its id."""
    body = {"endpoint_group": {"name": s.name(label), "filters": filters, **fields}}
    return s.post(GROUPS, body, keep=f"{label}.id=endpoint_group.id").pick("endpoint_group.id")


@identity
def endpoints_of_a_project(s: Script) -> None:
    project, endpoint = a_project(s, "filtered"), an_endpoint(s, "endpoint", a_service(s, "service"))
    path = f"{FILTER}/projects/{project}/endpoints"
    s.get(path)
    s.get(f"{path}/{endpoint}")
    s.put(f"{path}/{endpoint}")
    s.put(f"{path}/{endpoint}")
    s.head(f"{path}/{endpoint}")
    for by in ("admin", "member"):
        s.get(path, by=by)
        s.get(f"{path}/{endpoint}", by=by)
        s.get(f"{FILTER}/endpoints/{endpoint}/projects", by=by)
        s.get(f"{FILTER}/projects/{project}/endpoint_groups", by=by)
    s.put(f"{path}/{endpoint}", by="member")
    s.put(f"{path}/no-such")
    s.put(f"{FILTER}/projects/no-such/endpoints/{endpoint}")
    s.get(f"{path}/no-such")
    s.get(f"{FILTER}/projects/no-such/endpoints")
    s.get(f"{FILTER}/endpoints/no-such/projects")
    s.delete(f"{path}/{endpoint}", by="member")
    s.delete(f"{path}/{endpoint}")
    s.delete(f"{path}/{endpoint}")
    s.delete(f"{path}/no-such")
    s.delete(f"{FILTER}/projects/no-such/endpoints/{endpoint}")


@identity
def endpoint_groups(s: Script) -> None:
    service, region = a_service(s, "service"), a_region(s, "region")
    an_endpoint(s, "here", service, region_id=region)
    an_endpoint(s, "inside", service, region_id=region, interface="internal")
    an_endpoint(s, "elsewhere", service)
    group = a_group(s, "group", {"service_id": service, "region_id": region}, description="about")
    a_group(s, "inner", {"interface": "internal", "service_id": service})
    s.get(GROUPS, loose=True)
    s.get(f"{GROUPS}?name=" + s.name("group"))
    s.get(f"{GROUPS}?name=" + s.name("nothing"))
    s.get(f"{GROUPS}?no_such_filter=1", loose=True)
    path = f"{GROUPS}/{group}"
    for by in ("admin", "member"):
        s.get(path, by=by)
        s.get(f"{path}/endpoints", by=by)
        s.get(f"{path}/projects", by=by)
    s.head(path)
    s.patch(path, {"endpoint_group": {"name": s.name("renamed"), "description": "changed"}})
    s.patch(path, {"endpoint_group": {"filters": {"service_id": service, "interface": "public"}}})
    s.get(f"{path}/endpoints")
    s.get(f"{GROUPS}/no-such")
    s.get(f"{GROUPS}/no-such/endpoints")
    s.get(f"{GROUPS}/no-such/projects")
    s.delete(path, by="member")
    s.delete(path)
    s.delete(path)


@identity
def endpoint_groups_refused(s: Script) -> None:
    service = a_service(s, "service")
    good: dict[str, Any] = {"service_id": service}
    a_group(s, "twice", good)
    a_group(s, "twice", good)
    for filters in (
        {},
        None,
        [],
        "public",
        {"service_id": "no-such"},
        {"interface": "sideways"},
        {"region_id": 5},
        {"region_id": "no-such"},
        {"enabled": True},
        {"no_such_filter": 1},
        {"service_id": service, "no_such_filter": 1},
    ):
        a_group(s, "refused", filters)
    for fields in ({"name": ""}, {"name": 5}, {"name": None}, {"name": "x" * 256}, {"description": 5}, {"odd": 1}):
        s.post(GROUPS, {"endpoint_group": {"name": s.name("refused"), "filters": good, **fields}})
    for body in ({}, {"endpoint_group": {}}, {"endpoint_group": {"name": "x"}}, {"endpoint_group": {"filters": good}}):
        s.post(GROUPS, body)
    s.post(GROUPS, {"endpoint_group": {"name": s.name("refused"), "filters": good}}, by="member")


@identity
def endpoint_groups_changed(s: Script) -> None:
    path = f"{GROUPS}/{a_group(s, 'group', {'service_id': a_service(s, 'service')}, description='about')}"
    for fields in (
        {"description": ""},
        {"description": None},
        {"name": ""},
        {"name": 5},
        {"filters": {}},
        {"filters": {"interface": "sideways"}},
        {"filters": {"no_such_filter": 1}},
        {"filters": {"interface": "admin"}},
        {"id": "0" * 32},
        {"odd": 1},
    ):
        s.patch(path, {"endpoint_group": fields})
    s.patch(path, {})
    s.patch(path, {"endpoint_group": {"description": "x"}}, by="member")
    s.patch(f"{GROUPS}/no-such", {"endpoint_group": {"description": "x"}})


@identity
def endpoint_groups_of_a_project(s: Script) -> None:
    service, project = a_service(s, "service"), a_project(s, "filtered")
    group = a_group(s, "group", {"service_id": service})
    an_endpoint(s, "endpoint", service)
    path = f"{GROUPS}/{group}/projects"
    s.get(f"{path}/{project}")
    s.put(f"{path}/{project}")
    s.put(f"{path}/{project}")
    s.head(f"{path}/{project}")
    for by in ("admin", "member"):
        s.get(path, by=by)
        s.get(f"{path}/{project}", by=by)
        s.get(f"{FILTER}/projects/{project}/endpoint_groups", by=by)
    s.get(f"{FILTER}/projects/{project}/endpoints")
    s.get(f"{FILTER}/projects/no-such/endpoint_groups")
    for end in (f"{group}/projects/no-such", f"no-such/projects/{project}"):
        s.get(f"{GROUPS}/{end}")
        s.put(f"{GROUPS}/{end}")
        s.delete(f"{GROUPS}/{end}")
    s.delete(f"{path}/{project}", by="member")
    s.delete(f"{path}/{project}")
    s.delete(f"{path}/{project}")


@identity
def a_filtered_catalog(s: Script) -> None:
    project, service, other = s.project_of("member"), a_service(s, "service"), a_service(s, "other-service")
    endpoint = an_endpoint(s, "endpoint", service)
    an_endpoint(s, "grouped", other)
    login_there = login({"id": s.user_of("member"), "password": PASSWORD}, {"project": {"id": project}})
    s.put(f"{FILTER}/projects/{project}/endpoints/{endpoint}")
    s.get("/v3/auth/catalog", by="member")
    s.put(f"{GROUPS}/{a_group(s, 'group', {'service_id': other})}/projects/{project}")
    s.get("/v3/auth/catalog", by="member")
    s.post(TOKENS, login_there, by=None)
    s.get(f"{FILTER}/projects/{project}/endpoints")
    s.patch(f"/v3/endpoints/{endpoint}", {"endpoint": {"enabled": False}})
    s.get("/v3/auth/catalog", by="member")
    s.patch(f"/v3/services/{other}", {"service": {"enabled": False}})
    s.get("/v3/auth/catalog", by="member")
    s.delete(f"/v3/endpoints/{endpoint}")
    s.get(f"{FILTER}/projects/{project}/endpoints")
