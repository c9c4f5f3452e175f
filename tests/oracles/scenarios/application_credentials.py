"""Application credentials: made, listed, shown, deleted, used to log in; and what they may not do."""

from __future__ import annotations

from typing import Any

from ..script import PASSWORD, Script
from .registry import identity
from .roles import role_id
from .tokens import DEFAULT, TOKENS, login

NOUN = "application_credential"
LATER = "2999-12-31T23:59:59"


def home(s: Script, who: str = "member") -> str:
    """Where that person's application credentials are."""
    return f"/v3/users/{s.user_of(who)}/application_credentials"


def a_credential(s: Script, label: str, who: str = "member", **fields: Any) -> str:
    """A new one of that person's (recorded), its secret "secret"; its id."""
    body = {NOUN: {"name": s.name(label), "secret": "secret", **fields}}
    return s.post(home(s, who), body, by=who, keep=f"{label}.id={NOUN}.id").pick(f"{NOUN}.id")


def with_credential(said: dict[str, Any], scope: Any = None) -> dict[str, Any]:
    """A request body for authentication with one."""
    auth: dict[str, Any] = {"identity": {"methods": [NOUN], NOUN: said}}
    return {"auth": auth if scope is None else {**auth, "scope": scope}}


@identity
def application_credentials(s: Script) -> None:
    first = a_credential(s, "first", description="about", expires_at=LATER)
    a_credential(s, "second", secret=None, unrestricted=True)
    s.post(home(s), {NOUN: {"name": s.name("third")}}, by="member", keep=f"third.id={NOUN}.id")
    for by in ("member", "admin", "reader"):
        s.get(home(s), by=by)
        s.get(f"{home(s)}/{first}", by=by)
    s.head(f"{home(s)}/{first}", by="member")
    s.get(f"{home(s)}?name=" + s.name("second"), by="member")
    s.get(f"{home(s)}?name=" + s.name("nothing"), by="member")
    s.get(f"{home(s)}?limit=1&name=" + s.name("second"), by="member")
    s.get(f"{home(s)}?no_such_filter=1", by="member")
    s.get(f"{home(s)}?name=", by="member")
    s.get(f"{home(s)}/no-such", by="member")
    s.get(f"{home(s, 'reader')}/{first}", by="reader")
    s.get("/v3/users/no-such/application_credentials")
    s.get(f"/v3/users/no-such/application_credentials/{first}")


@identity
def application_credentials_deleted(s: Script) -> None:
    first = a_credential(s, "first")
    token = s.post(TOKENS, with_credential({"id": first, "secret": "secret"}), by=None).token
    s.delete(f"{home(s)}/{first}", by="reader")
    s.delete(f"{home(s)}/no-such", by="member")
    s.delete(f"{home(s, 'reader')}/{first}", by="reader")
    s.delete(f"{home(s)}/{first}", by="member")
    s.delete(f"{home(s)}/{first}", by="member")
    s.get(TOKENS, headers={"X-Subject-Token": token})
    s.post(TOKENS, with_credential({"id": first, "secret": "secret"}), by=None)
    s.delete(f"{home(s)}/{a_credential(s, 'second')}")
    s.delete(f"{home(s)}/{a_credential(s, 'third')}", by="system")


@identity
def roles_of_application_credentials(s: Script) -> None:
    member, reader, admin = role_id(s, "member"), role_id(s, "reader"), role_id(s, "admin")
    a_credential(s, "by id", roles=[{"id": member}])
    a_credential(s, "implied", roles=[{"name": "reader"}])
    a_credential(s, "twice", roles=[{"id": reader}, {"name": "reader"}])
    a_credential(s, "both", roles=[{"id": reader}, {"id": member}])
    a_credential(s, "none", roles=[])
    for roles in (
        [{"id": admin}],
        [{"name": "admin"}],
        [{"id": "no-such"}],
        [{"name": s.name("nothing")}],
        [{}],
        [{"id": member, "name": "member"}],
        [{"id": 5}],
        ["member"],
        "member",
        None,
    ):
        a_credential(s, "refused", roles=roles)


@identity
def application_credential_requests_refused(s: Script) -> None:
    a_credential(s, "twice")
    a_credential(s, "twice")
    for fields in (
        {},
        {"name": ""},
        {"name": "  "},
        {"name": 5},
        {"name": None},
        {"name": "x" * 256},
        {"name": s.name("bad"), "secret": 5},
        {"name": s.name("bad"), "description": 5},
        {"name": s.name("bad"), "unrestricted": "yes"},
        {"name": s.name("bad"), "expires_at": "soon"},
        {"name": s.name("bad"), "expires_at": "2001-01-01T00:00:00"},
        {"name": s.name("bad"), "expires_at": 5},
        {"name": s.name("bad"), "no_such_field": 5},
        {"name": s.name("bad"), "project_id": 5},
    ):
        s.post(home(s), {NOUN: fields}, by="member")
    s.post(home(s), {}, by="member")
    s.post(home(s), {NOUN: []}, by="member")
    s.post(home(s), {NOUN: {"name": s.name("bad")}, "beside": 1}, by="member")
    s.post(home(s), {NOUN: {"name": s.name("bad")}}, by=None)
    s.post(home(s), {NOUN: {"name": s.name("bad")}}, by="reader")
    s.post(home(s), {NOUN: {"name": s.name("bad")}}, by="admin")
    me = s.get(TOKENS, headers={"X-Subject-Token": s.token_of("admin")}).pick("token.user.id")
    for by in ("unscoped", "system"):
        path = f"/v3/users/{me}/application_credentials"
        s.post(path, {NOUN: {"name": s.name("bad")}}, by=by, keep=f"{by}.id={NOUN}.id")


@identity
def application_credentials_with_odd_fields(s: Script) -> None:
    a_credential(s, "empty secret", secret="")
    a_credential(s, "no description", description=None)
    a_credential(s, "no expiry", expires_at=None)
    a_credential(s, "restricted", unrestricted=False)
    a_credential(s, "null", unrestricted=None)
    a_credential(s, "zulu", expires_at="2999-12-31T23:59:59.123456Z")
    a_credential(s, "offset", expires_at="2999-12-31T23:59:59+02:00")
    a_credential(s, "elsewhere", project_id=s.project_of("other"))
    a_credential(s, "own id", id="0" * 32)


@identity
def login_with_an_application_credential(s: Script) -> None:
    made, user = a_credential(s, "first", roles=[{"name": "reader"}]), {"id": s.user_of("member")}
    named = {"name": s.name("first"), "secret": "secret"}
    s.post(TOKENS, with_credential({"id": made, "secret": "secret"}), by=None)
    s.post(TOKENS, with_credential({**named, "user": user}), by=None)
    s.post(TOKENS, with_credential({**named, "user": {"name": s.name("member-user"), "domain": DEFAULT}}), by=None)
    for said in (
        {"id": made, "secret": "wrong"},
        {"id": made},
        {"id": made, "secret": 5},
        {"id": "no-such", "secret": "secret"},
        {"secret": "secret"},
        named,
        {**named, "user": {}},
        {**named, "user": {"name": s.name("member-user")}},
        {**named, "user": {"id": s.user_of("reader")}},
        {**named, "user": {"id": "no-such"}},
        {"name": s.name("nothing"), "secret": "secret", "user": user},
        {},
    ):
        s.post(TOKENS, with_credential(said), by=None)
    good = {"id": made, "secret": "secret"}
    s.post(TOKENS, with_credential(good, {"project": {"id": s.project_of("member")}}), by=None)
    s.post(TOKENS, with_credential(good, {"project": {"id": s.project_of("other")}}), by=None)
    s.post(TOKENS, with_credential(good, "unscoped"), by=None)
    s.post(TOKENS, with_credential(good, {"system": {"all": True}}), by=None)


@identity
def what_ends_an_application_credential(s: Script) -> None:
    made, project, user = a_credential(s, "first"), s.project_of("member"), s.user_of("member")
    good = with_credential({"id": made, "secret": "secret"})
    s.patch(f"/v3/users/{user}", {"user": {"enabled": False}})
    s.post(TOKENS, good, by=None)
    s.patch(f"/v3/users/{user}", {"user": {"enabled": True}})
    token = s.post(TOKENS, good, by=None).token
    s.patch(f"/v3/projects/{project}", {"project": {"enabled": False}})
    s.post(TOKENS, good, by=None)
    s.patch(f"/v3/projects/{project}", {"project": {"enabled": True}})
    s.post(TOKENS, good, by=None)
    s.delete(f"/v3/projects/{project}/users/{user}/roles/{role_id(s, 'member')}")
    s.get(TOKENS, headers={"X-Subject-Token": token})
    s.post(TOKENS, good, by=None)
    s.get(f"{home(s)}/{made}")


@identity
def what_a_restricted_application_credential_may(s: Script) -> None:
    for label, unrestricted in (("restricted", False), ("unrestricted", True)):
        made = a_credential(s, label, unrestricted=unrestricted)
        s.enter(label, s.post(TOKENS, with_credential({"id": made, "secret": "secret"}), by=None).token)
        s.get(f"/v3/users/{s.user_of('member')}", by=label)
        s.get("/v3/auth/projects", by=label)
        s.get(home(s), by=label)
        s.get(f"{home(s)}/{made}", by=label)
        s.post(home(s), {NOUN: {"name": s.name(f"{label} child")}}, by=label, keep=f"{label}-child.id={NOUN}.id")
        s.get("/v3/credentials", by=label)
        ec2 = f"/v3/users/{s.user_of('member')}/credentials/OS-EC2"
        s.post(ec2, {"tenant_id": s.project_of("member")}, by=label)
        s.get(f"/v3/OS-TRUST/trusts?trustor_user_id={s.user_of('member')}", by=label)
        body: dict[str, Any] = {"auth": {"identity": {"methods": ["token"], "token": {"id": s.token_of(label)}}}}
        s.post(TOKENS, body, by=None)
        body["auth"]["scope"] = {"project": {"id": s.project_of("member")}}
        s.post(TOKENS, body, by=None)
        s.delete(f"{home(s)}/{made}", by=label)


@identity
def application_credentials_of_who_loses_a_password(s: Script) -> None:
    made, user = a_credential(s, "first"), s.user_of("member")
    changed = {"user": {"original_password": PASSWORD, "password": "Another-pass-2"}}
    s.post(f"/v3/users/{user}/password", changed, by=None)
    s.post(TOKENS, with_credential({"id": made, "secret": "secret"}), by=None)
    s.post(TOKENS, login({"id": user, "password": PASSWORD}), by=None)
