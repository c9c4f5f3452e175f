"""EC2 credentials, and tokens for who signed a request to another service with one; keystoneclient's signer signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

from keystoneclient.contrib.ec2.utils import Ec2Signer

from ..script import Script
from .registry import identity
from .roles import role_id
from .tokens import TOKENS

Key = tuple[str, str]
NOW, LONG_AGO = timedelta(0), timedelta(minutes=20)


def keys_of(s: Script, who: str = "member") -> str:
    """Where that person's EC2 credentials are."""
    return f"/v3/users/{s.user_of(who)}/credentials/OS-EC2"


def a_key(s: Script, label: str, by: str = "member") -> Key:
    """A new one of `member` in the project of `member` (recorded); its access key and secret."""
    body = {"tenant_id": s.project_of("member")}
    made = s.post(keys_of(s), body, by=by, keep=f"{label}.access=credential.access")
    return made.pick("credential.access"), made.pick("credential.secret")


def timestamp(ago: timedelta = NOW) -> str:
    return f"{datetime.now(UTC) - ago:%Y-%m-%dT%H:%M:%SZ}"


def signed(s: Script, key: Key, ago: timedelta = NOW, **fields: Any) -> dict[str, Any]:
    """What a service passes on of a request signed with version 2."""
    params = {"SignatureVersion": "2", "Timestamp": timestamp(ago), "Action": "DescribeInstances"}
    asked: dict[str, Any] = {"verb": "GET", "host": "ec2.example", "path": "/", "params": params, **fields}
    signature = Ec2Signer(key[1]).generate(asked)
    s.known.learn(signature, "signature")
    return {"access": key[0], "signature": signature, **asked}


def signed_4(s: Script, key: Key, ago: timedelta = NOW, **fields: Any) -> dict[str, Any]:
    """The same with version 4."""
    date = timestamp(ago).replace("-", "").replace(":", "")
    day = date.partition("T")[0]
    scope = f"{key[0]}/{day}/RegionOne/ec2/aws4_request"
    said = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature=0"
    headers = {"Host": "ec2.example", "X-Amz-Date": date, "Authorization": said}
    for value, name in ((date, "date"), (day, "day")):
        s.known.learn(value, name)
    asked: dict[str, Any] = {"verb": "GET", "host": "ec2.example", "path": "/", "params": {}, "headers": headers}
    asked |= {"body_hash": hashlib.sha256(b"").hexdigest(), **fields}
    signature = Ec2Signer(key[1]).generate(asked)
    s.known.learn(signature, "signature")
    return {"access": key[0], "signature": signature, **asked}


def signed_for_s3(s: Script, key: Key, text: str = "GET\n\n\nnow\n/bucket") -> dict[str, Any]:
    """What S3 passes on of a request signed with version 1."""
    signature = base64.b64encode(hmac.digest(key[1].encode(), text.encode(), "sha1")).decode()
    s.known.learn(signature, "signature")
    return {"access": key[0], "signature": signature, "token": base64.urlsafe_b64encode(text.encode()).decode()}


def signed_for_s3_4(s: Script, key: Key, scope: str = "20260101/RegionOne/s3/aws4_request") -> dict[str, Any]:
    """The same with version 4."""
    text = f"AWS4-HMAC-SHA256\n20260101T000000Z\n{scope}\n{'0' * 64}".encode()
    derived = b"AWS4" + key[1].encode()
    for part in (*scope.split("/")[:3], "aws4_request"):
        derived = hmac.digest(derived, part.encode(), "sha256")
    signature = hmac.new(derived, text, hashlib.sha256).hexdigest()
    s.known.learn(signature, "signature")
    return {"access": key[0], "signature": signature, "token": base64.urlsafe_b64encode(text).decode()}


@identity
def ec2_credentials(s: Script) -> None:
    access, _ = a_key(s, "first")
    for by in ("member", "reader", "admin"):
        s.get(keys_of(s), by=by)
        s.get(f"{keys_of(s)}/{access}", by=by)
    s.head(f"{keys_of(s)}/{access}", by="member")
    s.get(f"{keys_of(s)}/no-such", by="member")
    s.get(f"{keys_of(s, 'reader')}/{access}", by="reader")
    s.get("/v3/users/no-such/credentials/OS-EC2")
    s.get(f"/v3/users/no-such/credentials/OS-EC2/{access}")
    s.get(f"/v3/credentials?user_id={s.user_of('member')}&type=ec2", by="member", loose=True)
    s.delete(f"{keys_of(s)}/{access}", by="reader")
    s.delete(f"{keys_of(s, 'reader')}/{access}", by="reader")
    s.delete(f"{keys_of(s)}/no-such", by="member")
    s.delete(f"{keys_of(s)}/{access}", by="member")
    s.delete(f"{keys_of(s)}/{access}", by="member")
    s.delete(f"{keys_of(s)}/{a_key(s, 'second')[0]}")


@identity
def ec2_credentials_refused(s: Script) -> None:
    mine = {"tenant_id": s.project_of("member")}
    for body in (
        {},
        {"tenant_id": None},
        {"tenant_id": 5},
        {"tenant_id": "no-such"},
        {"tenant_id": s.project_of("other")},
        {"project_id": s.project_of("member")},
        {"tenant_id": s.project_of("member"), "beside": 1},
        {"credential": mine},
    ):
        s.post(keys_of(s), body, by="member", keep="odd.access=credential.access")
    for by in ("reader", "admin"):
        s.post(keys_of(s), mine, by=by, keep="odd.access=credential.access")
    s.post("/v3/users/no-such/credentials/OS-EC2", mine)
    s.send("POST", keys_of(s), by="member", content=b"", headers={"Content-Type": "application/json"})


@identity
def ec2_tokens(s: Script) -> None:
    key = a_key(s, "first")
    for name in ("credentials", "credential", "ec2Credentials"):
        s.post("/v3/ec2tokens", {name: signed(s, key)})
    s.post("/v3/ec2tokens", {"credentials": signed(s, key, host="ec2.example:8773")})
    s.post("/v3/ec2tokens", {"credentials": {**signed(s, key), "host": "ec2.example:8773"}})
    for version in ("0", "1"):
        params = {"SignatureVersion": version, "Action": "x", "Timestamp": timestamp()}
        s.post("/v3/ec2tokens", {"credentials": signed(s, key, params=params)})
    s.post("/v3/ec2tokens", {"credentials": signed_4(s, key)})
    token = s.post("/v3/ec2tokens", {"credentials": signed_4(s, key, verb="POST", params={"Action": "x"})}).token
    s.enter("signer", token)
    s.get(TOKENS, headers={"X-Subject-Token": token})
    s.get(TOKENS, by="signer", headers={"X-Subject-Token": token})
    s.get(f"/v3/users/{s.user_of('member')}", by="signer")
    s.get("/v3/auth/projects", by="signer")
    s.get(keys_of(s), by="signer")
    s.post(TOKENS, {"auth": {"identity": {"methods": ["token"], "token": {"id": token}}}}, by=None)


@identity
def ec2_tokens_refused(s: Script) -> None:
    key, good = a_key(s, "first"), "credentials"
    right = signed(s, key)
    for by in ("member", "unscoped"):
        s.post("/v3/ec2tokens", {good: right}, by=by)
    for body in ({}, {"beside": 1}, {good: {}}, {good: None}, {good: {"signature": "x"}}):
        s.post("/v3/ec2tokens", body)
    for said in (
        {**right, "signature": "wrong"},
        {**right, "signature": None},
        {**right, "path": "/elsewhere"},
        {**right, "access": "no-such"},
        {"access": key[0]},
        {"access": key[0], "signature": "wrong"},
        {name: value for name, value in right.items() if name != "signature"},
        {**right, "params": {**right["params"], "Action": "TerminateInstances"}},
        signed(s, key, LONG_AGO),
        signed_4(s, key, LONG_AGO),
        signed(s, key, params={"SignatureVersion": "2", "Timestamp": "soon"}),
        {**signed_4(s, key), "signature": "0" * 64},
        {**signed_4(s, key), "body_hash": "0" * 64},
        signed(s, (key[0], "another secret")),
    ):
        s.post("/v3/ec2tokens", {good: said})


@identity
def s3_tokens(s: Script) -> None:
    key = a_key(s, "first")
    for name in ("credentials", "credential", "ec2Credentials"):
        s.post("/v3/s3tokens", {name: signed_for_s3(s, key)})
    for service in ("s3", "iam", "sts", "ec2"):
        scope = f"20260101/RegionOne/{service}/aws4_request"
        s.post("/v3/s3tokens", {"credentials": signed_for_s3_4(s, key, scope)})
    s.post("/v3/s3tokens", {"credentials": signed_for_s3_4(s, key, "20260101/RegionOne/s3/aws3_request")})
    s.post("/v3/s3tokens", {"credentials": signed_for_s3_4(s, key, "20260101/RegionOne/s3")})
    right = signed_for_s3(s, key)
    for body in ({}, {"credentials": {}}, {"credentials": {"signature": "x"}}):
        s.post("/v3/s3tokens", body)
    for said in (
        {**right, "signature": "wrong"},
        {**right, "access": "no-such"},
        {**right, "token": base64.urlsafe_b64encode(b"another").decode()},
        {**right, "token": "%"},
        {name: value for name, value in right.items() if name != "signature"},
        {name: value for name, value in right.items() if name != "token"},
    ):
        s.post("/v3/s3tokens", {"credentials": said})
    for by in ("member", "unscoped"):
        s.post("/v3/s3tokens", {"credentials": right}, by=by)


@identity
def what_ends_an_ec2_credential(s: Script) -> None:
    key, user, project = a_key(s, "first"), s.user_of("member"), s.project_of("member")
    good = {"credentials": signed(s, key)}
    for noun, made in (("user", user), ("project", project)):
        for enabled in (False, True):
            s.patch(f"/v3/{noun}s/{made}", {noun: {"enabled": enabled}})
            s.post("/v3/ec2tokens", good)
    s.delete(f"{keys_of(s)}/{key[0]}")
    s.post("/v3/ec2tokens", good)
    good = {"credentials": signed(s, a_key(s, "second", by="admin"))}
    s.delete(f"/v3/projects/{project}/users/{user}/roles/{role_id(s, 'member')}")
    s.post("/v3/ec2tokens", good)
    s.delete(f"/v3/projects/{project}")
    s.post("/v3/ec2tokens", good)
    s.get(keys_of(s))
