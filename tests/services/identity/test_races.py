"""What is counted or may be there once stays so when many ask for it at the same time."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from altostratus.kernel.tx import Tx
from altostratus.services.identity.store import tables
from tests.services.identity.api.test_application_credentials import body, credentials, member
from tests.services.identity.api.test_trusts import TRUSTS
from tests.services.identity.api.test_trusts import body as trust
from tests.services.identity.cloud import TOKENS, V3, People, run

MANY = 6


async def answers(requests: Iterable[Awaitable[httpx.Response]]) -> Counter[int]:
    """How often each status was answered to these, sent at once."""
    return Counter(answer.status_code for answer in await asyncio.gather(*requests))


def test_a_trust_is_used_as_often_as_it_may_be(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        made = (await ann.post(TRUSTS, trust(ann, ann, remaining_uses=2))).json()["trust"]["id"]
        by = {"methods": ["token"], "token": {"id": ann.token}}
        login: dict[str, Any] = {"auth": {"identity": by, "scope": {"OS-TRUST:trust": {"id": made}}}}
        assert await answers(people.client().post(TOKENS, login) for _ in range(MANY)) == {201: 2, 401: MANY - 2}
        (found,) = (await people.admin.get(TRUSTS)).json()["trusts"]
        assert found["remaining_uses"] == 0

    run(tmp_path, story)


def test_no_more_application_credentials_than_one_may_have(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        made = await answers(ann.post(credentials(ann), body(name=f"robot-{n}")) for n in range(MANY))
        assert made == {201: 2, 403: MANY - 2}

    run(tmp_path, story, {"application_credential_limit": 2})


def test_of_equals_one_is_made(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        same = trust(ann, ann, expires_at="2026-11-21T00:00:00Z")
        named = {noun: {noun: {"name": "same"}} for noun in ("user", "group", "role", "domain", "project")}
        for ask in (
            *[lambda noun=noun: people.admin.post(f"{V3}/{noun}s", named[noun]) for noun in named],
            lambda: ann.post(credentials(ann), body(name="same")),
            lambda: ann.post(TRUSTS, same),
        ):
            assert await answers(ask() for _ in range(MANY)) == {201: 1, 409: MANY - 1}

    run(tmp_path, story)


def test_nothing_is_granted_to_who_is_being_deleted(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project, role = await people.make("project", name="p"), await people.role("member")
        users = [await people.user(f"user-{number}") for number in range(MANY)]
        grants = [people.admin.put(f"{V3}/projects/{project}/users/{user}/roles/{role}") for user in users]
        deletions = [people.admin.delete(f"{V3}/users/{user}") for user in users]
        pairs = zip(grants, deletions, strict=True)
        answered = await answers(request for pair in pairs for request in pair)
        assert answered[204] >= MANY
        assert answered.keys() <= {204, 404}

        def granted(tx: Tx) -> set[str]:
            return set(tx.sql.execute(select(tables.assignment.c.actor_id)).scalars())

        assert not await people.cloud.db.read(granted) & set(users)

    run(tmp_path, story)
