"""Registered limits: what anyone may have unless a limit says otherwise."""

from pathlib import Path
from typing import Any

from tests.services.identity.cloud import V3, People, run

REGISTERED, LIMITS = f"{V3}/registered_limits", f"{V3}/limits"
NOBODY = "0" * 32
DUPLICATE = "Conflict occurred attempting to store registered_limit - Duplicate entry."


async def register(people: People, *wishes: dict[str, Any]) -> list[dict[str, Any]]:
    response = await people.admin.post(REGISTERED, {"registered_limits": list(wishes)})
    assert response.status_code == 201, response.text
    found: list[dict[str, Any]] = response.json()["registered_limits"]
    return found


def wish(service_id: str, /, **change: Any) -> dict[str, Any]:
    return {"service_id": service_id, "resource_name": "cores", "default_limit": 10, **change}


def test_made_and_shown(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        service, region = await people.make("service", type="compute"), await people.make("region", id="R1")
        body = {"registered_limits": [wish(service), wish(service, region_id=region, description="d")]}
        response = await people.admin.post(REGISTERED, body)
        assert response.status_code == 201
        assert set(response.json()) == {"registered_limits"}
        first, second = response.json()["registered_limits"]
        link = {"self": f"{people.cloud.public_url}{REGISTERED}/{first['id']}"}
        assert first == {
            "id": first["id"],
            "service_id": service,
            "region_id": None,
            "resource_name": "cores",
            "default_limit": 10,
            "description": None,
            "links": link,
        }
        assert (second["region_id"], second["description"]) == ("R1", "d")
        assert (await people.admin.get(f"{REGISTERED}/{first['id']}")).json() == {"registered_limit": first}
        listed = (await people.admin.get(REGISTERED)).json()
        assert sorted(listed["registered_limits"], key=str) == sorted([first, second], key=str)
        assert set(listed["links"]) == {"next", "self", "previous"}
        missing = await people.admin.get(f"{REGISTERED}/nope")
        assert missing.status_code == 404
        assert missing.json()["error"]["message"] == "Could not find registered limit for nope."

    run(tmp_path, story)


REFUSED: list[dict[str, Any]] = [
    {"service_id": "x"},
    {"service_id": None},
    {"service_id": NOBODY},
    {"region_id": "no"},
    {"region_id": ""},
    {"resource_name": ""},
    {"resource_name": " "},
    {"resource_name": "x" * 256},
    {"resource_name": None},
    {"default_limit": -2},
    {"default_limit": 2**31},
    {"default_limit": "5"},
    {"default_limit": 5.5},
    {"default_limit": True},
    {"default_limit": None},
    {"description": 5},
    {"description": "x" * 256},
    {"unknown": 1},
    {"id": NOBODY},
]


def test_refused(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        service = await people.make("service", type="compute")
        good = wish(service, resource_name="good")
        for change in REFUSED:
            body = {"registered_limits": [good, wish(service, **change)]}
            assert (await people.admin.post(REGISTERED, body)).status_code == 400, change
        for name in ("service_id", "resource_name", "default_limit"):
            body = {"registered_limits": [{key: value for key, value in good.items() if key != name}]}
            assert (await people.admin.post(REGISTERED, body)).status_code == 400, name
        for wrong in ({}, {"registered_limits": []}, {"registered_limits": {}}, {"registered_limits": [good], "x": 1}):
            assert (await people.admin.post(REGISTERED, wrong)).status_code == 400, wrong
        said = (await people.admin.post(REGISTERED, {"registered_limits": [wish(NOBODY)]})).json()["error"]["message"]
        assert said.startswith("Expecting to find service_id in registered_limit.")
        assert (await people.admin.get(REGISTERED)).json()["registered_limits"] == []

    run(tmp_path, story)


def test_each_is_there_once_and_a_list_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        service, region = await people.make("service", type="compute"), await people.make("region", id="R1")
        await register(people, wish(service), wish(service, region_id=region), wish(service, resource_name="ram"))
        new = wish(service, resource_name="new")
        for again in ([wish(service)], [new, new], [new, wish(service, region_id=region)]):
            response = await people.admin.post(REGISTERED, {"registered_limits": again})
            assert (response.status_code, response.json()["error"]["message"]) == (409, DUPLICATE)
        assert len((await people.admin.get(REGISTERED)).json()["registered_limits"]) == 3

    run(tmp_path, story)


def test_filters(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        service, region = await people.make("service", type="compute"), await people.make("region", id="R1")
        await register(people, wish(service), wish(service, region_id=region), wish(service, resource_name="ram"))
        for query, count in (
            (f"service_id={service}", 3),
            (f"service_id={NOBODY}", 0),
            ("region_id=R1", 1),
            ("region_id=none", 0),
            ("resource_name=ram", 1),
            ("resource_name__contains=or", 2),
            ("default_limit=1", 3),
            ("limit=1", 1),
        ):
            response = await people.admin.get(f"{REGISTERED}?{query}")
            assert (response.status_code, len(response.json()["registered_limits"])) == (200, count), query
        for query in ("service_id=x", "region_id=", "resource_name=", "limit=x"):
            assert (await people.admin.get(f"{REGISTERED}?{query}")).status_code == 400, query

    run(tmp_path, story)


def test_changed(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        service, other = await people.make("service", type="compute"), await people.make("service", type="volume")
        region = await people.make("region", id="R1")
        made, _ = await register(people, wish(service), wish(service, region_id=region))
        path = f"{REGISTERED}/{made['id']}"

        async def patch(fields: Any) -> tuple[int, Any]:
            response = await people.admin.patch(path, {"registered_limit": fields})
            return response.status_code, response.json().get("registered_limit")

        assert await patch({}) == (200, made)
        assert await patch({"default_limit": 0, "description": "d"}) == (
            200,
            {**made, "default_limit": 0, "description": "d"},
        )
        assert await patch({"default_limit": 10, "description": None}) == (200, made)
        moved = {"service_id": other, "resource_name": "cpus", "region_id": "R1"}
        assert await patch(moved) == (200, {**made, **moved})
        assert (await people.admin.get(path)).json() == {"registered_limit": {**made, **moved}}
        assert (await patch({"service_id": service, "resource_name": "cores"}))[0] == 409
        assert (await patch({"resource_name": "cpus"}))[0] == 409  # where it is already, as in Keystone
        assert (await patch({"region_id": None}))[0] == 200
        for fields in (
            {"service_id": NOBODY},
            {"service_id": "x"},
            {"region_id": "no"},
            {"resource_name": None},
            {"default_limit": "5"},
            {"id": made["id"]},
            {"unknown": 1},
        ):
            assert (await patch(fields))[0] == 400, fields
        assert (await people.admin.patch(path, {})).status_code == 400
        nowhere = await people.admin.patch(f"{REGISTERED}/nope", {"registered_limit": {"default_limit": 3}})
        assert nowhere.status_code == 404

    run(tmp_path, story)


def test_one_that_is_overridden_stays_as_it_is(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        service = await people.make("service", type="compute")
        (made,) = await register(people, wish(service))
        path = f"{REGISTERED}/{made['id']}"
        limit = {"service_id": service, "resource_name": "cores", "resource_limit": 5}
        body = {"limits": [{**limit, "project_id": people.admin.project_id}]}
        (stands,) = (await people.admin.post(LIMITS, body)).json()["limits"]
        refused = await people.admin.patch(path, {"registered_limit": {"description": "d"}})
        assert refused.status_code == 403
        assert refused.json()["error"]["message"] == (
            f"Unable to update or delete registered limit {made['id']} "
            "because there are project limits associated with it."
        )
        assert (await people.admin.delete(path)).status_code == 403
        assert (await people.admin.delete(f"{LIMITS}/{stands['id']}")).status_code == 204
        assert (await people.admin.delete(path)).status_code == 204
        assert (await people.admin.delete(path)).status_code == 404

    run(tmp_path, story)


def test_it_outlives_its_service_and_region(tmp_path: Path) -> None:
    """As in Keystone; nothing can be registered there any more."""

    async def story(people: People) -> None:
        service, region = await people.make("service", type="compute"), await people.make("region", id="R1")
        (made,) = await register(people, wish(service, region_id=region))
        assert (await people.admin.delete(f"{V3}/services/{service}")).status_code == 204
        assert (await people.admin.delete(f"{V3}/regions/{region}")).status_code == 204
        assert (await people.admin.get(f"{REGISTERED}/{made['id']}")).json() == {"registered_limit": made}
        again = {"registered_limits": [wish(service, resource_name="ram")]}
        assert (await people.admin.post(REGISTERED, again)).status_code == 400

    run(tmp_path, story)


def test_every_scope_reads_but_only_administrators_write(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        service = await people.make("service", type="compute")
        (made,) = await register(people, wish(service))
        reader = await people.person("reader", people.admin.project_id)
        unscoped = people.client(await people.token(reader.user_id))
        await people.grant(people.admin.user_id, "admin", "domains/default")
        domain_admin = people.client(
            await people.token(people.admin.user_id, {"domain": {"id": "default"}}, "admin-secret")
        )
        path, new = f"{REGISTERED}/{made['id']}", {"registered_limits": [wish(service, resource_name="x")]}
        for client in (reader, unscoped, domain_admin):
            assert (await client.get(REGISTERED)).status_code == 200
            assert (await client.get(path)).status_code == 200
            assert (await client.post(REGISTERED, new)).status_code == 403
            assert (await client.patch(path, {"registered_limit": {"default_limit": 1}})).status_code == 403
            assert (await client.delete(path)).status_code == 403
        assert (await people.client().get(REGISTERED)).status_code == 401

    run(tmp_path, story)


def test_each_change_is_an_event(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        (made,) = await register(people, wish(await people.make("service", type="compute")))
        path = f"{REGISTERED}/{made['id']}"
        await people.admin.patch(path, {"registered_limit": {"default_limit": 1}})
        await people.admin.delete(path)
        found = await people.events(1000)
        kinds = [event.kind for event in found if event.resource_id == made["id"]]
        assert kinds == [f"identity.registered_limit.{verb}" for verb in ("create", "update", "delete")]

    run(tmp_path, story)
