"""Credentials: encrypted, and one's own."""

import hashlib
import json
from pathlib import Path

from sqlalchemy import select

from altostratus.services.identity.store import tables
from tests.services.identity.cloud import V3, People, run

CREDENTIALS = f"{V3}/credentials"


def test_life_of_a_credential(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        made = await people.make("credential", user_id=people.admin.user_id, type="cert", blob="very secret")
        stored = await people.cloud.db.read(lambda tx: tx.sql.execute(select(tables.credential.c.blob)).scalar_one())
        assert "very secret" not in stored
        path = f"{CREDENTIALS}/{made}"
        assert (await people.admin.get(path)).json()["credential"]["blob"] == "very secret"
        changed = (await people.admin.patch(path, {"credential": {"blob": "other"}})).json()["credential"]
        assert (changed["blob"], changed["type"]) == ("other", "cert")
        assert (await people.admin.get(path)).json()["credential"]["blob"] == "other"
        assert (await people.admin.delete(path)).status_code == 204
        assert (await people.admin.get(path)).status_code == 404

    run(tmp_path, story)


def test_others_see_only_their_own(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await people.person("member", people.admin.project_id)
        theirs = await people.make("credential", user_id=people.admin.user_id, type="cert", blob="x")
        mine = {"credential": {"user_id": ann.user_id, "type": "totp", "blob": "y"}}
        made = (await ann.post(CREDENTIALS, mine)).json()["credential"]["id"]
        assert [c["id"] for c in (await ann.get(CREDENTIALS)).json()["credentials"]] == [made]
        everyone = (await people.admin.get(CREDENTIALS)).json()["credentials"]
        assert {c["id"] for c in everyone} == {made, theirs}
        assert len((await people.admin.get(f"{CREDENTIALS}?type=totp")).json()["credentials"]) == 1
        assert (await ann.get(f"{CREDENTIALS}/{theirs}")).status_code == 403
        assert (await ann.patch(f"{CREDENTIALS}/{theirs}", {"credential": {"blob": "z"}})).status_code == 403
        assert (await ann.delete(f"{CREDENTIALS}/{theirs}")).status_code == 403
        filtered = f"{CREDENTIALS}?user_id={ann.user_id}&type=totp"
        assert [c["id"] for c in (await people.admin.get(filtered)).json()["credentials"]] == [made]
        assert (await ann.get(f"{CREDENTIALS}?user_id={people.admin.user_id}")).json()["credentials"] == []
        other = {"credential": {**mine["credential"], "user_id": people.admin.user_id}}
        assert (await ann.post(CREDENTIALS, other)).status_code == 403
        await people.admin.delete(f"{V3}/users/{ann.user_id}")
        assert (await people.admin.get(f"{CREDENTIALS}/{made}")).status_code == 404

    run(tmp_path, story)


def test_an_ec2_credential_is_named_by_its_access_key(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, project = people.admin.user_id, people.admin.project_id
        fields = {"user_id": user, "type": "ec2", "project_id": project, "blob": '{"access": "AK", "secret": "s"}'}
        assert await people.make("credential", **fields) == hashlib.sha256(b"AK").hexdigest()
        assert (await people.admin.post(CREDENTIALS, {"credential": fields})).status_code == 409
        for blob in ("no json", "[]", "{}", '{"access": null}', '{"access": 5}', "[" * 100_000):
            response = await people.admin.post(CREDENTIALS, {"credential": {**fields, "blob": blob}})
            assert response.status_code == 400, blob
        del fields["project_id"]
        assert (await people.admin.post(CREDENTIALS, {"credential": fields})).status_code == 400

    run(tmp_path, story)


def test_only_the_blob_may_change(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, project = people.admin.user_id, people.admin.project_id
        blob = {"access": "AK", "secret": "s", "trust_id": "t"}
        fields = {"user_id": user, "type": "ec2", "project_id": project, "blob": json.dumps(blob)}
        path = f"{CREDENTIALS}/{await people.make('credential', **fields)}"
        for more in ({"user_id": user}, {"project_id": project}, {"type": "ec2"}, {"id": "x"}, {"note": "x"}):
            response = await people.admin.patch(path, {"credential": {"blob": json.dumps(blob), **more}})
            assert response.status_code == 400, more
        for wrong in ({"trust_id": "other"}, {"trust_id": None}, {"app_cred_id": "x"}, {"access_token_id": "x"}):
            response = await people.admin.patch(path, {"credential": {"blob": json.dumps({**blob, **wrong})}})
            assert response.status_code == 400, wrong
            assert "can not be updated for credential" in response.json()["error"]["message"]
        for text in ("no json", '{"secret": "s"}', 5, None):
            assert (await people.admin.patch(path, {"credential": {"blob": text}})).status_code == 400
        assert (await people.admin.patch(path, {"credential": {}})).status_code == 400
        changed = {**blob, "access": "new", "secret": "new"}
        answer = await people.admin.patch(path, {"credential": {"blob": json.dumps(changed)}})
        assert json.loads(answer.json()["credential"]["blob"]) == changed
        assert (await people.admin.get(path)).json() == answer.json()

    run(tmp_path, story)


def test_who_acts_by_delegation_touches_none(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name="p")
        ann, bob = await people.person("member", project), await people.person("member", project)
        body = {"credential": {"user_id": ann.user_id, "type": "cert", "blob": "x"}}
        path = f"{CREDENTIALS}/{(await ann.post(CREDENTIALS, body)).json()['credential']['id']}"
        trust = {"trustor_user_id": ann.user_id, "trustee_user_id": bob.user_id, "project_id": project}
        more = {"impersonation": True, "roles": [{"name": "member"}]}
        made = await ann.post(f"{V3}/OS-TRUST/trusts", {"trust": {**trust, **more}})
        scope = {"OS-TRUST:trust": {"id": made.json()["trust"]["id"]}}
        trusted = people.client(await people.token(bob.user_id, scope))
        own = f"{V3}/users/{ann.user_id}/credentials/OS-EC2"
        for method, where, json_body, status in (
            ("GET", path, None, 403),
            ("PATCH", path, {"credential": {"blob": "y"}}, 403),
            ("DELETE", path, None, 403),
            ("POST", CREDENTIALS, body, 403),
            ("GET", own, None, 403),
            ("POST", own, {"tenant_id": project}, 403),
            ("GET", CREDENTIALS, None, 200),
        ):
            answer = await trusted.request(method, where, json=json_body)
            assert answer.status_code == status, (method, where, answer.text)
        assert answer.json()["credentials"] == []

    run(tmp_path, story)
