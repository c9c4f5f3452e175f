"""Who is behind an access key, for the service that checks its signature."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from altostratus.contracts.identity import AccessKey
from tests.services.identity.cloud import V3, People, run


async def key_of(people: People) -> tuple[str, str, str, str]:
    """A member of a project with a credential there: access key, secret, user, project."""
    project = await people.make("project", name="p")
    ann = await people.person("member", project)
    made = await ann.post(f"{V3}/users/{ann.user_id}/credentials/OS-EC2", {"tenant_id": project})
    found = made.json()["credential"]
    return found["access"], found["secret"], ann.user_id, project


async def look(people: People, access: str) -> AccessKey | None:
    found: AccessKey | None = await people.service.facade.access_key(access)
    return found


def test_a_key_has_a_secret_and_an_actor(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        access, secret, user, project = await key_of(people)
        key = await look(people, access)
        assert key is not None
        assert key.secret == secret
        assert (key.actor.user_id, key.actor.project_id) == (user, project)
        assert key.actor.roles == {"member", "reader"}
        assert key.actor.signed
        assert key.actor.delegated
        assert secret not in repr(key)
        assert await look(people, "nobody") is None

    run(tmp_path, story)


def test_it_comes_from_memory_until_identity_changes(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        access, _, user, project = await key_of(people)
        first = await look(people, access)
        assert await look(people, access) is first
        role = await people.role("member")
        gone = await people.admin.delete(f"{V3}/projects/{project}/users/{user}/roles/{role}")
        assert gone.status_code == 204
        assert await look(people, access) is None

    run(tmp_path, story)


def test_it_is_looked_at_again_when_a_token_would_have_ended(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        access, _, _, _ = await key_of(people)
        first = await look(people, access)
        assert first is not None
        assert first.actor.token_expires is not None
        people.clock.move(days=2)
        again = await look(people, access)
        assert again is not None
        assert again.actor.token_expires is not None
        assert again.actor.token_expires > people.clock.now()

    run(tmp_path, story)


@pytest.mark.parametrize(
    "change",
    [
        ("user", {"enabled": False}),
        ("project", {"enabled": False}),
    ],
)
def test_nobody_acts_by_the_key_of_what_is_disabled(tmp_path: Path, change: Any) -> None:
    async def story(people: People) -> None:
        access, _, user, project = await key_of(people)
        noun, fields = change
        path = f"{V3}/{noun}s/{user if noun == 'user' else project}"
        assert (await people.admin.patch(path, {noun: fields})).status_code == 200
        assert await look(people, access) is None

    run(tmp_path, story)


@pytest.mark.parametrize("blob", [{}, {"secret": 7}, {"secret": ""}, {"secret": "s", "trust_id": "gone"}])
def test_a_credential_that_says_too_little_is_no_key(tmp_path: Path, blob: Any) -> None:
    async def story(people: People) -> None:
        _, _, user, project = await key_of(people)
        access = f"access-{random.getrandbits(40)}"
        fields = {"user_id": user, "project_id": project, "type": "ec2"}
        await people.make("credential", **fields, blob=json.dumps({"access": access, **blob}))
        assert await look(people, access) is None

    run(tmp_path, story)


def test_a_key_that_is_changed_or_removed_is_so_at_once(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        _, _, user, project = await key_of(people)
        fields = {"user_id": user, "project_id": project, "type": "ec2"}
        blob = {"access": "mine", "secret": "first"}
        made = await people.make("credential", **fields, blob=json.dumps(blob))
        first = await look(people, "mine")
        path = f"{V3}/credentials/{made}"
        changed = {"blob": json.dumps(blob | {"secret": "second"})}
        assert (await people.admin.patch(path, {"credential": changed})).status_code == 200
        second = await look(people, "mine")
        assert [key.secret for key in (first, second) if key] == ["first", "second"]
        assert (await people.admin.delete(path)).status_code == 204
        assert await look(people, "mine") is None

    run(tmp_path, story)


def test_so_is_one_that_its_user_removes(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        access, _, user, _ = await key_of(people)
        assert await look(people, access) is not None
        gone = await people.admin.delete(f"{V3}/users/{user}/credentials/OS-EC2/{access}")
        assert gone.status_code == 204
        assert await look(people, access) is None

    run(tmp_path, story)
