"""Groups, regions, services, endpoints and domains asked for what they cannot have."""

from __future__ import annotations

from typing import Any

from ..script import PASSWORD, Script
from .endpoint_filters import an_endpoint
from .inherited import a_domain, close
from .limits import a_region, a_service
from .registry import identity
from .tokens import TOKENS, login


@identity
def group_requests_refused(s: Script) -> None:
    name = s.name("group")
    body = {"group": {"name": name, "domain_id": "default"}}
    group = s.post("/v3/groups", body, keep="group.id=group.id").pick("group.id")
    for fields in (
        {"name": ""},
        {"name": "x" * 256},
        {"name": None},
        {"name": s.name("bad"), "description": 5},
        {"name": s.name("bad"), "domain_id": "no-such"},
        {"name": s.name("bad"), "domain_id": None},
        {"name": s.name("bad"), "domain_id": 5},
    ):
        s.post("/v3/groups", {"group": fields}, keep="odd.id=group.id")
    s.post("/v3/groups", {"group": {"name": s.name("odd"), "domain_id": "default", "odd": [1]}}, keep="o.id=group.id")
    for fields in (
        {"name": ""},
        {"name": name, "odd": 1},
        {"description": 5},
        {"domain_id": "no-such"},
        {"domain_id": "default"},
        {"id": "0" * 32},
    ):
        s.patch(f"/v3/groups/{group}", {"group": fields})
    s.patch(f"/v3/groups/{group}", {})
    s.patch("/v3/groups/no-such", {"group": {"name": "x"}})
    s.get("/v3/groups/no-such/users")
    s.put(f"/v3/groups/no-such/users/{s.user_of('member')}")
    s.head(f"/v3/groups/{group}/users/no-such")
    s.delete(f"/v3/groups/{group}/users/no-such")
    s.delete("/v3/groups/no-such")
    s.get(f"/v3/groups/{group}", by="member")
    s.get(f"/v3/groups/{group}/users", by="member")
    s.put(f"/v3/groups/{group}/users/{s.user_of('member')}", by="member")
    s.get(f"/v3/users/{s.user_of('member')}/groups", by="member")
    s.get(f"/v3/users/{s.user_of('member')}/groups", by="reader")
    s.get("/v3/users/no-such/groups")
    s.get(f"/v3/groups/{group}/users?name=" + s.name("nothing"))
    s.delete(f"/v3/groups/{group}", by="member")


@identity
def regions(s: Script) -> None:
    parent = a_region(s, "parent")
    body: dict[str, Any] = {"region": {"id": s.name("child"), "parent_region_id": parent}}
    child = s.post("/v3/regions", body, keep="child.id=region.id").pick("region.id")
    s.get(f"/v3/regions?parent_region_id={parent}")
    s.get("/v3/regions?parent_region_id=no-such")
    s.get(f"/v3/regions/{child}", by=None)
    s.head(f"/v3/regions/{child}", by="member")
    for fields in (
        {"description": "about"},
        {"description": None},
        {"description": 5},
        {"parent_region_id": "no-such"},
        {"parent_region_id": child},
        {"parent_region_id": None},
        {"parent_region_id": 5},
        {"id": "another"},
        {"id": child, "odd": 1},
    ):
        s.patch(f"/v3/regions/{child}", {"region": fields})
    s.patch(f"/v3/regions/{parent}", {"region": {"parent_region_id": parent}})
    s.patch("/v3/regions/no-such", {"region": {"description": "x"}})
    s.patch(f"/v3/regions/{child}", {"region": {"description": "x"}}, by="member")
    for fields in ({"id": 5}, {"id": "x" * 256}, {"id": s.name("bad"), "description": 5}, {"parent_region_id": 5}):
        s.post("/v3/regions", {"region": fields}, keep="odd.id=region.id")
    for fields in ({}, {"id": None}, {"id": ""}, {"id": s.name("odd"), "odd": 1}):
        s.post("/v3/regions", {"region": fields}, keep="odd.id=region.id")
    s.post("/v3/regions", {})
    s.put(f"/v3/regions/{s.name('put')}", {"region": {}})
    s.delete(f"/v3/regions/{s.name('put')}")
    s.delete(f"/v3/regions/{child}", by="member")
    s.delete("/v3/regions/no-such")
    s.patch(f"/v3/regions/{child}", {"region": {"parent_region_id": parent}})
    s.delete(f"/v3/regions/{parent}")
    s.get(f"/v3/regions/{child}")
    child = a_region(s, "used")
    an_endpoint(s, "endpoint", a_service(s, "service"), region_id=child)
    s.delete(f"/v3/regions/{child}")


@identity
def services(s: Script) -> None:
    service = a_service(s, "service")
    for fields in (
        {},
        {"type": ""},
        {"type": 5},
        {"type": None},
        {"type": "x" * 256},
        {"type": "oracle", "name": 5},
        {"type": "oracle", "name": "x" * 256},
        {"type": "oracle", "enabled": "yes"},
        {"type": "oracle", "description": 5},
        {"type": "oracle", "description": None},
        {"type": "oracle", "odd": [1]},
    ):
        s.post("/v3/services", {"service": fields}, keep="odd.id=service.id")
    s.post("/v3/services", {})
    for fields in ({"type": ""}, {"name": None}, {"enabled": "yes"}, {"odd": 1}, {"id": "0" * 32}, {"id": service}):
        s.patch(f"/v3/services/{service}", {"service": fields})
    s.patch(f"/v3/services/{service}", {})
    s.patch("/v3/services/no-such", {"service": {"name": "x"}})
    s.patch(f"/v3/services/{service}", {"service": {"name": "x"}}, by="member")
    s.head(f"/v3/services/{service}")
    s.get(f"/v3/services/{service}", by="system")
    s.get("/v3/services?name=" + s.name("service"))
    s.get(f"/v3/services?type=oracle&name={s.name('service')}")
    s.delete(f"/v3/services/{service}", by="member")
    s.delete("/v3/services/no-such")
    an_endpoint(s, "endpoint", service)
    s.delete(f"/v3/services/{service}")
    s.get(f"/v3/endpoints?service_id={service}")


@identity
def endpoints(s: Script) -> None:
    service, region = a_service(s, "service"), a_region(s, "region")
    endpoint = an_endpoint(s, "endpoint", service, region=region, name="a name", description="about")
    an_endpoint(s, "inside", service, interface="internal", enabled=False)
    mine = f"/v3/endpoints?service_id={service}"
    for query in ("", "&interface=internal", "&interface=sideways", f"&region_id={region}", "&region_id=no-such"):
        s.get(mine + query)
    s.get(f"{mine}&enabled=false")
    s.get(f"{mine}&region={region}")
    s.get("/v3/endpoints?service_id=no-such")
    for fields in (
        {"interface": None},
        {"url": ""},
        {"url": "nonsense"},
        {"url": 5},
        {"url": "http://127.0.0.1:9/%(tenant_id)s"},
        {"url": "http://127.0.0.1:9/$(project_id)s"},
        {"url": "http://127.0.0.1:9/%(no_such)s"},
        {"url": "http://127.0.0.1:9/" + "x" * 300},
        {"region_id": "no-such"},
        {"region_id": 5},
        {"enabled": "yes"},
        {"service_id": 5},
        {"odd": 1},
    ):
        an_endpoint(s, "odd", service, **fields)
    for fields in (
        {"interface": "sideways"},
        {"interface": "admin"},
        {"url": "nonsense"},
        {"service_id": "no-such"},
        {"region_id": "no-such"},
        {"region_id": None},
        {"enabled": "yes"},
        {"odd": 1},
        {"id": "0" * 32},
    ):
        s.patch(f"/v3/endpoints/{endpoint}", {"endpoint": fields})
    s.patch(f"/v3/endpoints/{endpoint}", {})
    s.patch("/v3/endpoints/no-such", {"endpoint": {"url": "http://127.0.0.1:9/"}})
    s.patch(f"/v3/endpoints/{endpoint}", {"endpoint": {"enabled": False}}, by="member")
    s.post("/v3/endpoints", {})
    s.head(f"/v3/endpoints/{endpoint}", by="system")
    s.delete(f"/v3/endpoints/{endpoint}", by="member")
    made = an_endpoint(s, "elsewhere", service, region=s.name("new-region"))
    s.delete(f"/v3/regions/{s.name('new-region')}")
    s.delete(f"/v3/endpoints/{made}")
    s.delete(f"/v3/regions/{s.name('new-region')}")


@identity
def domain_requests_refused(s: Script) -> None:
    domain = a_domain(s, "domain")
    for fields in (
        {"name": ""},
        {"name": 5},
        {"name": None},
        {"name": s.name("bad"), "enabled": "yes"},
        {"name": s.name("bad"), "description": 5},
        {"name": s.name("bad"), "tags": ["a,b"]},
        {"name": s.name("bad"), "options": {"no_such_option": True}},
    ):
        s.post("/v3/domains", {"domain": fields}, keep="odd.id=domain.id")
    for fields in ({"name": ""}, {"name": "Default"}, {"description": 5}, {"id": "0" * 32}, {"enabled": None}):
        s.patch(f"/v3/domains/{domain}", {"domain": fields})
    s.patch(f"/v3/domains/{domain}", {"domain": {"description": "x", "odd": 1}})
    s.patch("/v3/domains/no-such", {"domain": {"description": "x"}})
    s.patch(f"/v3/domains/{domain}", {"domain": {"description": "x"}}, by="member")
    s.post("/v3/domains", {})
    s.get("/v3/domains?enabled=true&name=" + s.name("domain"))
    s.get("/v3/domains?enabled=false&name=" + s.name("domain"))
    s.head(f"/v3/domains/{domain}")
    s.get(f"/v3/projects/{domain}")
    s.delete("/v3/domains/no-such")
    close(s, domain)


@identity
def a_disabled_domain(s: Script) -> None:
    domain = a_domain(s, "domain")
    body = {"user": {"name": s.name("inside"), "domain_id": domain, "password": PASSWORD}}
    user = s.post("/v3/users", body, keep="inside.id=user.id").pick("user.id")
    token = s.post(TOKENS, login({"id": user, "password": PASSWORD}), by=None).token
    s.patch(f"/v3/domains/{domain}", {"domain": {"enabled": False}})
    s.post(TOKENS, login({"id": user, "password": PASSWORD}), by=None)
    s.post(TOKENS, login({"name": s.name("inside"), "domain": {"id": domain}, "password": PASSWORD}), by=None)
    s.get(TOKENS, headers={"X-Subject-Token": token})
    s.get("/v3/auth/projects", by=None, headers={"X-Auth-Token": token})
    s.patch(f"/v3/domains/{domain}", {"domain": {"enabled": True}})
    s.get(TOKENS, headers={"X-Subject-Token": token})
    close(s, domain)
    s.get(f"/v3/users/{user}")


@identity
def immutable_domains_and_projects(s: Script) -> None:
    for noun in ("domain", "project"):
        body = {noun: {"name": s.name(f"fixed-{noun}"), "options": {"immutable": True}}}
        path = f"/v3/{noun}s/" + s.post(f"/v3/{noun}s", body, keep=f"fixed-{noun}.id={noun}.id").pick(f"{noun}.id")
        s.delete(path)
        s.patch(path, {noun: {"description": "changed"}})
        s.patch(path, {noun: {"enabled": False}})
        s.patch(path, {noun: {"options": {"immutable": False}}})
        s.patch(path, {noun: {"enabled": False}})
        s.delete(path)
