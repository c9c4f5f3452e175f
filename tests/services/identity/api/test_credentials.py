"""Credentials: encrypted, and one's own."""

import hashlib
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
        give = {"credential": {"user_id": people.admin.user_id}}
        assert (await ann.patch(f"{CREDENTIALS}/{made}", give)).status_code == 403
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
        for wrong in ({"blob": "no json"}, {"blob": "[]"}, {"blob": "{}"}, {"project_id": None}):
            response = await people.admin.post(CREDENTIALS, {"credential": {**fields, **wrong}})
            assert response.status_code == 400

    run(tmp_path, story)
