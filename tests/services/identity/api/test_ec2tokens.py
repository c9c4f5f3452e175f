"""Tokens for who signed a request with the secret of an EC2 credential; keystoneclient's signer signs."""

import base64
import hashlib
import hmac
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from keystoneclient.contrib.ec2.utils import Ec2Signer

from altostratus.kernel.testing.client import ApiClient
from tests.services.identity.cloud import TOKENS, V3, People, run

EC2 = f"{V3}/ec2tokens"
S3 = f"{V3}/s3tokens"
NOW = "2026-11-20T12:00:00Z"


@dataclass
class Ann:
    """A member of a project with an EC2 credential there, and the service that she talks to."""

    user_id: str
    project_id: str
    access: str
    secret: str
    service: ApiClient

    def body(self, timestamp: str = NOW, **fields: Any) -> dict[str, Any]:
        """What a service sends on, signed with version 2."""
        params = {"SignatureVersion": "2", "Timestamp": timestamp, "Action": "DescribeInstances"}
        asked: dict[str, Any] = {"verb": "GET", "host": "ec2.example", "path": "/", "params": params, **fields}
        asked["signature"] = Ec2Signer(self.secret).generate(asked)
        return {"credentials": {"access": self.access, **asked}}

    async def log_in(self, timestamp: str = NOW, **fields: Any) -> httpx.Response:
        return await self.service.post(EC2, self.body(timestamp, **fields))


async def ann_of(people: People) -> Ann:
    project = await people.make("project", name="p")
    ann = await people.person("member", project)
    made = await ann.post(f"{V3}/users/{ann.user_id}/credentials/OS-EC2", {"tenant_id": project})
    assert made.status_code == 201, made.text
    found = made.json()["credential"]
    return Ann(ann.user_id, project, found["access"], found["secret"], people.admin)


async def with_blob(people: People, ann: Ann, **blob: Any) -> Ann:
    """Another credential of hers, with this in its blob."""
    access, secret = f"access-{random.getrandbits(40)}", "s" * 32
    fields = {"user_id": ann.user_id, "project_id": ann.project_id, "type": "ec2"}
    await people.make("credential", **fields, blob=json.dumps({"access": access, "secret": secret, **blob}))
    return Ann(ann.user_id, ann.project_id, access, secret, people.admin)


def test_a_signed_request_gets_a_token_in_the_credentials_project(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        response = await ann.log_in()
        assert response.status_code == 200, response.text
        token = response.json()["token"]
        assert token["methods"] == ["ec2credential"]
        assert (token["user"]["id"], token["project"]["id"]) == (ann.user_id, ann.project_id)
        assert {role["name"] for role in token["roles"]} == {"member", "reader"}
        assert token["catalog"][0]["type"] == "identity"
        shown = await people.admin.get(TOKENS, headers={"X-Subject-Token": response.headers["X-Subject-Token"]})
        assert shown.json()["token"] == token

    run(tmp_path, story)


def test_such_a_token_is_for_other_services_alone(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        token = (await ann.log_in()).headers["X-Subject-Token"]
        client = people.client(token)
        for path in ("/auth/projects", f"/users/{ann.user_id}", "/credentials", "/auth/tokens"):
            assert (await client.get(f"{V3}{path}", headers={"X-Subject-Token": token})).status_code == 403
        body = {"auth": {"identity": {"methods": ["token"], "token": {"id": token}}}}
        assert (await people.client().post(TOKENS, body)).status_code == 403
        actor = await people.service.facade.authenticate(token)
        assert (actor.user_id, actor.project_id) == (ann.user_id, ann.project_id)

    run(tmp_path, story)


@pytest.mark.parametrize("name", ["credential", "ec2Credentials"])
def test_the_other_names_of_the_body(tmp_path: Path, name: str) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        response = await people.admin.post(EC2, {"credentials": {}, name: ann.body()["credentials"]})
        assert response.status_code == 401  # the first that is there is taken, and it has no access key
        assert (await people.admin.post(EC2, {name: ann.body()["credentials"]})).status_code == 200

    run(tmp_path, story)


def test_version_4_with_a_body(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        headers = {
            "Host": "ec2.example:8788",
            "X-Amz-Date": "20261120T120000Z",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={ann.access}/20261120/RegionOne/ec2/aws4_request, "
            "SignedHeaders=host;x-amz-date, Signature=unused",
        }
        fields = {"verb": "POST", "params": {"n": 1}, "headers": headers, "body_hash": hashlib.sha256(b"x").hexdigest()}
        assert (await ann.log_in(**fields)).status_code == 200
        people.clock.move(minutes=16)
        assert (await ann.log_in(**fields)).status_code == 401

    run(tmp_path, story)


def test_only_services_pass_requests_on(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        member = await people.person("member", ann.project_id)
        service = await people.person("service", ann.project_id)
        for path in (EC2, S3):
            assert (await people.client().post(path, ann.body())).status_code == 401
            assert (await member.post(path, ann.body())).status_code == 403
            assert (await people.admin.get(path)).status_code == 405
        assert (await service.post(EC2, ann.body())).status_code == 200

    run(tmp_path, story)


def test_who_cannot_be_let_in(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        good = ann.body()["credentials"]
        refused: list[tuple[Any, int]] = [
            ({}, 400),
            ([], 400),
            ({"credentials": {"signature": "x"}}, 401),
            ({"credentials": "x"}, 400),
            ({"credentials": {**good, "access": 5}}, 400),
            ({"credentials": {**good, "params": {"a": []}}}, 400),
            ({"credentials": {**good, "access": "nobody's"}}, 404),
            ({"credentials": {**good, "signature": "wrong"}}, 401),
            ({"credentials": {**good, "signature": None}}, 401),
            ({"credentials": {**good, "host": "other"}}, 401),
            ({"credentials": {**good, "params": {**good["params"], "SignatureVersion": "3"}}}, 401),
            ({"credentials": {"access": ann.access, "signature": "x"}}, 401),
        ]
        for path in (EC2, S3):
            for body, status in refused:
                response = await people.admin.post(path, body)
                assert response.status_code == status, (path, body, response.text)
        kept = await people.make("credential", user_id=ann.user_id, type="EC2", blob='{"access": "A", "secret": "s"}')
        assert kept == hashlib.sha256(b"A").hexdigest()
        assert (await people.admin.post(EC2, {"credentials": {**good, "access": "A"}})).status_code == 404
        for blob in ({"secret": None}, {"secret": ["s"]}):
            assert (await (await with_blob(people, ann, **blob)).log_in()).status_code == 401

    run(tmp_path, story)


def test_a_request_lasts_a_quarter_of_an_hour(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        assert (await ann.log_in("2026-11-20T11:45:01Z")).status_code == 200
        assert (await ann.log_in("2026-11-20T11:45:00Z")).status_code == 401
        assert (await ann.log_in("soon")).status_code == 401

    run(tmp_path, story)


def test_the_lifetime_of_requests_may_be_set(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        assert (await ann.log_in("2026-11-20T11:59:31Z")).status_code == 200
        assert (await ann.log_in("2026-11-20T11:59:30Z")).status_code == 401

    run(tmp_path, story, {"signature_lifetime": 30})


def test_whoever_may_not_be_in_the_project_any_more_gets_no_token(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        grant = f"{V3}/projects/{ann.project_id}/users/{ann.user_id}/roles/{await people.role('member')}"
        for off, on in (
            (("DELETE", grant, None), ("PUT", grant, None)),
            *(
                (("PATCH", f"{V3}/{noun}s/{id}", {noun: {"enabled": False}}), ("PATCH", f"{V3}/{noun}s/{id}", on))
                for noun, id, on in (  # noqa: A001
                    ("user", ann.user_id, {"user": {"enabled": True}}),
                    ("project", ann.project_id, {"project": {"enabled": True}}),
                )
            ),
        ):
            for (method, path, body), status in ((off, 401), (on, 200)):
                changed = await people.admin.request(method, path, **({} if body is None else {"json": body}))
                assert changed.status_code in (200, 204)
                assert (await ann.log_in()).status_code == status
        await people.admin.patch(f"{V3}/projects/{ann.project_id}", {"project": {"enabled": False}})
        await people.admin.delete(f"{V3}/projects/{ann.project_id}")
        assert (await ann.log_in()).status_code == 404

    run(tmp_path, story)


def test_a_credential_limited_by_a_trust(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        bob = await people.person("reader", ann.project_id)
        trustor = people.client(await people.token(ann.user_id, {"project": {"id": ann.project_id}}))

        async def trust(**fields: Any) -> str:
            wanted = {"trustor_user_id": ann.user_id, "trustee_user_id": bob.user_id, "project_id": ann.project_id}
            made = await trustor.post(
                f"{V3}/OS-TRUST/trusts", {"trust": {**wanted, "roles": [{"name": "reader"}], **fields}}
            )
            assert made.status_code == 201, made.text
            return str(made.json()["trust"]["id"])

        impersonating, plain = await trust(impersonation=True), await trust(impersonation=False)
        token = (await (await with_blob(people, ann, trust_id=impersonating)).log_in()).json()["token"]
        assert (token["user"]["id"], token["OS-TRUST:trust"]["id"]) == (ann.user_id, impersonating)
        assert {role["name"] for role in token["roles"]} == {"reader"}
        his = Ann(bob.user_id, ann.project_id, "", "", people.admin)
        token = (await (await with_blob(people, his, trust_id=plain)).log_in()).json()["token"]
        assert (token["user"]["id"], token["OS-TRUST:trust"]["id"]) == (bob.user_id, plain)
        # neither takes part in a trust that is not its own
        assert (await (await with_blob(people, ann, trust_id=plain)).log_in()).status_code == 401
        assert (await (await with_blob(people, his, trust_id=impersonating)).log_in()).status_code == 401
        assert (await (await with_blob(people, ann, trust_id="gone")).log_in()).status_code == 404
        assert await last_outcome(people, ann) == "failure"

    run(tmp_path, story)


def test_a_credential_limited_by_an_application_credential(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        owner = people.client(await people.token(ann.user_id, {"project": {"id": ann.project_id}}))
        elsewhere = await people.make("project", name="elsewhere")
        await people.grant(ann.user_id, "member", f"projects/{elsewhere}")
        robots = f"{V3}/users/{ann.user_id}/application_credentials"

        async def robot(name: str, **fields: Any) -> str:
            rules = [{"service": "compute", "method": "GET", "path": "/v2.1/servers"}]
            wanted = {"name": name, "roles": [{"name": "reader"}], "access_rules": rules, **fields}
            made = await owner.post(robots, {"application_credential": wanted})
            assert made.status_code == 201, made.text
            return str(made.json()["application_credential"]["id"])

        lasting, passing = await robot("lasting"), await robot("passing", expires_at="2026-11-20T12:10:00")
        limited, brief = (
            await with_blob(people, ann, app_cred_id=lasting),
            await with_blob(people, ann, app_cred_id=passing),
        )
        response = await limited.log_in()
        assert response.status_code == 200, response.text
        token = response.json()["token"]
        assert (token["user"]["id"], token["project"]["id"]) == (ann.user_id, ann.project_id)
        assert (token["methods"], token["application_credential"]["id"]) == (["ec2credential"], lasting)
        assert [role["name"] for role in token["roles"]] == ["reader"]
        shown = await people.admin.get(
            TOKENS,
            headers={
                "X-Subject-Token": response.headers["X-Subject-Token"],
                "OpenStack-Identity-Access-Rules": "1.0",
            },
        )
        assert shown.json()["token"] == token
        actor = await people.service.facade.authenticate(response.headers["X-Subject-Token"])
        assert [(p.service, p.path) for p in actor.permits] == [("compute", "/v2.1/servers")]
        assert await last_outcome(people, ann) == "success"
        # its token ends when it does, and it is for its own project alone
        assert (await brief.log_in()).json()["token"]["expires_at"] == "2026-11-20T12:10:00.000000Z"
        away = Ann(ann.user_id, elsewhere, "", "", people.admin)
        assert (await (await with_blob(people, away, app_cred_id=lasting)).log_in()).status_code == 401
        people.clock.move(minutes=10)
        assert (await brief.log_in()).status_code == 404
        assert await last_outcome(people, ann) == "failure"
        assert (await owner.delete(f"{robots}/{lasting}")).status_code == 204
        assert (await limited.log_in()).status_code == 404
        assert await people.service.facade.authenticate(response.headers["X-Subject-Token"]) is None

    run(tmp_path, story)


def test_a_credential_limited_by_what_is_not_there(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        for limit in ("app_cred_id", "access_token_id"):
            assert (await (await with_blob(people, ann, **{limit: "gone"})).log_in()).status_code == 404

    run(tmp_path, story)


def test_s3(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        text = b"GET\n\n\nFri, 20 Nov 2026 12:00:00 +0000\n/bucket/object"
        signature = base64.b64encode(hmac.digest(ann.secret.encode(), text, "sha1")).decode()
        said = {"access": ann.access, "signature": signature, "token": base64.urlsafe_b64encode(text).decode()}
        response = await people.admin.post(S3, {"credentials": said})
        assert response.status_code == 200, response.text
        assert response.json()["token"]["project"]["id"] == ann.project_id
        assert response.json()["token"]["methods"] == ["ec2credential"]
        assert "X-Subject-Token" not in response.headers
        for wrong in ({"signature": "x"}, {"token": "x"}, {"token": "Ü"}):
            assert (await people.admin.post(S3, {"credentials": {**said, **wrong}})).status_code == 401
        # an EC2 signature is none for S3
        assert (await people.admin.post(S3, ann.body())).status_code == 401

    run(tmp_path, story)


def test_failures_are_recorded_without_what_was_tried(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await ann_of(people)
        body = ann.body()
        body["credentials"]["signature"] = "tried"
        await people.admin.post(EC2, body)
        assert await last_outcome(people, ann) == "failure"
        await ann.log_in()
        assert await last_outcome(people, ann) == "success"

    run(tmp_path, story)


async def last_outcome(people: People, ann: Ann) -> str:
    last = (await people.events(1))[0]
    assert (last.kind, last.resource_id) == ("identity.authenticate", ann.user_id)
    assert "tried" not in str(last)
    return str(last.detail["outcome"])
