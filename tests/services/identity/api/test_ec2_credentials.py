"""A user's EC2 credentials below /users, driven by hand and by keystoneclient."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from keystoneclient.v3.ec2 import EC2Manager

from altostratus.kernel.testing.client import ApiClient
from tests.services.identity.cloud import V3, People, run


def own(client: ApiClient) -> str:
    return f"{V3}/users/{client.user_id}/credentials/OS-EC2"


async def make(client: ApiClient, **more: Any) -> dict[str, Any]:
    response = await client.post(own(client), {"tenant_id": client.project_id, **more})
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()["credential"]
    return found


def test_life_of_an_ec2_credential(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await people.person("member", await people.make("project", name="p"))
        made = await make(ann)
        path = f"{own(ann)}/{made['access']}"
        assert made == {
            "user_id": ann.user_id,
            "tenant_id": ann.project_id,
            "access": made["access"],
            "secret": made["secret"],
            "trust_id": None,
            "links": {"self": f"http://cloud{path}"},
        }
        assert len(made["access"]) == len(made["secret"]) == 32
        listed = (await ann.get(own(ann))).json()
        assert listed == {
            "credentials": [made],
            "links": {"next": None, "self": f"http://cloud{own(ann)}", "previous": None},
        }
        assert (await ann.get(path)).json() == {"credential": made}
        same = (await ann.get(f"{V3}/credentials/{hashlib.sha256(made['access'].encode()).hexdigest()}")).json()
        assert (same["credential"]["type"], same["credential"]["project_id"]) == ("ec2", ann.project_id)
        assert json.loads(same["credential"]["blob"])["secret"] == made["secret"]
        assert (await ann.delete(path)).status_code == 204
        assert (await ann.get(path)).status_code == 404
        assert (await ann.delete(path)).status_code == 404
        assert (await ann.get(own(ann))).json()["credentials"] == []

    run(tmp_path, story)


def test_one_cannot_have_another_ones(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name="p")
        ann, bob, eve = [await people.person(role, project) for role in ("member", "member", "reader")]
        made = await make(ann)
        path = f"{own(ann)}/{made['access']}"
        for method, where in (("GET", own(ann)), ("POST", own(ann)), ("GET", path), ("DELETE", path)):
            response = await bob.request(method, where, json={"tenant_id": project})
            assert response.status_code == 403, (method, where)
        assert (await bob.get(f"{own(bob)}/{made['access']}")).status_code == 403
        assert (await people.admin.get(path)).json()["credential"] == made
        # a reader has none of its own making
        assert (await eve.post(own(eve), {"tenant_id": project})).status_code == 403
        assert (await eve.get(own(eve))).status_code == 200
        assert (await people.admin.post(own(eve), {"tenant_id": project})).status_code == 201
        theirs = (await eve.get(own(eve))).json()["credentials"][0]["access"]
        assert (await eve.delete(f"{own(eve)}/{theirs}")).status_code == 403

    run(tmp_path, story)


def test_what_is_not_there(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        admin = people.admin
        for body, status in (({"tenant_id": "nowhere"}, 404), ({}, 404), ({"tenant_id": 5}, 400), ([], 400)):
            assert (await admin.post(own(admin), body)).status_code == status, body
        nobody = f"{V3}/users/nobody/credentials/OS-EC2"
        assert (await admin.post(nobody, {"tenant_id": admin.project_id})).status_code == 404
        assert (await admin.get(nobody)).status_code == 404
        made = await make(admin)
        assert (await admin.get(f"{nobody}/{made['access']}")).status_code == 404
        other = '{"access": "other", "secret": "s"}'
        await people.make("credential", user_id=admin.user_id, type="EC2", blob=other)
        assert (await admin.get(f"{own(admin)}/other")).status_code == 401

    run(tmp_path, story)


def test_credentials_go_with_their_project_and_user(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name="p")
        ann = await people.person("member", project)
        for noun, id in (("users", ann.user_id), ("projects", project)):  # noqa: A001
            made = (await people.admin.post(own(people.admin), {"tenant_id": project})).json()["credential"]
            path = f"{own(people.admin)}/{made['access']}"
            if noun == "users":
                made = await make(ann)
                path = f"{own(people.admin)}/{made['access']}"
            assert (await people.admin.get(path)).status_code == 200
            assert (await people.admin.delete(f"{V3}/{noun}/{id}")).status_code == 204
            assert (await people.admin.get(path)).status_code == 404

    run(tmp_path, story)


class Client:
    """What keystoneclient's managers ask through: requests from another thread, answered by the cloud's loop."""

    include_metadata = False

    def __init__(self, client: ApiClient, loop: asyncio.AbstractEventLoop) -> None:
        self._client, self._loop = client, loop

    def __getattr__(self, method: str) -> Callable[..., tuple[httpx.Response, Any]]:
        def ask(path: str, **options: Any) -> tuple[httpx.Response, Any]:
            said = {"json": options["body"]} if "body" in options else {}
            asked = self._client.request(method.upper(), V3 + path, **said)
            response = asyncio.run_coroutine_threadsafe(asked, self._loop).result(30)
            response.raise_for_status()
            return response, response.json() if response.content else None

        return ask


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_keystoneclient_manages_them(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await people.person("member", await people.make("project", name="p"))
        ec2 = EC2Manager(Client(ann, asyncio.get_running_loop()))
        made = await asyncio.to_thread(ec2.create, ann.user_id, ann.project_id)
        assert [one.secret for one in await asyncio.to_thread(ec2.list, ann.user_id)] == [made.secret]
        assert (await asyncio.to_thread(ec2.get, ann.user_id, made.access)).secret == made.secret
        await asyncio.to_thread(ec2.delete, ann.user_id, made.access)
        assert await asyncio.to_thread(ec2.list, ann.user_id) == []

    run(tmp_path, story)
