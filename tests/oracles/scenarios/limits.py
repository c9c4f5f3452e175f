"""Registered limits and limits."""

from __future__ import annotations

from typing import Any

from ..script import Script
from .projects import a_project
from .registry import identity

REGISTERED = "/v3/registered_limits"
LIMITS = "/v3/limits"


def a_service(s: Script, label: str) -> str:
    """A new service (recorded); its id."""
    body = {"service": {"name": s.name(label), "type": "oracle"}}
    return s.post("/v3/services", body, keep=f"{label}.id=service.id").pick("service.id")


def a_region(s: Script, label: str) -> str:
    """A new region (recorded); its id."""
    return s.post("/v3/regions", {"region": {"id": s.name(label)}}, keep=f"{label}.id=region.id").pick("region.id")


def registered(s: Script, service: str, resource: str, **fields: Any) -> str:
    """A new registered limit (recorded); its id."""
    said = {"service_id": service, "resource_name": resource, "default_limit": 10, **fields}
    made = s.post(REGISTERED, {"registered_limits": [said]}, keep=f"{resource}.registered=registered_limits.0.id")
    return made.pick("registered_limits.0.id")


def limited(s: Script, service: str, resource: str, **fields: Any) -> str:
    """A new limit (recorded); its id."""
    said = {"service_id": service, "resource_name": resource, "resource_limit": 5, **fields}
    made = s.post(LIMITS, {"limits": [said]}, keep=f"{resource}.limit=limits.0.id")
    return made.pick("limits.0.id")


@identity
def registered_limits(s: Script) -> None:
    service, region = a_service(s, "service"), a_region(s, "region")
    one = registered(s, service, "cores", description="about")
    registered(s, service, "cores", region_id=region)
    mine = f"{REGISTERED}?service_id={service}"
    s.get(mine)
    s.get(f"{mine}&region_id={region}")
    s.get(f"{mine}&resource_name=cores")
    s.get(f"{mine}&resource_name=nothing")
    s.get(f"{mine}&region_id=")
    s.get(f"{REGISTERED}?service_id=no-such")
    s.get(f"{mine}&no_such_filter=1")
    for by in ("member", "unscoped"):
        s.get(mine, by=by)
        s.get(f"{REGISTERED}/{one}", by=by)
    s.head(f"{REGISTERED}/{one}")
    s.get(f"{REGISTERED}/no-such")
    s.delete(f"{REGISTERED}/{one}", by="member")
    s.delete(f"{REGISTERED}/{one}")
    s.delete(f"{REGISTERED}/{one}")
    s.delete(f"/v3/services/{service}")


@identity
def registered_limits_refused(s: Script) -> None:
    service = a_service(s, "service")
    good: dict[str, Any] = {"service_id": service, "resource_name": "ram", "default_limit": 10}
    registered(s, service, "ram")
    registered(s, service, "ram")
    s.post(REGISTERED, {"registered_limits": [{**good, "resource_name": "disk"}] * 2})
    s.get(f"{REGISTERED}?service_id={service}")
    for fields in (
        {"service_id": "no-such"},
        {"service_id": "0" * 32},
        {"service_id": None},
        {"region_id": "no-such"},
        {"region_id": 5},
        {"resource_name": ""},
        {"resource_name": "x" * 256},
        {"resource_name": 5},
        {"default_limit": "10"},
        {"default_limit": 1.5},
        {"default_limit": -2},
        {"default_limit": None},
        {"description": 5},
        {"no_such_field": 1},
    ):
        s.post(REGISTERED, {"registered_limits": [{**good, "resource_name": "new", **fields}]})
    for missing in good:
        s.post(REGISTERED, {"registered_limits": [{k: v for k, v in good.items() if k != missing}]})
    for body in ({}, {"registered_limits": []}, {"registered_limits": good}, {"registered_limits": [5]}):
        s.post(REGISTERED, body)
    s.post(REGISTERED, {"registered_limits": [{**good, "resource_name": "theirs"}]}, by="member")


@identity
def registered_limits_created_together(s: Script) -> None:
    service = a_service(s, "service")
    good: dict[str, Any] = {"service_id": service, "default_limit": -1}
    names = ("a", "b", "c")
    s.post(REGISTERED, {"registered_limits": [{**good, "resource_name": name, "region_id": None} for name in names]})
    s.post(REGISTERED, {"registered_limits": [{**good, "resource_name": name} for name in ("d", "a")]})
    found = s.get(f"{REGISTERED}?service_id={service}")
    for number in range(len(names)):
        s.delete(f"{REGISTERED}/{found.pick(f'registered_limits.{number}.id')}")


@identity
def registered_limits_changed(s: Script) -> None:
    service, region = a_service(s, "service"), a_region(s, "region")
    made = registered(s, service, "cores")
    registered(s, service, "ram")
    path = f"{REGISTERED}/{made}"
    for fields in (
        {"default_limit": 20},
        {"description": "about"},
        {"description": None},
        {"resource_name": "threads"},
        {"resource_name": "ram"},
        {"region_id": region},
        {"region_id": "no-such"},
        {"region_id": None},
        {"service_id": "0" * 32},
        {"service_id": service, "default_limit": 5},
        {"default_limit": "20"},
        {"default_limit": -2},
        {"no_such_field": 1},
        {},
    ):
        s.patch(path, {"registered_limit": fields})
    s.patch(path, {})
    s.patch(path, {"registered_limit": {"default_limit": 1}}, by="member")
    s.patch(f"{REGISTERED}/no-such", {"registered_limit": {"default_limit": 1}})
    limited(s, service, "ram", project_id=a_project(s, "limited"))
    used = s.get(f"{REGISTERED}?service_id={service}&resource_name=ram").pick("registered_limits.0.id")
    s.patch(f"{REGISTERED}/{used}", {"registered_limit": {"default_limit": 1}})
    s.patch(f"{REGISTERED}/{used}", {"registered_limit": {"resource_name": "another"}})
    s.delete(f"{REGISTERED}/{used}")


@identity
def limits(s: Script) -> None:
    service, region, project = a_service(s, "service"), a_region(s, "region"), s.project_of("member")
    registered(s, service, "cores")
    registered(s, service, "ram", region_id=region)
    one = limited(s, service, "cores", project_id=project, description="about")
    limited(s, service, "ram", project_id=project, region_id=region)
    limited(s, service, "cores", domain_id="default")
    mine = f"{LIMITS}?service_id={service}"
    for by in ("admin", "member", "reader"):
        s.get(mine, by=by)
        s.get(f"{LIMITS}/{one}", by=by)
        s.get(f"{LIMITS}/model", by=by)
    s.get(f"{mine}&project_id={project}")
    s.get(f"{mine}&domain_id=default")
    s.get(f"{mine}&region_id={region}")
    s.get(f"{mine}&resource_name=cores&project_id={project}")
    s.get(f"{mine}&resource_name=nothing")
    s.get(f"{mine}&project_id={s.project_of('other')}", by="member")
    s.get(f"{mine}&no_such_filter=1")
    s.head(f"{LIMITS}/{one}")
    s.get(f"{LIMITS}/no-such")
    s.get(f"{LIMITS}/no-such", by="member")
    s.delete(f"{LIMITS}/{one}", by="member")
    s.delete(f"{LIMITS}/{one}")
    s.delete(f"{LIMITS}/{one}")
    s.delete(f"{REGISTERED}/{one}")


@identity
def limits_refused(s: Script) -> None:
    service, region, project = a_service(s, "service"), a_region(s, "region"), a_project(s, "limited")
    registered(s, service, "cores")
    good: dict[str, Any] = {"service_id": service, "resource_name": "cores", "resource_limit": 5, "project_id": project}
    limited(s, service, "cores", project_id=project)
    s.post(LIMITS, {"limits": [good]})
    for fields in (
        {"project_id": "no-such"},
        {"project_id": "0" * 32},
        {"project_id": None},
        {"domain_id": "default"},
        {"project_id": "default"},
        {"service_id": "0" * 32},
        {"resource_name": "nothing"},
        {"region_id": region},
        {"region_id": "no-such"},
        {"resource_limit": "5"},
        {"resource_limit": -2},
        {"resource_limit": None},
        {"description": 5},
        {"no_such_field": 1},
    ):
        s.post(LIMITS, {"limits": [{**good, **fields}]}, keep="odd.id=limits.0.id")
    for missing in good:
        s.post(LIMITS, {"limits": [{k: v for k, v in good.items() if k != missing}]})
    said = {k: v for k, v in good.items() if k != "project_id"}
    for domain in ("no-such", "0" * 32, project):
        s.post(LIMITS, {"limits": [{**said, "domain_id": domain}]})
    for body in ({}, {"limits": []}, {"limits": good}, {"limits": [good, good]}):
        s.post(LIMITS, body)
    s.post(LIMITS, {"limits": [good]}, by="member")


@identity
def limits_changed(s: Script) -> None:
    service, project = a_service(s, "service"), a_project(s, "limited")
    registered(s, service, "cores")
    path = f"{LIMITS}/{limited(s, service, 'cores', project_id=project)}"
    for fields in (
        {"resource_limit": 7},
        {"resource_limit": 1000},
        {"resource_limit": -1},
        {"description": "about"},
        {"description": None},
        {"resource_limit": "7"},
        {"resource_limit": -2},
        {"resource_name": "ram"},
        {"project_id": project},
        {"no_such_field": 1},
        {},
    ):
        s.patch(path, {"limit": fields})
    s.patch(path, {})
    s.patch(path, {"limit": {"resource_limit": 1}}, by="member")
    s.patch(path, {"limit": {"resource_limit": 1}}, by="system")
    s.patch(f"{LIMITS}/no-such", {"limit": {"resource_limit": 1}})
    s.delete(f"/v3/projects/{project}")
    s.get(path)
