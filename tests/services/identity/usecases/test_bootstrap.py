import dataclasses
from pathlib import Path

import pytest

from altostratus.kernel.service import CatalogEntry
from altostratus.services.identity import service as identity
from tests.harness import open_test_cloud, prepare
from tests.services.identity.cloud import TOKENS, V3, People, run


def test_a_second_start_changes_nothing_but_addresses(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        nouns = ("users", "projects", "domains", "roles", "services", "endpoints", "regions", "role_assignments")
        before = [(await people.admin.get(f"{V3}/{noun}")).json() for noun in nouns]
        prepare(people.cloud, [people.service])
        assert [(await people.admin.get(f"{V3}/{noun}")).json() for noun in nouns] == before
        moved = dataclasses.replace(people.cloud, public_url="https://new.example")
        catalog = (*identity.CATALOG, CatalogEntry("image", "glance", "/image"))
        prepare(moved, [identity.build(moved, catalog, "another password")])
        urls = {e["url"] for e in (await people.admin.get(f"{V3}/endpoints")).json()["endpoints"]}
        assert urls == {"https://new.example/identity/v3", "https://new.example/image"}
        user = {"name": "admin", "domain": {"name": "Default"}, "password": "admin-secret"}
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}
        assert (await people.client().post(TOKENS, body)).status_code == 201

    run(tmp_path, story)


def test_the_administrator_has_every_scope(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        listed = (await people.admin.get(f"{V3}/role_assignments?include_names")).json()["role_assignments"]
        assert {tuple(a["scope"]) for a in listed} == {("project",), ("domain",), ("system",)}
        assert {(a["user"]["name"], a["role"]["name"]) for a in listed} == {("admin", "admin")}

    run(tmp_path, story)


def test_who_removes_the_administrators_grants_does_not_find_them_again(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        admin = await people.role("admin")
        await people.admin.delete(f"{V3}/system/users/{people.admin.user_id}/roles/{admin}")
        prepare(people.cloud, [people.service])
        assert (await people.admin.get(f"{V3}/role_assignments?scope.system=all")).json()["role_assignments"] == []

    run(tmp_path, story)


def test_an_unknown_option_is_an_error(tmp_path: Path) -> None:
    cloud = open_test_cloud(tmp_path, options={"identity": {"token_lifetme": 5}})
    with pytest.raises(ValueError, match="token_lifetme"):
        identity.build(cloud, identity.CATALOG, "x")
    cloud.db.close()
