"""Access rules of application credentials. Who has a token that bears some may do nothing else."""

from __future__ import annotations

from typing import Any

from ..script import Script
from .application_credentials import NOUN, a_credential, home, with_credential
from .registry import identity
from .tokens import TOKENS

RULE = {"service": "compute", "method": "GET", "path": "/v2.1/servers"}


def rules_of(s: Script, who: str = "member") -> str:
    return f"/v3/users/{s.user_of(who)}/access_rules"


def a_rule(s: Script, label: str, **fields: Any) -> tuple[str, str]:
    """A new application credential with one rule (recorded); both ids."""
    body = {NOUN: {"name": s.name(label), "access_rules": [{**RULE, **fields}]}}
    made = s.post(home(s), body, by="member", keep=f"{label}.id={NOUN}.id")
    rule = made.pick(f"{NOUN}.access_rules.0.id")
    s.known.learn(rule, f"{label} rule")
    return made.pick(f"{NOUN}.id"), rule


@identity
def access_rules(s: Script) -> None:
    credential, rule = a_rule(s, "first")
    _, other = a_rule(s, "second", method="POST")
    for by in ("member", "admin", "reader"):
        s.get(rules_of(s), by=by)
        s.get(f"{rules_of(s)}/{rule}", by=by)
    s.get(f"{rules_of(s)}?method=POST", by="member")
    s.get(f"{rules_of(s)}?service=compute&path=/v2.1/servers", by="member")
    s.get(f"{rules_of(s)}?service=image", by="member")
    s.get(f"{rules_of(s)}?no_such_filter=1", by="member")
    s.get(f"{rules_of(s)}/no-such", by="member")
    s.get(f"{rules_of(s, 'reader')}/{rule}", by="reader")
    s.delete(f"{rules_of(s)}/{rule}", by="member")
    s.delete(f"{home(s)}/{credential}", by="member")
    s.get(f"{rules_of(s)}/{rule}", by="member")
    s.delete(f"{rules_of(s)}/{rule}", by="reader")
    s.delete(f"{rules_of(s)}/{rule}", by="member")
    s.delete(f"{rules_of(s)}/{rule}", by="member")
    s.delete(f"{rules_of(s)}/{other}")


@identity
def access_rules_used_again(s: Script) -> None:
    _, rule = a_rule(s, "first")
    a_rule(s, "alike")
    a_credential(s, "by id", access_rules=[{"id": rule}])
    a_credential(s, "both", access_rules=[{"id": rule}, {**RULE, "method": "PUT"}])
    a_credential(s, "twice", access_rules=[RULE, RULE])
    a_credential(s, "none", access_rules=[])
    a_credential(s, "nowhere", access_rules=[{**RULE, "service": s.name("nothing")}])
    a_credential(s, "odd", access_rules=[{**RULE, "no_such_field": 1}])
    a_credential(s, "longer", access_rules=[{**RULE, "path": "/" + "x" * 127}])
    s.get(rules_of(s), by="member")
    body = {NOUN: {"name": s.name("stolen"), "access_rules": [{"id": rule}]}}
    s.post(home(s, "reader"), body, by="reader", keep=f"stolen.id={NOUN}.id")


@identity
def access_rules_refused(s: Script) -> None:
    s.token_of("member")
    for rules in (
        [{}],
        [{"id": "no-such"}],
        [{"service": "compute", "method": "GET"}],
        [{"service": "compute", "path": "/v2.1/servers"}],
        [{"method": "GET", "path": "/v2.1/servers"}],
        [{**RULE, "method": "get"}],
        [{**RULE, "method": "OPTIONS"}],
        [{**RULE, "path": "v2.1/servers"}],
        [{**RULE, "path": "/" + "x" * 128}],
        [{**RULE, "service": ""}],
        ["GET"],
        RULE,
        None,
    ):
        a_credential(s, "refused", access_rules=rules)


@identity
def what_a_credential_with_access_rules_may(s: Script) -> None:
    user = s.user_of("member")
    allowed = {"service": "identity", "method": "GET", "path": "/identity/v3/users/{user_id}"}
    made = a_credential(s, "ruled", access_rules=[allowed])
    good = with_credential({"id": made, "secret": "secret"})
    s.enter("ruled", s.post(TOKENS, good, by=None).token)
    s.post(TOKENS, good, by=None, headers={"OpenStack-Identity-Access-Rules": "1.0"})
    s.get(TOKENS, headers={"X-Subject-Token": s.token_of("ruled")})
    for version in ("0", "1", "1.0", "x"):
        versions = {"X-Subject-Token": s.token_of("ruled"), "OpenStack-Identity-Access-Rules": version}
        s.get(TOKENS, headers=versions)
    s.get(f"/v3/users/{user}", by="ruled")
    s.get(f"/v3/users/{user}/projects", by="ruled")
    s.get("/v3/auth/projects", by="ruled")
    s.get(home(s), by="ruled")
