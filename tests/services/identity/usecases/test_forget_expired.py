"""What expired long ago goes with the next that is made; never too much at once, never what is good."""

from pathlib import Path
from typing import Any

import pytest

from altostratus.kernel import events
from altostratus.kernel.testing.client import ApiClient
from altostratus.services.identity.usecases import forget_expired
from tests.services.identity.cloud import TOKENS, V3, People, login, run

TRUSTS = f"{V3}/OS-TRUST/trusts"
SOON = "2026-11-20T12:30:00Z"
LATER = "2026-12-20T12:30:00Z"


async def trust(ann: ApiClient, bob: ApiClient, **more: Any) -> str:
    fields = {"trustor_user_id": ann.user_id, "trustee_user_id": bob.user_id, "project_id": ann.project_id, **more}
    made = await ann.post(TRUSTS, {"trust": {"impersonation": True, "roles": [{"name": "member"}], **fields}})
    assert made.status_code == 201, made.text
    return str(made.json()["trust"]["id"])


async def credential(ann: ApiClient, name: str, **more: Any) -> str:
    body = {"application_credential": {"name": name, **more}}
    made = await ann.post(f"{V3}/users/{ann.user_id}/application_credentials", body)
    assert made.status_code == 201, made.text
    return str(made.json()["application_credential"]["id"])


async def listed(people: People) -> set[str]:
    return {one["id"] for one in (await people.admin.get(TRUSTS)).json()["trusts"]}


async def credentials(people: People, ann: ApiClient) -> set[str]:
    found = await people.admin.get(f"{V3}/users/{ann.user_id}/application_credentials")
    return {one["id"] for one in found.json()["application_credentials"]}


async def ann_and_bob(people: People) -> tuple[ApiClient, ApiClient]:
    project = await people.make("project", name="p")
    return await people.person("member", project), await people.person("member", project)


async def after(people: People, ann: ApiClient, **delta: float) -> None:
    """So much later: both clients need new tokens."""
    people.clock.move(**delta)
    people.admin.token = None
    await people.admin.login("admin", "admin-secret", "admin")
    ann.token = await people.token(ann.user_id, {"project": {"id": ann.project_id}})


async def deleted(people: People) -> list[tuple[str, str, str | None]]:
    """(kind, id, who) of events that say that something has expired."""
    found = await people.cloud.db.read(lambda tx: events.read_last(tx, 500))
    return [(e.kind, e.resource_id, e.user_id) for e in found if e.detail.get("reason") == "expired"]


def test_trusts(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann, bob = await ann_and_bob(people)
        old, young = await trust(ann, bob, expires_at=SOON), await trust(ann, bob, expires_at=LATER)
        endless = await trust(ann, bob)
        await after(people, ann, days=30)
        first = await trust(ann, bob)
        assert await listed(people) == {old, young, endless, first}
        await after(people, ann, hours=1)
        second = await trust(ann, bob)
        assert await listed(people) == {young, endless, first, second}
        assert await deleted(people) == [("identity.trust.delete", old, "system")]

    run(tmp_path, story)


def test_trusts_that_were_passed_on(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann, bob = await ann_and_bob(people)
        first = await trust(ann, bob, expires_at=SOON, allow_redelegation=True)
        asked = login(bob.user_id, {"OS-TRUST:trust": {"id": first}})
        token = (await people.client().post(TOKENS, asked)).headers["X-Subject-Token"]
        agent = people.client(token)
        agent.user_id, agent.project_id = ann.user_id, ann.project_id
        second = await trust(agent, await people.person("member", ann.project_id), expires_at=SOON)
        await after(people, ann, days=31)
        third = await trust(ann, bob)
        assert await listed(people) == {third}
        assert {found for _, found, _ in await deleted(people)} == {first, second}

    run(tmp_path, story)


def test_application_credentials(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann, _ = await ann_and_bob(people)
        old = await credential(ann, "robot", expires_at=SOON)
        young, endless = await credential(ann, "young", expires_at=LATER), await credential(ann, "endless")
        await after(people, ann, days=2)
        first = await credential(ann, "first")
        assert await credentials(people, ann) == {old, young, endless, first}
        await after(people, ann, days=6)
        second = await credential(ann, "robot")  # its name is free again
        assert await credentials(people, ann) == {young, endless, first, second}
        assert await deleted(people) == [("identity.application_credential.delete", old, "system")]

    run(tmp_path, story, {"expired_kept_days": 7})


def test_a_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forget_expired, "MOST", 2)

    async def story(people: People) -> None:
        ann, bob = await ann_and_bob(people)
        trusts = [await trust(ann, bob, expires_at=f"2026-11-20T12:3{n}:00Z") for n in range(3)]
        names = [await credential(ann, f"robot-{n}", expires_at=f"2026-11-20T12:3{n}:00Z") for n in range(3)]
        await after(people, ann, days=31)
        for left in ({trusts[2]}, set()):
            await trust(ann, bob)
            assert await listed(people) & set(trusts) == left
        for left, name in (({names[2]}, "a"), (set(), "b")):
            await credential(ann, name)
            assert await credentials(people, ann) & set(names) == left

    run(tmp_path, story)
