"""The people who ask and what is there from the start: two domains with a project each, and for each role a user
who has it in all of them and on the system, with a token for each scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from .rows import PASSWORD

ROLES = ("admin", "manager", "member", "reader", "service")
SCOPES = ("project", "other project", "domain", "other domain", "system")
"""Of a token: the target's project, one of another domain, the target's domain, another, and the system."""
NOBODY, UNSCOPED, SELF = "nobody", "unscoped", "self"
PERSONAS = (NOBODY, UNSCOPED, SELF, *(f"{role}, {scope}" for role in ROLES for scope in SCOPES))
OTHERS = tuple(f"{role}, other {noun}" for role in ROLES for noun in ("project", "domain"))
"""Without a token; a token without scope, of the user who is admin everywhere; the user whom the row is about, with
a token of the target's project and the role member there; a role in a scope. They ask in this order: the row's user
before anybody whose success would end that user's token."""


@dataclass(frozen=True)
class Stage:
    """`http` leads to the identity API's root; `admin` is the administrator's token, of a project; `things` are ids
    by name, `tokens` the personas' tokens."""

    http: httpx.AsyncClient
    admin: str
    things: Mapping[str, str]
    tokens: Mapping[str, str | None]

    async def send(self, method: str, path: str, body: Any, token: str | None, headers: Any = None) -> httpx.Response:
        sent = {**({"X-Auth-Token": token} if token else {}), **(headers or {})}
        return await self.http.request(method, path, headers=sent, **({} if body is None else {"json": body}))

    async def must(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        """A request, the administrator's unless a token is given, that succeeds; its answer."""
        answer = await self.send(method, path, body, token or self.admin)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


async def prepare(http: httpx.AsyncClient, username: str, password: str, project: str) -> Stage:
    """Make it all; the administrator is of domain Default."""
    who = {"name": username, "domain": {"id": "default"}, "password": password}
    scope = {"project": {"name": project, "domain": {"id": "default"}}}
    admin = await log_in(http, {"methods": ["password"], "password": {"user": who}}, scope)
    stage = Stage(http, admin, {}, {})
    found = (await stage.must("GET", "/v3/roles"))["roles"]
    things = {"tag": "red", **{role["name"]: role["id"] for role in found if role["name"] in ROLES}}
    for domain, name in (("home", "project"), ("other", "elsewhere")):
        things[domain] = await _make(stage, "domain", {"name": domain})
        things[name] = await _make(stage, "project", {"name": name, "domain_id": things[domain]})
    tokens: dict[str, str | None] = {NOBODY: None}
    for role in reversed(ROLES):  # admin last, so that the token without scope is theirs
        tokens |= await _tokens_of(stage, role, things)
    return Stage(http, admin, things, tokens)


async def log_in(http: httpx.AsyncClient, identity: Any, scope: Any = None) -> str:
    """A token."""
    asked = {"identity": identity} if scope is None else {"identity": identity, "scope": scope}
    answer = await http.post("/v3/auth/tokens", json={"auth": asked})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["X-Subject-Token"])


async def _tokens_of(stage: Stage, role: str, things: Mapping[str, str]) -> dict[str, str]:
    """Of a new user with a role everywhere, by persona."""
    user = await _make(stage, "user", {"name": f"the-{role}", "domain_id": things["home"], "password": PASSWORD})
    places = [("project", "project"), ("project", "elsewhere"), ("domain", "home"), ("domain", "other")]
    for where in (*(f"{noun}s/{things[name]}" for noun, name in places), "system"):
        await stage.must("PUT", f"/v3/{where}/users/{user}/roles/{things[role]}")
    scopes = [*({noun: {"id": things[name]}} for noun, name in places), {"system": {"all": True}}]
    who = {"methods": ["password"], "password": {"user": {"id": user, "password": PASSWORD}}}
    unscoped = await log_in(stage.http, who)
    again = {"methods": ["token"], "token": {"id": unscoped}}
    found = {UNSCOPED: unscoped}
    for name, scope in zip(SCOPES, scopes, strict=True):
        found[f"{role}, {name}"] = await log_in(stage.http, again, scope)
    return found


async def _make(stage: Stage, noun: str, fields: dict[str, str]) -> str:
    return str((await stage.must("POST", f"/v3/{noun}s", {noun: fields}))[noun]["id"])
