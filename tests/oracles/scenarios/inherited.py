"""OS-INHERIT, and how assignments are listed: inherited, effective, by names, on the system."""

from __future__ import annotations

from ..script import PASSWORD, Script
from .projects import a_project
from .registry import identity
from .roles import role_id
from .tokens import TOKENS, login, person

FOUND = "/v3/role_assignments"


def a_domain(s: Script, label: str) -> str:
    """A new domain (recorded), disabled at the end so that it can go; its id."""
    made = s.post("/v3/domains", {"domain": {"name": s.name(label)}}, keep=f"{label}.id=domain.id")
    return made.pick("domain.id")


def close(s: Script, domain: str) -> None:
    """What has to be asked before a domain can go."""
    s.patch(f"/v3/domains/{domain}", {"domain": {"enabled": False}})
    s.delete(f"/v3/domains/{domain}")


def a_group(s: Script, label: str, *users: str) -> str:
    """A new group of these (recorded); its id."""
    body = {"group": {"name": s.name(label), "domain_id": "default"}}
    group = s.post("/v3/groups", body, keep=f"{label}.id=group.id").pick("group.id")
    for user in users:
        s.put(f"/v3/groups/{group}/users/{user}")
    return group


@identity
def inherited_grants(s: Script) -> None:
    user, _ = person(s, "heir")
    group, role = a_group(s, "heirs"), role_id(s, "member")
    for scope in (f"domains/default/users/{user}", f"projects/{a_project(s, 'top')}/groups/{group}"):
        roles = f"/v3/OS-INHERIT/{scope}/roles"
        for method in ("HEAD", "PUT", "PUT", "HEAD", "GET"):
            s.send(method, f"{roles}/{role}/inherited_to_projects")
        s.get(f"{roles}/inherited_to_projects")
        s.get(f"/v3/{scope}/roles")
        s.head(f"/v3/{scope}/roles/{role}")
        s.put(f"{roles}/no-such/inherited_to_projects")
        s.put(f"{roles}/{role}")
        s.put(f"{roles}/{role}/inherited_to_projects", by="member")
        s.head(f"{roles}/{role}/inherited_to_projects", by="member")
        s.delete(f"{roles}/{role}/inherited_to_projects", by="member")
        s.delete(f"{roles}/{role}/inherited_to_projects")
        s.delete(f"{roles}/{role}/inherited_to_projects")
    for scope in (f"domains/no-such/users/{user}", "domains/default/users/no-such", f"projects/no-such/users/{user}"):
        s.put(f"/v3/OS-INHERIT/{scope}/roles/{role}/inherited_to_projects")
        s.head(f"/v3/OS-INHERIT/{scope}/roles/{role}/inherited_to_projects")
        s.delete(f"/v3/OS-INHERIT/{scope}/roles/{role}/inherited_to_projects")


@identity
def inherited_in_a_tree(s: Script) -> None:
    user, _ = person(s, "heir")
    top = a_project(s, "top")
    leaf, role = a_project(s, "leaf", parent_id=top), role_id(s, "member")
    s.put(f"/v3/OS-INHERIT/projects/{top}/users/{user}/roles/{role}/inherited_to_projects")
    s.get(f"{FOUND}?user.id={user}")
    s.get(f"{FOUND}?user.id={user}&effective")
    s.get(f"{FOUND}?user.id={user}&effective&include_names")
    s.get(f"{FOUND}?user.id={user}&scope.OS-INHERIT:inherited_to=projects")
    s.get(f"{FOUND}?user.id={user}&scope.OS-INHERIT:inherited_to=nothing")
    s.get(f"{FOUND}?user.id={user}&effective&scope.OS-INHERIT:inherited_to=projects")
    s.get(f"{FOUND}?scope.project.id={top}&include_subtree")
    s.get(f"{FOUND}?scope.project.id={leaf}")
    s.get(f"{FOUND}?scope.project.id={leaf}&effective")
    s.get(f"{FOUND}?scope.project.id={top}&effective&role.id={role}")
    s.get(f"/v3/users/{user}/projects")
    s.post(TOKENS, login({"id": user, "password": PASSWORD}, {"project": {"id": leaf}}), by=None)
    s.post(TOKENS, login({"id": user, "password": PASSWORD}, {"project": {"id": top}}), by=None)


@identity
def inherited_from_a_domain(s: Script) -> None:
    domain = a_domain(s, "domain")
    body = {"user": {"name": s.name("heir"), "domain_id": domain, "password": PASSWORD}}
    user = s.post("/v3/users", body, keep="heir.id=user.id").pick("user.id")
    body = {"project": {"name": s.name("leaf"), "domain_id": domain}}
    leaf = s.post("/v3/projects", body, keep="leaf.id=project.id").pick("project.id")
    role = role_id(s, "reader")
    s.put(f"/v3/OS-INHERIT/domains/{domain}/users/{user}/roles/{role}/inherited_to_projects")
    s.get(f"{FOUND}?scope.domain.id={domain}")
    s.get(f"{FOUND}?scope.domain.id={domain}&effective")
    s.get(f"{FOUND}?scope.domain.id={domain}&include_names")
    s.get(f"{FOUND}?scope.project.id={leaf}&effective&include_names")
    s.get(f"{FOUND}?user.id={user}&effective")
    good = {"id": user, "password": PASSWORD}
    for scope in ({"domain": {"id": domain}}, {"project": {"id": leaf}}):
        s.post(TOKENS, login(good, scope), by=None)
    s.put(f"/v3/domains/{domain}/users/{user}/roles/{role}")
    s.get(f"{FOUND}?scope.domain.id={domain}")
    s.get(f"{FOUND}?scope.domain.id={domain}&effective")
    s.get(f"/v3/domains/{domain}/users/{user}/roles")
    s.post(TOKENS, login(good, {"domain": {"name": s.name("domain")}}), by=None)
    close(s, domain)


@identity
def assignments_of_groups(s: Script) -> None:
    ann, bob = person(s, "ann")[0], person(s, "bob")[0]
    group, project, role = a_group(s, "team", ann, bob), a_project(s, "shared"), role_id(s, "member")
    s.put(f"/v3/projects/{project}/groups/{group}/roles/{role}")
    for query in (
        f"group.id={group}",
        f"group.id={group}&include_names",
        f"group.id={group}&effective",
        f"group.id={group}&user.id={ann}",
        f"user.id={ann}",
        f"user.id={ann}&effective",
        f"user.id={ann}&effective=false",
        f"user.id={ann}&effective=0&include_names=0",
        f"scope.project.id={project}",
        f"scope.project.id={project}&effective",
        f"scope.project.id={project}&effective&include_names",
        f"scope.project.id={project}&effective&user.id={bob}",
        f"scope.project.id={project}&role.id={role}",
        f"scope.project.id={project}&role.id=no-such",
        "scope.project.id=no-such",
        "group.id=no-such",
        f"group.id={group}&scope.system=all",
        f"scope.project.id={project}&scope.system=all",
        f"scope.system=some&user.id={ann}",
        f"include_subtree&user.id={ann}",
        f"user.id={ann}&no_such_filter=1",
    ):
        s.get(f"{FOUND}?{query}")
    s.head(f"{FOUND}?group.id={group}")
    for by in ("member", "system"):
        s.get(f"{FOUND}?scope.project.id={project}", by=by)
    s.get(f"{FOUND}?scope.project.id={s.project_of('member')}", by="member")
    s.get(f"{FOUND}?scope.project.id={s.project_of('member')}&include_subtree", by="member")
    s.delete(f"/v3/groups/{group}/users/{ann}")
    s.get(f"{FOUND}?user.id={ann}&effective")
    s.delete(f"/v3/groups/{group}")
    s.get(f"{FOUND}?scope.project.id={project}")


@identity
def assignments_on_the_system(s: Script) -> None:
    user, _ = person(s, "operator")
    group, role = a_group(s, "operators", user), role_id(s, "reader")
    for who in (f"users/{user}", f"groups/{group}"):
        roles = f"/v3/system/{who}/roles"
        s.get(roles)
        s.get(f"{roles}/{role}")
        s.put(f"{roles}/{role}")
        s.put(f"{roles}/{role}")
        s.get(roles)
        s.head(f"{roles}/{role}")
        s.get(f"{roles}/{role}")
        s.put(f"{roles}/no-such")
        s.get(f"{roles}/no-such")
        s.put(f"{roles}/{role}", by="member")
        s.get(roles, by="member")
        s.get(roles, by="system")
    s.put(f"/v3/system/users/no-such/roles/{role}")
    s.put(f"/v3/system/groups/no-such/roles/{role}")
    s.get("/v3/system/users/no-such/roles")
    for query in ("", "&effective", "&include_names", "&effective&include_names", "&scope.system=all"):
        s.get(f"{FOUND}?user.id={user}{query}")
    s.get(f"{FOUND}?group.id={group}&scope.system=all")
    token = s.post(TOKENS, login({"id": user, "password": PASSWORD}, {"system": {"all": True}}), by=None).token
    s.enter("operator", token)
    s.get("/v3/auth/system", by="operator")
    s.get(f"/v3/users/{user}", by="operator")
    s.delete(f"/v3/system/users/{user}/roles/{role}")
    s.delete(f"/v3/system/users/{user}/roles/{role}")
    s.get(f"{FOUND}?user.id={user}&effective")
    s.delete(f"/v3/system/groups/{group}/roles/{role}")
    s.post(TOKENS, login({"id": user, "password": PASSWORD}, {"system": {"all": True}}), by=None)
    s.post(TOKENS, login({"id": user, "password": PASSWORD}, {"system": {"all": False}}), by=None)
    s.post(TOKENS, login({"id": user, "password": PASSWORD}, {"system": {}}), by=None)
