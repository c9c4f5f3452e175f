"""Roles that imply others, and roles of one domain."""

from __future__ import annotations

from typing import Any

from ..script import PASSWORD, Script
from .inherited import FOUND, a_domain, close
from .projects import a_project
from .registry import identity
from .tokens import TOKENS, login, person


def a_role(s: Script, label: str, **fields: Any) -> str:
    """A new role (recorded); its id."""
    return s.post("/v3/roles", {"role": {"name": s.name(label), **fields}}, keep=f"{label}.id=role.id").pick("role.id")


@identity
def roles_that_imply_others(s: Script) -> None:
    chief, clerk, guest = (a_role(s, label) for label in ("chief", "clerk", "guest"))
    path = f"/v3/roles/{chief}/implies"
    for method in ("GET", "HEAD", "PUT", "PUT", "GET", "HEAD"):
        s.send(method, f"{path}/{clerk}")
    s.put(f"/v3/roles/{clerk}/implies/{guest}")
    s.put(f"{path}/{chief}")
    s.put(f"/v3/roles/{guest}/implies/{chief}")
    s.put(f"{path}/no-such")
    s.put(f"/v3/roles/no-such/implies/{clerk}")
    s.get(f"{path}/no-such")
    s.get(f"/v3/roles/no-such/implies/{clerk}")
    for by in ("admin", "member"):
        s.get(path, by=by)
        s.get(f"{path}/{clerk}", by=by)
        s.get("/v3/role_inferences", by=by, loose=True)
    s.head("/v3/role_inferences")
    s.put(f"{path}/{guest}", by="member")
    s.delete(f"{path}/{clerk}", by="member")
    s.delete(f"{path}/no-such")
    s.delete(f"{path}/{clerk}")
    s.delete(f"{path}/{clerk}")


@identity
def what_implied_roles_give(s: Script) -> None:
    user, project = person(s, "ann")[0], a_project(s, "place")
    chief, clerk, guest = (a_role(s, label) for label in ("chief", "clerk", "guest"))
    s.put(f"/v3/roles/{chief}/implies/{clerk}")
    s.put(f"/v3/roles/{clerk}/implies/{guest}")
    s.put(f"/v3/projects/{project}/users/{user}/roles/{chief}")
    there = login({"id": user, "password": PASSWORD}, {"project": {"id": project}})
    token = s.post(TOKENS, there, by=None).token
    for query in ("", "&effective", "&effective&include_names", f"&effective&role.id={guest}", f"&role.id={guest}"):
        s.get(f"{FOUND}?user.id={user}{query}")
    s.get(f"{FOUND}?scope.project.id={project}&effective")
    s.get(f"/v3/projects/{project}/users/{user}/roles")
    s.head(f"/v3/projects/{project}/users/{user}/roles/{guest}")
    s.delete(f"/v3/roles/{chief}/implies/{clerk}")
    s.get(TOKENS, headers={"X-Subject-Token": token})
    s.post(TOKENS, there, by=None)
    s.delete(f"/v3/roles/{chief}")
    s.post(TOKENS, there, by=None)


@identity
def roles_of_a_domain(s: Script) -> None:
    domain = a_domain(s, "domain")
    local, everywhere = a_role(s, "local", domain_id=domain), a_role(s, "everywhere")
    a_role(s, "local", domain_id=domain)
    a_role(s, "everywhere", domain_id=domain)
    a_role(s, "refused", domain_id="no-such")
    a_role(s, "null", domain_id=None)
    s.get(f"/v3/roles/{local}")
    s.get(f"/v3/roles?domain_id={domain}")
    s.get("/v3/roles?name=" + s.name("local"))
    s.get(f"/v3/roles?domain_id={domain}&name=" + s.name("everywhere"))
    s.get(f"/v3/roles/{local}", by="member")
    s.get(f"/v3/roles?domain_id={domain}", by="member")
    s.patch(f"/v3/roles/{local}", {"role": {"domain_id": "default"}})
    s.patch(f"/v3/roles/{local}", {"role": {"domain_id": domain, "description": "about"}})
    s.put(f"/v3/roles/{local}/implies/{everywhere}")
    s.put(f"/v3/roles/{everywhere}/implies/{local}")
    s.get(f"/v3/roles/{local}/implies")
    close(s, domain)
    s.get(f"/v3/roles/{local}")


@identity
def grants_of_roles_of_a_domain(s: Script) -> None:
    domain, user = a_domain(s, "domain"), person(s, "ann")[0]
    local, everywhere = a_role(s, "local", domain_id=domain), a_role(s, "everywhere")
    s.put(f"/v3/roles/{local}/implies/{everywhere}")
    body = {"project": {"name": s.name("inside"), "domain_id": domain}}
    inside = s.post("/v3/projects", body, keep="inside.id=project.id").pick("project.id")
    outside = a_project(s, "outside")
    for scope in (f"projects/{inside}", f"projects/{outside}", f"domains/{domain}", "domains/default", "system"):
        s.put(f"/v3/{scope}/users/{user}/roles/{local}")
        s.get(f"/v3/{scope}/users/{user}/roles")
    for query in ("", "&effective", "&include_names", "&effective&include_names"):
        s.get(f"{FOUND}?user.id={user}{query}")
    for scope in ({"project": {"id": inside}}, {"domain": {"id": domain}}):
        s.post(TOKENS, login({"id": user, "password": PASSWORD}, scope), by=None)
    s.delete(f"/v3/roles/{local}/implies/{everywhere}")
    s.post(TOKENS, login({"id": user, "password": PASSWORD}, {"project": {"id": inside}}), by=None)
    close(s, domain)


@identity
def immutable_roles(s: Script) -> None:
    role = a_role(s, "fixed", options={"immutable": True}, description="about")
    s.delete(f"/v3/roles/{role}")
    s.patch(f"/v3/roles/{role}", {"role": {"description": "changed"}})
    s.patch(f"/v3/roles/{role}", {"role": {"options": {"immutable": False}}})
    s.patch(f"/v3/roles/{role}", {"role": {"description": "changed"}})
    s.patch(f"/v3/roles/{role}", {"role": {"options": {"immutable": None}}})
    for options in ({"immutable": "yes"}, {"no_such_option": True}, [], None):
        a_role(s, "refused", options=options)
    s.delete(f"/v3/roles/{role}")
