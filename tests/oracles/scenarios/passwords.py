"""Passwords, options of users, and users who need more than one proof."""

from __future__ import annotations

from typing import Any

from ..script import PASSWORD, Script
from .application_credentials import a_credential, with_credential
from .registry import identity
from .tokens import TOKENS, login, person

NEXT = "Next-pass-3"


def changed(s: Script, user: str, original: Any, password: Any, by: str | None = None) -> None:
    """Asks for another password."""
    body = {"user": {"original_password": original, "password": password}}
    s.post(f"/v3/users/{user}/password", body, by=by)


@identity
def odd_password_changes(s: Script) -> None:
    user, _ = person(s, "ann")
    for original, password in (
        (PASSWORD, PASSWORD),
        (PASSWORD, 5),
        (PASSWORD, None),
        (None, NEXT),
        (5, NEXT),
        ("", NEXT),
        (PASSWORD, NEXT),
        (NEXT, PASSWORD),
    ):
        changed(s, user, original, password)
    path = f"/v3/users/{user}/password"
    for fields in ({}, {"password": NEXT}, {"original_password": PASSWORD}):
        s.post(path, {"user": fields}, by=None)
    s.post(path, {"user": {"original_password": PASSWORD, "password": NEXT, "odd": 1}}, by=None)
    s.post(path, {"password": NEXT}, by=None)
    for by in ("member", "admin"):
        changed(s, user, "wrong", NEXT, by)
    s.post(path, {"user": {"original_password": PASSWORD, "password": NEXT}, "beside": 1}, by=None)
    s.patch(f"/v3/users/{user}", {"user": {"enabled": False}})
    changed(s, user, NEXT, PASSWORD)


@identity
def passwords_of_odd_length(s: Script) -> None:
    for label, password in (("empty", ""), ("long", "x" * 4097)):
        user, _ = person(s, label)
        changed(s, user, PASSWORD, password)
        s.patch(f"/v3/users/{user}", {"user": {"password": password}})
        body = {"user": {"name": s.name(f"new-{label}"), "password": password}}
        s.post("/v3/users", body, keep=f"new-{label}.id=user.id")


@identity
def passwords_set_by_an_administrator(s: Script) -> None:
    user, _ = person(s, "ann")
    for password in (NEXT, None, 5):
        s.patch(f"/v3/users/{user}", {"user": {"password": password}})
        s.post(TOKENS, login({"id": user, "password": NEXT}), by=None)
    changed(s, user, PASSWORD, NEXT)
    s.patch(f"/v3/users/{user}", {"user": {"password": NEXT}}, by="member")
    s.patch(f"/v3/users/{s.user_of('member')}", {"user": {"password": NEXT}}, by="member")
    body = {"user": {"name": s.name("bare"), "domain_id": "default"}}
    bare = s.post("/v3/users", body, keep="bare.id=user.id").pick("user.id")
    s.post(TOKENS, login({"id": bare, "password": ""}), by=None)
    changed(s, bare, "", NEXT)
    s.patch(f"/v3/users/{bare}", {"user": {"password": NEXT}})
    s.post(TOKENS, login({"id": bare, "password": NEXT}), by=None)


@identity
def options_of_users(s: Script) -> None:
    user, _ = person(s, "ann")
    path = f"/v3/users/{user}"
    for options in (
        {"lock_password": True},
        {"ignore_password_expiry": True, "ignore_user_inactivity": True},
        {"ignore_change_password_upon_first_use": True, "ignore_lockout_failure_attempts": False},
        {"lock_password": None},
        {"ignore_password_expiry": None, "multi_factor_auth_enabled": False},
        {},
        {"lock_password": "yes"},
        {"lock_password": 1},
        {"no_such_option": True},
        {"multi_factor_auth_rules": "password"},
        {"multi_factor_auth_rules": ["password"]},
        {"multi_factor_auth_rules": [[]]},
        {"multi_factor_auth_rules": [["password"], ["password"]]},
        {"multi_factor_auth_rules": [["password", "password"]]},
        {"multi_factor_auth_rules": [["no-such"]]},
        {"multi_factor_auth_rules": [[5]]},
        {"multi_factor_auth_rules": []},
        {"multi_factor_auth_rules": None},
        None,
        [],
    ):
        s.patch(path, {"user": {"options": options}})
    s.get(path)


@identity
def a_locked_password(s: Script) -> None:
    user, _ = person(s, "ann")
    s.patch(f"/v3/users/{user}", {"user": {"options": {"lock_password": True}}})
    changed(s, user, PASSWORD, NEXT)
    changed(s, user, "wrong", NEXT)
    s.patch(f"/v3/users/{user}", {"user": {"password": NEXT}})
    s.post(TOKENS, login({"id": user, "password": NEXT}), by=None)
    s.patch(f"/v3/users/{user}", {"user": {"options": {"lock_password": False}}})
    changed(s, user, NEXT, PASSWORD)


@identity
def users_who_need_two_proofs(s: Script) -> None:
    user, made = s.user_of("member"), a_credential(s, "second proof")
    rules = [["password", "application_credential"]]
    s.patch(f"/v3/users/{user}", {"user": {"options": {"multi_factor_auth_rules": rules}}})
    good, second = login({"id": user, "password": PASSWORD}), with_credential({"id": made, "secret": "secret"})
    receipt = s.post(TOKENS, good, by=None).response.headers.get("Openstack-Auth-Receipt", "missing")
    s.known.learn(receipt, "receipt")
    s.post(TOKENS, login({"id": user, "password": "wrong"}), by=None)
    s.post(TOKENS, second, by=None)
    header = {"Openstack-Auth-Receipt": receipt}
    s.post(TOKENS, good, by=None, headers=header)
    s.post(TOKENS, login({"id": s.user_of("reader"), "password": PASSWORD}), by=None, headers=header)
    s.post(TOKENS, with_credential({"id": made, "secret": "wrong"}), by=None, headers=header)
    s.post(TOKENS, second, by=None, headers={"Openstack-Auth-Receipt": "junk"})
    s.post(TOKENS, second, by=None, headers=header)
    both = {**good["auth"]["identity"], **second["auth"]["identity"]}
    both["methods"] = ["password", "application_credential"]
    s.post(TOKENS, {"auth": {"identity": both}}, by=None)
    s.get("/v3/auth/projects", by="member")
    s.post(TOKENS, {"auth": {"identity": {"methods": ["token"], "token": {"id": s.token_of("member")}}}}, by=None)
    s.patch(f"/v3/users/{user}", {"user": {"options": {"multi_factor_auth_enabled": False}}})
    s.post(TOKENS, good, by=None)


@identity
def rules_about_proofs_that_hold_for_nobody(s: Script) -> None:
    user, _ = person(s, "ann")
    good = login({"id": user, "password": PASSWORD})
    for rules in ([["password"]], [["no-such"]], [["password", "no-such"]], [["password", "no-such"], ["password"]]):
        s.patch(f"/v3/users/{user}", {"user": {"options": {"multi_factor_auth_rules": rules}}})
        s.post(TOKENS, good, by=None)
