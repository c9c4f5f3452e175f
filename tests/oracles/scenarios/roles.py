"""Roles, grants and the list of assignments; and that what this project lacks is known."""

from __future__ import annotations

from ..script import PASSWORD, Script
from .projects import a_project
from .registry import identity
from .tokens import TOKENS, login, person


def role_id(s: Script, name: str) -> str:
    """The id of a role of the whole cloud (asked and recorded)."""
    found = s.get(f"/v3/roles?name={name}").pick("roles.0.id")
    s.known.learn(found, f"{name} role")
    return found


@identity
def roles(s: Script) -> None:
    s.get("/v3/roles?name=admin")
    s.get("/v3/roles?name=member")
    s.get("/v3/roles?name=reader")
    s.get("/v3/roles", loose=True)
    s.get("/v3/roles?name=" + s.name("nothing"))
    s.get("/v3/roles/no-such")
    name = s.name("role")
    role = s.post("/v3/roles", {"role": {"name": name}}, keep="role.id=role.id").pick("role.id")
    s.post("/v3/roles", {"role": {"name": name}})
    s.post("/v3/roles", {"role": {}})
    s.post("/v3/roles", {"role": {"name": ""}})
    s.post("/v3/roles", {"role": {"name": "x" * 256}})
    s.post("/v3/roles", {"role": {"name": name}}, by="member")
    s.get(f"/v3/roles/{role}")
    s.head(f"/v3/roles/{role}")
    s.patch(f"/v3/roles/{role}", {"role": {"description": "about"}})
    s.patch(f"/v3/roles/{role}", {"role": {"name": s.name("renamed")}})
    s.get("/v3/roles", by="member", loose=True)
    s.get(f"/v3/roles/{role}", by="member")
    s.delete(f"/v3/roles/{role}", by="member")
    s.delete(f"/v3/roles/{role}")
    s.delete(f"/v3/roles/{role}")


@identity
def grants_on_a_project(s: Script) -> None:
    user, _ = person(s, "lee")
    project = a_project(s, "granted")
    role = s.get("/v3/roles?name=member").pick("roles.0.id")
    where = f"/v3/projects/{project}/users/{user}/roles"
    s.get(where)
    s.head(f"{where}/{role}")
    s.put(f"{where}/{role}")
    s.put(f"{where}/{role}")
    s.head(f"{where}/{role}")
    s.get(f"{where}/{role}")
    s.get(where)
    s.get(f"/v3/users/{user}/projects")
    s.put(f"{where}/no-such")
    s.put(f"/v3/projects/no-such/users/{user}/roles/{role}")
    s.put(f"/v3/projects/{project}/users/no-such/roles/{role}")
    s.put(f"{where}/{role}", by="member")
    s.get(where, by="member")
    token = s.post(TOKENS, login({"id": user, "password": PASSWORD}, {"project": {"id": project}}), by=None).token
    s.delete(f"{where}/{role}")
    s.get(TOKENS, headers={"X-Subject-Token": token})
    s.delete(f"{where}/{role}")
    s.get(where)


@identity
def grants_on_a_domain_and_the_system(s: Script) -> None:
    user, _ = person(s, "max")
    role = s.get("/v3/roles?name=member").pick("roles.0.id")
    for where in (f"/v3/domains/default/users/{user}/roles", f"/v3/system/users/{user}/roles"):
        s.put(f"{where}/{role}")
        s.get(where)
        s.head(f"{where}/{role}")
        s.delete(f"{where}/{role}")
        s.delete(f"{where}/{role}")


@identity
def grants_to_a_group(s: Script) -> None:
    user, _ = person(s, "nina")
    project = a_project(s, "shared")
    role = s.get("/v3/roles?name=member").pick("roles.0.id")
    group = s.post("/v3/groups", {"group": {"name": s.name("team")}}, keep="group.id=group.id").pick("group.id")
    s.put(f"/v3/groups/{group}/users/{user}")
    s.put(f"/v3/projects/{project}/groups/{group}/roles/{role}")
    s.get(f"/v3/projects/{project}/groups/{group}/roles")
    s.post(TOKENS, login({"id": user, "password": PASSWORD}, {"project": {"id": project}}), by=None)
    s.get(f"/v3/role_assignments?user.id={user}&effective")
    s.delete(f"/v3/projects/{project}/groups/{group}/roles/{role}")


@identity
def role_assignments(s: Script) -> None:
    user, _ = person(s, "olga")
    project = a_project(s, "assigned")
    role = s.get("/v3/roles?name=member").pick("roles.0.id")
    s.put(f"/v3/projects/{project}/users/{user}/roles/{role}")
    found = "/v3/role_assignments"
    s.get(found, loose=True)
    s.get(f"{found}?user.id={user}")
    s.get(f"{found}?user.id={user}&include_names")
    s.get(f"{found}?user.id={user}&include_names=true&effective")
    s.get(f"{found}?user.id={user}&effective")
    s.get(f"{found}?scope.project.id={project}")
    s.get(f"{found}?user.id={user}&role.id={role}")
    s.get(f"{found}?user.id={user}&scope.system=all")
    s.get(f"{found}?user.id=no-such")
    s.get(f"{found}?role.id=no-such")
    s.get(f"{found}?user.id={user}&group.id=abc")
    s.get(f"{found}?scope.project.id={project}&scope.domain.id=default")
    s.get(found, by="member")
    s.delete(f"/v3/users/{user}")
    s.get(f"{found}?scope.project.id={project}")


@identity
def implied_roles(s: Script) -> None:
    admin = s.get("/v3/roles?name=admin").pick("roles.0.id")
    s.get(f"/v3/roles/{admin}/implies")
    s.get("/v3/role_inferences", loose=True)
    s.get("/v3/roles/no-such/implies")


@identity
def other_nouns(s: Script) -> None:
    """What the clients' `list` verbs ask; an early implementation answers 404 here, which is then allowed."""
    nouns = ("policies", "credentials", "OS-TRUST/trusts", "limits", "registered_limits", "limits/model")
    for noun in (*nouns, "OS-FEDERATION/identity_providers", "OS-EP-FILTER/endpoint_groups"):
        s.get(f"/v3/{noun}", loose=True)
