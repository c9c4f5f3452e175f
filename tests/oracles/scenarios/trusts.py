"""Trusts: made, listed, shown, deleted, used to log in."""

from __future__ import annotations

from typing import Any

from ..script import PASSWORD, Script
from .registry import identity
from .roles import role_id
from .tokens import TOKENS, login

TRUSTS = "/v3/OS-TRUST/trusts"
LATER = "2999-12-31T23:59:59.000000Z"


def trusting(s: Script, **fields: Any) -> dict[str, Any]:
    """A request body: `member` trusts `other` in the project of `member`."""
    who = {"trustor_user_id": s.user_of("member"), "trustee_user_id": s.user_of("other")}
    said = {"project_id": s.project_of("member"), "impersonation": False, "roles": [{"name": "member"}]}
    return {"trust": {**who, **said, **fields}}


def a_trust(s: Script, label: str, by: str = "member", **fields: Any) -> str:
    """A new one (recorded); its id."""
    return s.post(TRUSTS, trusting(s, **fields), by=by, keep=f"{label}.id=trust.id").pick("trust.id")


def used(s: Script, trust: str, who: str = "other") -> str:
    """That person's login with the trust (recorded); the token."""
    scope = {"OS-TRUST:trust": {"id": trust}}
    return s.post(TOKENS, login({"id": s.user_of(who), "password": PASSWORD}, scope), by=None).token


@identity
def trusts(s: Script) -> None:
    plain = a_trust(s, "plain")
    a_trust(s, "personal", impersonation=True, expires_at=LATER, remaining_uses=3)
    for by in ("member", "other", "reader", "admin"):
        s.get(f"{TRUSTS}/{plain}", by=by)
        s.head(f"{TRUSTS}/{plain}", by=by)
        s.get(f"{TRUSTS}?trustor_user_id={s.user_of('member')}", by=by)
        s.get(f"{TRUSTS}?trustee_user_id={s.user_of('other')}", by=by)
        s.get(TRUSTS, by=by, loose=True)
    s.get(f"{TRUSTS}/no-such", by="member")
    s.get(f"{TRUSTS}?trustor_user_id=no-such")
    s.get(f"{TRUSTS}?trustor_user_id={s.user_of('member')}&trustee_user_id={s.user_of('reader')}")
    s.get(f"{TRUSTS}?no_such_filter=1")


@identity
def roles_of_trusts(s: Script) -> None:
    member, admin = role_id(s, "member"), role_id(s, "admin")
    trust = a_trust(s, "first", roles=[{"id": member}])
    roles = f"{TRUSTS}/{trust}/roles"
    for by in ("member", "other", "reader"):
        s.get(roles, by=by)
        s.get(f"{roles}/{member}", by=by)
        s.head(f"{roles}/{member}", by=by)
    s.get(f"{roles}/{admin}", by="member")
    s.get(f"{roles}/no-such", by="member")
    s.get(f"{TRUSTS}/no-such/roles", by="member")
    a_trust(s, "implied", roles=[{"name": "reader"}])
    a_trust(s, "both", roles=[{"name": "reader"}, {"name": "member"}])
    a_trust(s, "lent", roles=[])
    a_trust(s, "no project", roles=[], project_id=None)
    for asked in (
        [{"id": admin}],
        [{"name": "admin"}],
        [{"id": "no-such"}],
        [{"name": s.name("nothing")}],
        [{}],
        ["member"],
        "member",
        None,
    ):
        a_trust(s, "refused", roles=asked)


@identity
def trust_requests_refused(s: Script) -> None:
    good = trusting(s)["trust"]
    for missing in ("trustor_user_id", "trustee_user_id", "impersonation", "project_id", "roles"):
        s.post(TRUSTS, {"trust": {k: v for k, v in good.items() if k != missing}}, by="member")
    for fields in (
        {"impersonation": "yes"},
        {"impersonation": None},
        {"trustee_user_id": "no-such"},
        {"trustee_user_id": 5},
        {"trustor_user_id": s.user_of("other")},
        {"project_id": "no-such"},
        {"project_id": s.project_of("other")},
        {"expires_at": "soon"},
        {"expires_at": "2001-01-01T00:00:00.000000Z"},
        {"expires_at": "2999-12-31T23:59:59"},
        {"expires_at": 5},
        {"remaining_uses": 0},
        {"remaining_uses": -1},
        {"remaining_uses": "1"},
        {"remaining_uses": 1.5},
        {"allow_redelegation": "yes"},
        {"redelegation_count": -1},
        {"redelegation_count": "1"},
        {"redelegation_count": 100, "allow_redelegation": True},
        {"remaining_uses": 1, "allow_redelegation": True},
    ):
        a_trust(s, "refused", **fields)
    for body in ({}, {"trust": []}, {"trust": good, "beside": 1}):
        s.post(TRUSTS, body, by="member")
    for by in ("other", "admin"):
        s.post(TRUSTS, trusting(s), by=by)


@identity
def trusts_with_odd_fields(s: Script) -> None:
    for label, fields in {
        "extra": {"no_such_field": 5},
        "null": {"expires_at": None, "remaining_uses": None},
        "self": {"trustee_user_id": s.user_of("member")},
        "redelegated": {"allow_redelegation": True},
        "counted": {"allow_redelegation": True, "redelegation_count": 2},
        "not redelegated": {"allow_redelegation": False, "redelegation_count": 2},
        "none left": {"allow_redelegation": True, "redelegation_count": 0},
        "count alone": {"redelegation_count": 1},
        "said id": {"id": "0" * 32},
        "redelegates nothing": {"redelegated_trust_id": "no-such"},
    }.items():
        trust = a_trust(s, label, **fields)
        s.get(f"{TRUSTS}/{trust}", by="member")
        s.delete(f"{TRUSTS}/{trust}", by="member")


@identity
def trusts_deleted(s: Script) -> None:
    trust = a_trust(s, "first")
    s.delete(f"{TRUSTS}/{trust}", by="other")
    s.delete(f"{TRUSTS}/{trust}", by="reader")
    s.delete(f"{TRUSTS}/{trust}", by="admin")
    s.delete(f"{TRUSTS}/{trust}", by=None)
    s.delete(f"{TRUSTS}/no-such", by="member")
    s.enter("trustee", used(s, trust))
    s.delete(f"{TRUSTS}/{trust}", by="member")
    s.delete(f"{TRUSTS}/{trust}", by="member")
    s.get(f"{TRUSTS}/{trust}", by="member")
    s.get(TOKENS, headers={"X-Subject-Token": s.token_of("trustee")})
    s.get("/v3/auth/projects", by="trustee")
    used(s, trust)
    s.delete(f"{TRUSTS}/{a_trust(s, 'second')}", by="system")


@identity
def login_with_a_trust(s: Script) -> None:
    plain, personal = a_trust(s, "plain"), a_trust(s, "personal", impersonation=True)
    used(s, plain)
    used(s, personal)
    used(s, plain, "member")
    used(s, plain, "reader")
    used(s, "no-such")
    who = {"id": s.user_of("other"), "password": PASSWORD}
    for scope in (
        {"OS-TRUST:trust": {}},
        {"OS-TRUST:trust": {"id": 5}},
        {"OS-TRUST:trust": {"id": plain}, "project": {"id": s.project_of("member")}},
        {"OS-TRUST:trust": {"id": plain}, "domain": {"id": "default"}},
    ):
        s.post(TOKENS, login(who, scope), by=None)
    by_token = {"identity": {"methods": ["token"], "token": {"id": s.token_of("other")}}}
    s.post(TOKENS, {"auth": {**by_token, "scope": {"OS-TRUST:trust": {"id": plain}}}}, by=None)


@identity
def trusts_used_up(s: Script) -> None:
    trust = a_trust(s, "counted", remaining_uses=2)
    used(s, trust, "reader")
    used(s, trust)
    s.get(f"{TRUSTS}/{trust}", by="member")
    last = used(s, trust)
    s.get(TOKENS, headers={"X-Subject-Token": last})
    used(s, trust)
    s.get(f"{TRUSTS}/{trust}", by="member")
    s.get(f"{TRUSTS}/{trust}/roles", by="member")
    s.get(f"{TRUSTS}?trustor_user_id={s.user_of('member')}", by="member")
    s.delete(f"{TRUSTS}/{trust}", by="member")


@identity
def what_a_token_of_a_trust_may(s: Script) -> None:
    for label, impersonation in (("plain", False), ("personal", True)):
        trust = a_trust(s, label, impersonation=impersonation)
        s.enter(label, used(s, trust))
        s.get("/v3/auth/projects", by=label)
        s.get(f"/v3/users/{s.user_of('member')}", by=label)
        s.get(f"/v3/users/{s.user_of('other')}", by=label)
        s.get(f"{TRUSTS}/{trust}", by=label)
        s.get(f"{TRUSTS}?trustee_user_id={s.user_of('other')}", by=label)
        s.post(TRUSTS, trusting(s), by=label)
        for who in ("member", "other"):
            path = f"/v3/users/{s.user_of(who)}/application_credentials"
            s.post(path, {"application_credential": {"name": s.name("refused")}}, by=label)
            s.post(f"/v3/users/{s.user_of(who)}/credentials/OS-EC2", {"tenant_id": s.project_of("member")}, by=label)
        body: dict[str, Any] = {"auth": {"identity": {"methods": ["token"], "token": {"id": s.token_of(label)}}}}
        s.post(TOKENS, body, by=None)
        s.post(TOKENS, {"auth": {**body["auth"], "scope": {"project": {"id": s.project_of("member")}}}}, by=None)
        s.delete(f"{TRUSTS}/{trust}", by=label)


@identity
def what_ends_a_trust(s: Script) -> None:
    trust, user, project = a_trust(s, "first"), s.user_of("member"), s.project_of("member")
    s.patch(f"/v3/users/{user}", {"user": {"enabled": False}})
    used(s, trust)
    s.patch(f"/v3/users/{user}", {"user": {"enabled": True}})
    token = used(s, trust)
    s.delete(f"/v3/projects/{project}/users/{user}/roles/{role_id(s, 'member')}")
    s.get(TOKENS, headers={"X-Subject-Token": token})
    used(s, trust)
    s.get(f"{TRUSTS}/{trust}")
    s.delete(f"/v3/projects/{project}")
    s.get(f"{TRUSTS}/{trust}")
    used(s, trust)


@identity
def trusts_handed_on(s: Script) -> None:
    first = a_trust(s, "first", impersonation=True, allow_redelegation=True, redelegation_count=2)
    s.enter("second hand", used(s, first))
    to_reader: dict[str, Any] = {"trustee_user_id": s.user_of("reader"), "impersonation": True}
    second = a_trust(s, "second", "second hand", **to_reader, allow_redelegation=True)
    s.get(f"{TRUSTS}/{second}", by="second hand")
    s.get(f"{TRUSTS}/{second}", by="reader")
    s.enter("third hand", used(s, second, "reader"))
    third = a_trust(s, "third", "third hand", impersonation=True, allow_redelegation=True)
    s.enter("fourth hand", used(s, third))
    a_trust(s, "fourth", "fourth hand", impersonation=True)
    for fields in (
        {"roles": [{"name": "reader"}]},
        {"roles": [{"name": "admin"}]},
        {"impersonation": False},
        {"redelegation_count": 2, "allow_redelegation": True},
        {"redelegation_count": 1, "allow_redelegation": True},
        {"remaining_uses": 1},
        {"expires_at": LATER},
        {"project_id": s.project_of("other")},
    ):
        a_trust(s, "narrower", "second hand", **{**to_reader, **fields})
    s.delete(f"{TRUSTS}/{second}", by="second hand")
    s.get(f"{TRUSTS}/{third}")
    used(s, third)


@identity
def trusts_not_handed_on(s: Script) -> None:
    s.enter("trustee", used(s, a_trust(s, "plain", impersonation=True)))
    a_trust(s, "handed on", "trustee", trustee_user_id=s.user_of("reader"), impersonation=True)
    s.enter("until", used(s, a_trust(s, "until", impersonation=True, allow_redelegation=True, expires_at=LATER)))
    a_trust(s, "longer", "until", impersonation=True, expires_at="3000-12-31T23:59:59.000000Z")
    a_trust(s, "for ever", "until", impersonation=True)
    a_trust(s, "shorter", "until", impersonation=True, expires_at="2998-12-31T23:59:59.000000Z")
    s.enter("as themselves", used(s, a_trust(s, "not personal", allow_redelegation=True)))
    a_trust(s, "narrower", "as themselves", trustor_user_id=s.user_of("other"), trustee_user_id=s.user_of("reader"))
    a_trust(s, "personal", "as themselves", trustor_user_id=s.user_of("other"), impersonation=True)
