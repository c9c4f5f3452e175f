"""Corners of identity's answers: what is null, empty, unknown, disabled or spelled otherwise."""

from __future__ import annotations

from ..script import PASSWORD, Script
from .projects import a_project
from .registry import identity
from .tokens import TOKENS, login, person


def a_domain(s: Script, label: str, **fields: object) -> str:
    """A new domain, disabled so that it can be deleted; its id."""
    body = {"domain": {"name": s.name(label), "enabled": False, **fields}}
    return s.post("/v3/domains", body, keep=f"{label}.id=domain.id").pick("domain.id")


def a_role(s: Script, label: str, **fields: object) -> str:
    body = {"role": {"name": s.name(label), **fields}}
    return s.post("/v3/roles", body, keep=f"{label}.id=role.id").pick("role.id")


@identity
def immutable_nouns(s: Script) -> None:
    options = {"immutable": True}
    for noun, path in (
        ("project", f"/v3/projects/{a_project(s, 'fixed', options=options)}"),
        ("role", f"/v3/roles/{a_role(s, 'fixed-role', options=options)}"),
        ("domain", f"/v3/domains/{a_domain(s, 'fixed-domain', options=options)}"),
    ):
        s.patch(path, {noun: {"options": {"immutable": True}}})
        s.patch(path, {noun: {"options": {"immutable": True}, "description": "x"}})
        s.patch(path, {noun: {"options": {"immutable": False}, "description": "x"}})
        s.patch(path, {noun: {"options": {}}})
        s.patch(path, {noun: {"description": "x"}})
        s.delete(path)
        s.patch(path, {noun: {"options": {"immutable": False}}})
        s.patch(path, {noun: {"options": {"immutable": True}}})
        s.patch(path, {noun: {"options": {"immutable": None}}})


@identity
def descriptions_of_nothing(s: Script) -> None:
    service = {"type": s.name("type")}
    for noun, fields in (
        ("project", {"name": s.name("plain-project")}),
        ("domain", {"name": s.name("plain-domain"), "enabled": False}),
        ("group", {"name": s.name("plain-group")}),
        ("role", {"name": s.name("plain-role")}),
        ("user", {"name": s.name("plain-user")}),
        ("service", service),
        ("region", {}),
    ):
        made = s.post(f"/v3/{noun}s", {noun: {**fields, "description": None}}, keep=f"{noun}.id={noun}.id")
        path = f"/v3/{noun}s/{made.pick(f'{noun}.id')}"
        s.patch(path, {noun: {"description": "text"}})
        s.patch(path, {noun: {"description": None}})
        s.get(path)


@identity
def lists_begun_after_what_is_not_there(s: Script) -> None:
    for noun in ("users", "groups", "projects", "domains"):
        s.get(f"/v3/{noun}?marker=no-such")
        s.get(f"/v3/{noun}?marker=no-such&limit=1")
    s.get("/v3/users?limit=0")


@identity
def lists_asked_for_badly(s: Script) -> None:
    for noun in ("users", "groups", "projects", "roles"):
        for query in ("name=", "name=%20", "name=" + "x" * 256, "domain_id=bad!"):
            s.get(f"/v3/{noun}?{query}")
    for query in ("enabled=maybe", "enabled=No", "sort_dir=up"):
        s.get(f"/v3/users?{query}")
    s.get("/v3/domains?is_domain=maybe&domain_id=bad!&name=" + s.name("nothing"))
    s.get("/v3/registered_limits?domain_id=bad!")


@identity
def changes_of_nothing(s: Script) -> None:
    project, domain, role = a_project(s, "idle"), a_domain(s, "idle-domain"), a_role(s, "idle-role")
    user, _ = person(s, "idle-user")
    for noun, path in (("project", project), ("domain", domain), ("role", role), ("user", user)):
        for body in ({noun: {}}, {}, {noun: None}, {noun: {}, "more": 1}):
            s.patch(f"/v3/{noun}s/{path}", body)
    s.patch(f"/v3/domains/{domain}", {"domain": {"is_domain": False, "parent_id": "x", "domain_id": "y"}})


@identity
def names_with_dashes_and_colons(s: Script) -> None:
    odd = {"a-b": 1, "c:d": 2, "e_f": 3}
    for noun, fields in (
        ("project", {"name": s.name("odd-project"), "domain-id": "default"}),
        ("domain", {"name": s.name("odd-domain"), "enabled": False}),
        ("group", {"name": s.name("odd-group")}),
        ("role", {"name": s.name("odd-role")}),
        ("user", {"name": s.name("odd-user")}),
        ("service", {"type": s.name("odd-type")}),
        ("region", {}),
        ("credential", {"blob": "{}", "type": "cert", "user_id": "no-such-user"}),
    ):
        made = s.post(f"/v3/{noun}s", {noun: {**fields, **odd}}, keep=f"{noun}.id={noun}.id")
        if noun != "credential":
            s.patch(f"/v3/{noun}s/{made.pick(f'{noun}.id')}", {noun: {"a-b": 4}})
    s.post("/v3/projects", {"project": {"name": s.name("odd"), "is-domain": True, "parent-id": "default"}})


@identity
def disabled_projects_and_domains_of_a_user(s: Script) -> None:
    user, _ = person(s, "reach")
    role = s.get("/v3/roles?name=member").pick("roles.0.id")
    off, on, domain = a_project(s, "off", enabled=False), a_project(s, "on"), a_domain(s, "off-domain")
    for where in (f"projects/{off}", f"projects/{on}", f"domains/{domain}"):
        s.put(f"/v3/{where}/users/{user}/roles/{role}")
    token = s.post(TOKENS, login({"id": user, "password": PASSWORD}), by=None).token
    for path in ("auth/projects", "auth/domains", f"users/{user}/projects"):
        s.get(f"/v3/{path}", by=None, headers={"X-Auth-Token": token})
    for query in ("enabled", "enabled=0", "name=" + s.name("on"), "domain_id=no-such", "limit=5", "name__contains=off"):
        s.get(f"/v3/users/{user}/projects?{query}")


@identity
def flags(s: Script) -> None:
    top = a_project(s, "top")
    low = a_project(s, "low", parent_id=top)
    for value in ("", "=", "=0", "=false"):
        for flag in ("parents_as_ids", "subtree_as_ids"):
            s.get(f"/v3/projects/{low if flag.startswith('parents') else top}?{flag}{value}")
        s.get(f"/v3/role_assignments?scope.project.id={top}&effective{value}&include_names{value}")


@identity
def tokens_of_trusts(s: Script) -> None:
    user, _ = person(s, "trusted")
    project, me = s.project_of("member"), "member"
    body = {"trustee_user_id": user, "impersonation": True, "project_id": project, "roles": [{"name": "member"}]}
    trustor = s.get(TOKENS, by=me, headers={"X-Subject-Token": s.token_of(me)}).pick("token.user.id")
    made = s.post("/v3/OS-TRUST/trusts", {"trust": {**body, "trustor_user_id": trustor, "a-b": 1}}, by=me)
    trust = made.pick("trust.id")
    s.known.learn(trust, "trust.id")
    token = s.post(TOKENS, login({"id": user, "password": PASSWORD}, {"OS-TRUST:trust": {"id": trust}}), by=None).token
    s.get(TOKENS, headers={"X-Subject-Token": token})
    s.get(f"/v3/OS-TRUST/trusts/{trust}", by=me)
    s.delete(f"/v3/OS-TRUST/trusts/{trust}", by=me)


@identity
def methods_that_are_not_offered(s: Script) -> None:
    user = {"user": {"id": person(s, "tried")[0], "password": PASSWORD}}
    for said in (
        {"methods": ["no-such"]},
        {"methods": ["no-such"], "no-such": {}},
        {"methods": ["password", "no-such"], "password": user},
        {"methods": ["password", "no-such"], "password": user, "no-such": {}},
        {"methods": ["external"]},
        {"methods": []},
    ):
        s.post(TOKENS, {"auth": {"identity": said}}, by=None)
