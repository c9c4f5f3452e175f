"""Users and groups."""

from __future__ import annotations

from typing import Any

from ..script import PASSWORD, Script
from .registry import identity
from .tokens import person


@identity
def users_created_changed_deleted(s: Script) -> None:
    fields: dict[str, Any] = {
        "name": s.name("frank"),
        "domain_id": "default",
        "password": PASSWORD,
        "email": "f@example.org",
    }
    fields |= {"description": "about", "enabled": True, "extra_field": "kept"}
    user = s.post("/v3/users", {"user": fields}, keep="frank.id=user.id").pick("user.id")
    s.get(f"/v3/users/{user}")
    s.head(f"/v3/users/{user}")
    s.patch(f"/v3/users/{user}", {"user": {"name": s.name("renamed"), "email": None}})
    s.patch(f"/v3/users/{user}", {"user": {"enabled": False}})
    s.patch(f"/v3/users/{user}", {"user": {"enabled": 0}})
    s.patch(f"/v3/users/{user}", {"user": {"domain_id": "elsewhere"}})
    s.patch(f"/v3/users/{user}", {"user": {"id": "0" * 32}})
    s.patch(f"/v3/users/{user}", {"user": {}})
    s.patch(f"/v3/users/{user}", {})
    s.get(f"/v3/users/{user}/projects")
    s.get(f"/v3/users/{user}/groups")
    s.delete(f"/v3/users/{user}")
    s.get(f"/v3/users/{user}")
    s.delete(f"/v3/users/{user}")
    s.patch(f"/v3/users/{user}", {"user": {"name": "gone"}})


@identity
def user_with_the_least_said(s: Script) -> None:
    s.post("/v3/users", {"user": {"name": s.name("least")}}, keep="user.id=user.id")


@identity
def user_with_a_default_project_and_options(s: Script) -> None:
    project = s.post("/v3/projects", {"project": {"name": s.name("home")}}, keep="home.id=project.id")
    fields = {"name": s.name("gina"), "default_project_id": project.pick("project.id")}
    fields2 = {"options": {"ignore_password_expiry": True, "ignore_lockout_failure_attempts": True}}
    s.post("/v3/users", {"user": fields | fields2}, keep="gina.id=user.id")


@identity
def user_requests_refused(s: Script) -> None:
    _, name = person(s, "twice")
    s.post("/v3/users", {"user": {"name": name, "domain_id": "default", "password": PASSWORD}})
    for fields in (
        {},
        {"name": ""},
        {"name": 5},
        {"name": None},
        {"name": "x" * 256},
        {"name": s.name("bad"), "enabled": "yes"},
        {"name": s.name("bad"), "password": 5},
        {"name": s.name("bad"), "domain_id": "no-such"},
        {"name": s.name("bad"), "options": {"no_such_option": True}},
        {"name": s.name("bad"), "default_project_id": 5},
    ):
        s.post("/v3/users", {"user": fields})
    s.post("/v3/users", {})
    s.send("POST", "/v3/users", content=b"nonsense", headers={"Content-Type": "application/json"})


@identity
def users_seen_by_others(s: Script) -> None:
    user, _ = person(s, "hidden")
    for who in ("member", "reader", "unscoped", "system"):
        s.get(f"/v3/users/{user}", by=who)
        s.get("/v3/users", by=who, loose=True)
    s.get("/v3/users/no-such", by="member")
    s.post("/v3/users", {"user": {"name": s.name("new")}}, by="member")
    s.patch(f"/v3/users/{user}", {"user": {"enabled": False}}, by="member")
    s.delete(f"/v3/users/{user}", by="member")
    me = s.get("/v3/auth/tokens", headers={"X-Subject-Token": s.token_of("member")}).pick("token.user.id")
    s.get(f"/v3/users/{me}", by="member")
    s.get(f"/v3/users/{me}/projects", by="member")
    s.get(f"/v3/users/{user}/projects", by="member")


@identity
def user_lists(s: Script) -> None:
    person(s, "ida")
    s.get("/v3/users", loose=True)
    s.get("/v3/users?name=" + s.name("ida"))
    s.get("/v3/users?name=" + s.name("nothing"))
    s.get("/v3/users?domain_id=default&name=" + s.name("ida"))
    s.get("/v3/users?domain_id=no-such")
    s.get("/v3/users?enabled=true&name=" + s.name("ida"))
    s.get("/v3/users?enabled=false&name=" + s.name("ida"))
    s.get("/v3/users?no_such_filter=1", loose=True)


@identity
def password_changes(s: Script) -> None:
    user, _ = person(s, "judy")
    path = f"/v3/users/{user}/password"
    good = {"user": {"original_password": PASSWORD, "password": "Next-pass-3"}}
    s.post(path, {"user": {"original_password": "wrong", "password": "Next-pass-3"}}, by=None)
    s.post(path, {"user": {"password": "Next-pass-3"}}, by=None)
    s.post(path, {}, by=None)
    s.post("/v3/users/no-such/password", good, by=None)
    s.post(path, good, by=None)
    s.post(path, good, by=None)
    s.patch(f"/v3/users/{user}", {"user": {"password": PASSWORD}})


@identity
def groups(s: Script) -> None:
    user, _ = person(s, "kim")
    name = s.name("group")
    body = {"group": {"name": name, "domain_id": "default", "description": "about"}}
    group = s.post("/v3/groups", body, keep="group.id=group.id").pick("group.id")
    s.post("/v3/groups", body)
    s.post("/v3/groups", {"group": {}})
    s.post("/v3/groups", {"group": {"name": 5}})
    s.post("/v3/groups", body, by="member")
    s.get(f"/v3/groups/{group}")
    s.get("/v3/groups?name=" + name)
    s.get("/v3/groups", loose=True)
    s.get("/v3/groups", by="member", loose=True)
    s.get("/v3/groups/no-such")
    s.patch(f"/v3/groups/{group}", {"group": {"description": "changed"}})
    s.get(f"/v3/groups/{group}/users")
    s.put(f"/v3/groups/{group}/users/{user}")
    s.put(f"/v3/groups/{group}/users/{user}")
    s.put(f"/v3/groups/{group}/users/no-such")
    s.head(f"/v3/groups/{group}/users/{user}")
    s.get(f"/v3/groups/{group}/users/{user}")
    s.get(f"/v3/groups/{group}/users")
    s.get(f"/v3/users/{user}/groups")
    s.delete(f"/v3/groups/{group}/users/{user}")
    s.head(f"/v3/groups/{group}/users/{user}")
    s.delete(f"/v3/groups/{group}/users/{user}")
    s.delete(f"/v3/groups/{group}")
    s.get(f"/v3/groups/{group}")
