"""/v3/credentials: secrets that are kept for others."""

from __future__ import annotations

import json
from typing import Any

from ..script import Script
from .registry import identity

CREDENTIALS = "/v3/credentials"


def secret(s: Script, label: str, by: str = "member", **fields: Any) -> str:
    """A new one of `member` (recorded); its id."""
    body = {"credential": {"user_id": s.user_of("member"), "type": "cert", "blob": "text", **fields}}
    return s.post(CREDENTIALS, body, by=by, keep=f"{label}.id=credential.id").pick("credential.id")


def access(s: Script, label: str, **more: str) -> str:
    """The blob of an EC2 credential."""
    return json.dumps({"access": s.name(label), "secret": "secret", **more})


@identity
def credentials(s: Script) -> None:
    mine = f"{CREDENTIALS}?user_id={s.user_of('member')}"
    cert = secret(s, "cert")
    secret(s, "totp", type="totp", blob="GEZDGNBVGY3TQOJQ")
    secret(s, "odd", type=s.name("odd-type"), blob='{"a": 1}', project_id=s.project_of("member"))
    secret(s, "ec2", type="ec2", blob=access(s, "key"), project_id=s.project_of("member"))
    for by in ("member", "reader", "admin"):
        s.get(mine, by=by)
        s.get(f"{CREDENTIALS}/{cert}", by=by)
    s.get(CREDENTIALS, by="member")
    s.get(f"{mine}&type=cert")
    s.get(f"{mine}&type=nothing")
    s.get(f"{CREDENTIALS}?type=" + s.name("odd-type"))
    s.get(f"{CREDENTIALS}?user_id=no-such")
    s.get(f"{mine}&no_such_filter=1")
    s.get(f"{mine}&type=cert&limit=1")
    s.head(f"{CREDENTIALS}/{cert}", by="member")
    s.get(f"{CREDENTIALS}/no-such", by="member")
    s.get(f"{CREDENTIALS}/no-such")
    s.delete(f"{CREDENTIALS}/{cert}", by="reader")
    s.delete(f"{CREDENTIALS}/{cert}", by="member")
    s.delete(f"{CREDENTIALS}/{cert}", by="member")


@identity
def credentials_of_type_ec2(s: Script) -> None:
    here = {"type": "ec2", "project_id": s.project_of("member")}
    made = secret(s, "first", **here, blob=access(s, "key"))
    secret(s, "twice", **here, blob=access(s, "key"))
    secret(s, "capitals", **{**here, "type": "EC2"}, blob=access(s, "capital-key"))
    for blob in ("text", "{}", "[]", "5", '{"secret": "x"}', '{"access": null}', '{"access": "", "secret": "x"}'):
        secret(s, "refused", **here, blob=blob)
    secret(s, "no project", type="ec2", blob=access(s, "unscoped-key"))
    secret(s, "null project", type="ec2", blob=access(s, "null-key"), project_id=None)
    for blob in (
        access(s, "key", more="x"),
        access(s, "another-key"),
        access(s, "key", trust_id="x"),
        access(s, "key", app_cred_id="x"),
        "text",
        "{}",
    ):
        s.patch(f"{CREDENTIALS}/{made}", {"credential": {"blob": blob}}, by="member")
    s.get(f"/v3/users/{s.user_of('member')}/credentials/OS-EC2", by="member")


@identity
def credentials_changed(s: Script) -> None:
    made = secret(s, "first")
    path = f"{CREDENTIALS}/{made}"
    s.patch(path, {"credential": {"blob": "changed"}}, by="member")
    for fields in (
        {"type": "other"},
        {"blob": "x", "type": "cert"},
        {"user_id": s.user_of("reader")},
        {"project_id": s.project_of("reader")},
        {"blob": 5},
        {"blob": None},
        {"blob": {"a": 1}},
        {"blob": ""},
        {"blob": "x", "no_such_field": 1},
        {"id": "0" * 32},
    ):
        s.patch(path, {"credential": fields}, by="member")
    s.patch(path, {}, by="member")
    for by in ("reader", "admin"):
        s.patch(path, {"credential": {"blob": f"by {by}"}}, by=by)
    s.patch(f"{CREDENTIALS}/no-such", {"credential": {"blob": "x"}})
    s.get(path, by="member")


@identity
def credential_requests_refused(s: Script) -> None:
    user = s.user_of("member")
    for fields in (
        {},
        {"user_id": user},
        {"user_id": user, "type": "cert"},
        {"user_id": user, "blob": "x"},
        {"type": "cert", "blob": "x"},
        {"user_id": user, "type": 5, "blob": "x"},
        {"user_id": user, "type": "", "blob": "x"},
        {"user_id": user, "type": "x" * 256, "blob": "x"},
        {"user_id": user, "type": "cert", "blob": {"a": 1}},
        {"user_id": user, "type": "cert", "blob": ["a"]},
        {"user_id": user, "type": "cert", "blob": 5},
        {"user_id": user, "type": "cert", "blob": None},
        {"user_id": user, "type": "cert", "blob": ""},
        {"user_id": user, "type": "cert", "blob": "x", "project_id": 5},
        {"user_id": user, "type": "cert", "blob": "x", "project_id": "no-such"},
        {"user_id": user, "type": "cert", "blob": "x", "no_such_field": [1]},
        {"user_id": user, "type": "cert", "blob": "x", "id": "0" * 32},
        {"user_id": "no-such", "type": "cert", "blob": "x"},
        {"user_id": s.user_of("reader"), "type": "cert", "blob": "x"},
    ):
        s.post(CREDENTIALS, {"credential": fields}, by="member", keep="odd.id=credential.id")
    s.post(CREDENTIALS, {}, by="member")
    for by in ("admin", "reader"):
        secret(s, f"by {by}", by)
    s.post(CREDENTIALS, {"credential": {"user_id": "no-such", "type": "cert", "blob": "x"}}, keep="a.id=credential.id")
