"""OS-REVOKE, tokens that are ended by hand, and audit ids, by which tokens tell which they came from."""

from __future__ import annotations

from typing import Any

from ..script import PASSWORD, Script
from .projects import a_project
from .registry import identity
from .roles import role_id
from .tokens import TOKENS, login, person

EVENTS = "/v3/OS-REVOKE/events"


def chained(s: Script, token: str, scope: Any = None, label: str = "next") -> str:
    """A token for a token (recorded); its audit id gets a name."""
    auth: dict[str, Any] = {"identity": {"methods": ["token"], "token": {"id": token}}}
    answer = s.post(TOKENS, {"auth": auth if scope is None else {**auth, "scope": scope}}, by=None)
    s.known.learn(answer.pick("token.audit_ids.0"), f"{label} audit id")
    return answer.token


def entered(s: Script, user: str, label: str = "first") -> str:
    """A token for a password (recorded); its audit id gets a name."""
    answer = s.post(TOKENS, login({"id": user, "password": PASSWORD}), by=None)
    s.known.learn(answer.pick("token.audit_ids.0"), f"{label} audit id")
    return answer.token


@identity
def audit_chains(s: Script) -> None:
    user = s.user_of("member")
    first = entered(s, user)
    second = chained(s, first, {"project": {"id": s.project_of("member")}}, "second")
    third = chained(s, second, None, "third")
    alone = entered(s, user, "another")
    for token in (first, second, third, alone):
        s.get(TOKENS, headers={"X-Subject-Token": token})
    s.delete(TOKENS, headers={"X-Subject-Token": second})
    for token in (first, second, third, alone):
        s.head(TOKENS, headers={"X-Subject-Token": token})
    s.delete(TOKENS, headers={"X-Subject-Token": first})
    for token in (first, third, alone):
        s.head(TOKENS, headers={"X-Subject-Token": token})


@identity
def tokens_of_others_revoked(s: Script) -> None:
    token = {"X-Subject-Token": entered(s, s.user_of("member"))}
    for by in ("other", "reader", "unscoped", None):
        s.delete(TOKENS, by=by, headers=token)
    s.head(TOKENS, headers=token)
    s.delete(TOKENS, by="member", headers=token)
    s.head(TOKENS, headers=token)
    s.delete(TOKENS, by="member", headers={"X-Subject-Token": s.token_of("member")})
    s.get("/v3/auth/projects", by="member")
    s.delete(TOKENS, by="system", headers={"X-Subject-Token": s.token_of("other")})
    s.get("/v3/auth/projects", by="other")


@identity
def revocation_events(s: Script) -> None:
    user, _ = person(s, "ended")
    project, role = a_project(s, "left"), role_id(s, "member")
    s.put(f"/v3/projects/{project}/users/{user}/roles/{role}")
    s.delete(TOKENS, headers={"X-Subject-Token": entered(s, user)})
    s.delete(f"/v3/projects/{project}/users/{user}/roles/{role}")
    s.patch(f"/v3/users/{user}", {"user": {"enabled": False}})
    s.delete(f"/v3/projects/{project}")
    s.get(EVENTS, loose=True)
    s.get(EVENTS, by="member")
    s.head(EVENTS)
    s.get(f"{EVENTS}?since=2999-01-01T00:00:00Z")
    s.get(f"{EVENTS}?since=2999-01-01T00:00:00.000000Z")
    s.get(f"{EVENTS}?since=2999-01-01T00:00:00%2B02:00")
    s.get(f"{EVENTS}?since=2999-01-01")
    s.get(f"{EVENTS}?since=soon")
    s.get(f"{EVENTS}?since=", loose=True)
    s.get(f"{EVENTS}?since=2999-01-01T00:00:00Z&no_such_filter=1")


@identity
def what_ends_tokens_of_a_project(s: Script) -> None:
    project = s.project_of("member")
    subject = {"X-Subject-Token": s.token_of("member")}
    s.head(TOKENS, headers=subject)
    s.patch(f"/v3/projects/{project}", {"project": {"enabled": False}})
    s.get(TOKENS, headers=subject)
    s.get("/v3/auth/projects", by="member")
    s.patch(f"/v3/projects/{project}", {"project": {"enabled": True}})
    s.get(TOKENS, headers=subject)
    s.delete(f"/v3/projects/{project}")
    s.get(TOKENS, headers=subject)
    s.post(TOKENS, login({"id": s.user_of("member"), "password": PASSWORD}, {"project": {"id": project}}), by=None)
    s.delete(f"/v3/users/{s.user_of('other')}")
    s.get(TOKENS, headers={"X-Subject-Token": s.token_of("other")})
