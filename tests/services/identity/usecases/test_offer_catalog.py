"""Catalogs and sessions come from memory, are never stale, and memory is bounded."""

from pathlib import Path
from typing import Any

from altostratus.services.identity.usecases import Kept
from altostratus.services.identity.usecases.offer_catalog import offer_catalog
from tests.services.identity.cloud import TOKENS, V3, People, run
from tests.services.identity.usecases.test_validate_token import CountedReads


async def show(people: People, token: str | None) -> Any:
    return await people.admin.get(TOKENS, headers={"X-Subject-Token": str(token)})


def test_a_token_that_was_asked_about_takes_no_query(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        client = await people.person("member", people.admin.project_id)
        first = (await show(people, client.token)).json()
        reads = CountedReads(people.cloud.db)
        assert [(await show(people, client.token)).json() for _ in range(5)] == [first] * 5
        assert reads.count == (0 if people.cloud.db.dialect == "sqlite" else 2 * 5)  # who asks, and what is known

    run(tmp_path, story)


def test_what_ends_a_token_is_seen_by_the_next_request(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name="p")

        async def known() -> tuple[str | None, str]:
            client = await people.person("member", project)
            assert (await show(people, client.token)).status_code == 200
            return client.token, client.user_id

        token, _ = await known()
        await people.admin.delete(TOKENS, headers={"X-Subject-Token": str(token)})
        assert (await show(people, token)).status_code == 404
        token, user = await known()
        await people.admin.patch(f"{V3}/users/{user}", {"user": {"enabled": False}})
        assert (await show(people, token)).status_code == 404
        token, user = await known()
        role = await people.role("member")
        await people.admin.delete(f"{V3}/projects/{project}/users/{user}/roles/{role}")
        assert (await show(people, token)).status_code == 404
        token, _ = await known()
        await people.admin.patch(f"{V3}/projects/{project}", {"project": {"enabled": False}})
        assert (await show(people, token)).status_code == 404

    run(tmp_path, story)


def test_a_known_token_ends_in_time(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        client = await people.person("member", people.admin.project_id)
        people.clock.move(seconds=1800)
        await people.admin.login("admin", "admin-secret", "admin")
        assert (await show(people, client.token)).status_code == 200
        people.clock.move(seconds=1801)
        assert (await show(people, client.token)).status_code == 404

    run(tmp_path, story)


def test_a_catalog_that_was_read_before_a_change_is_not_kept(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        state = people.service.state
        old = await state.generation()
        state.memory.catalogs._kept.clear()  # logging in has shown one
        asked = offer_catalog(state, old, "u", "p")
        assert b"late" not in await people.amid(asked, lambda: people.make("service", type="late"))
        assert b"late" in await offer_catalog(state, await state.generation(), "u", "p")

    run(tmp_path, story)


def test_catalogs_in_memory_are_few(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        state = people.service.state
        endpoint = (await people.admin.get(f"{V3}/endpoints")).json()["endpoints"][0]["id"]
        for number in range(5):
            await offer_catalog(state, await state.generation(), "u", f"p{number}")
        assert len(state.memory.catalogs) == 1
        project = await people.make("project", name="filtered")
        await people.admin.put(f"{V3}/OS-EP-FILTER/projects/{project}/endpoints/{endpoint}")
        for number in range(5):
            await offer_catalog(state, await state.generation(), "u", f"p{number}")
        assert len(state.memory.catalogs) == 3

    run(tmp_path, story, {"cached_catalogs": 3})


def test_memory_is_bounded_and_forgets_the_least_used() -> None:
    kept = Kept[str, int](limit=2)
    kept.keep("a", 1, 10)
    kept.keep("b", 1, 20)
    assert kept.get("a", 1) == 10
    kept.keep("c", 1, 30)
    assert (kept.get("a", 1), kept.get("b", 1), kept.get("c", 1)) == (10, None, 30)
    assert kept.get("a", 2) is None
    assert Kept[str, int](limit=0).get("a", 1) is None
