"""/os-services: an operator takes a host out of use, and says that nothing runs there any more."""

import asyncio
from pathlib import Path
from typing import Any

from altostratus.kernel.testing.client import ApiClient
from tests.harness import eventually
from tests.services.compute.test_servers import body_for, create, other_user, run, status_is

SERVICES = "/compute/v2.1/os-services"


def at(version: str) -> dict[str, str]:
    return {"OpenStack-API-Version": f"compute {version}"}


async def the_host(client: ApiClient, version: str = "2.53") -> dict[str, Any]:
    """The one host, once it has been seen."""

    async def look() -> Any:
        [found] = (await client.get(SERVICES, headers=at(version))).json()["services"]
        return found if found["updated_at"] else None

    found: dict[str, Any] = await eventually(look)
    return found


def test_a_service_shows_what_its_microversion_knows(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        common = {"binary", "host", "zone", "status", "state", "updated_at", "disabled_reason", "id"}
        old = await the_host(client, "2.10")
        assert set(old) == common
        assert isinstance(old["id"], int)
        assert set(await the_host(client, "2.11")) == {*common, "forced_down"}
        assert isinstance((await the_host(client, "2.52"))["id"], int)
        assert len((await the_host(client, "2.53"))["id"]) == 36

    run(tmp_path, scenario)


def test_a_disabled_host_gets_no_servers_until_it_is_enabled(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        host = await the_host(client)
        path = f"{SERVICES}/{host['id']}"
        off = {"status": "disabled", "disabled_reason": "new fans"}
        shown = (await client.put(path, off, headers=at("2.53"))).json()["service"]
        assert shown == {**host, **off, "updated_at": shown["updated_at"]}
        made = await create(client, await body_for(client, networks=[]))
        assert "is disabled (new fans)" in (await status_is(client, made["id"], "ERROR"))["fault"]["message"]
        on = (await client.put(path, {"status": "enabled"}, headers=at("2.53"))).json()["service"]
        assert (on["status"], on["disabled_reason"]) == ("enabled", None)
        again = await create(client, await body_for(client, networks=[]))
        await status_is(client, again["id"], "ACTIVE")

    run(tmp_path, scenario)


def test_a_host_that_is_forced_down_is_down_and_gets_no_servers(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        path = f"{SERVICES}/{(await the_host(client))['id']}"
        down = (await client.put(path, {"forced_down": True}, headers=at("2.53"))).json()["service"]
        assert (down["forced_down"], down["state"], down["status"]) == (True, "down", "enabled")
        [hypervisor] = (await client.get("/compute/v2.1/os-hypervisors")).json()["hypervisors"]
        assert hypervisor["state"] == "down"
        made = await create(client, await body_for(client, networks=[]))
        assert "is forced down" in (await status_is(client, made["id"], "ERROR"))["fault"]["message"]
        up = (await client.put(path, {"forced_down": "false"}, headers=at("2.53"))).json()["service"]
        assert (up["forced_down"], up["state"]) == (False, "up")

    run(tmp_path, scenario)


def test_until_2_52_the_path_says_what_to_do(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        name = (await the_host(client))["host"]
        target = {"host": name, "binary": "nova-compute"}

        async def put(action: str, version: str = "2.11", **more: Any) -> Any:
            return await client.put(f"{SERVICES}/{action}", {**target, **more}, headers=at(version))

        assert (await put("disable", "2.1")).json() == {"service": {**target, "status": "disabled"}}
        reason = await put("disable-log-reason", "2.1", disabled_reason="new fans")
        assert reason.json() == {"service": {**target, "status": "disabled", "disabled_reason": "new fans"}}
        assert (await the_host(client))["disabled_reason"] == "new fans"
        assert (await put("enable", "2.1")).json() == {"service": {**target, "status": "enabled"}}
        assert (await the_host(client))["disabled_reason"] is None
        assert (await put("force-down", forced_down=True)).json() == {"service": {**target, "forced_down": True}}
        assert (await the_host(client))["forced_down"] is True
        for refused, status in (
            (put("force-down", "2.10"), 404),
            (put("force-down", "2.10", forced_down=True), 400),
            (put("force-down"), 400),
            (put("disable-log-reason"), 400),
            (put("explode"), 404),
            (put("enable", host="elsewhere"), 404),
            (put("enable", binary="nova-scheduler"), 400),
            (put("enable", "2.53"), 400),
        ):
            assert (await refused).status_code == status

    run(tmp_path, scenario)


def test_updates_that_say_nothing_or_too_much_are_refused(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        host = await the_host(client)
        for body in ({}, {"status": "enabled", "disabled_reason": "x"}, {"status": "tired"}, {"disabled_reason": "x"}):
            assert (await client.put(f"{SERVICES}/{host['id']}", body, headers=at("2.53"))).status_code == 400
        missing = await client.put(f"{SERVICES}/no-such", {"forced_down": True}, headers=at("2.53"))
        assert missing.status_code == 404
        assert (await the_host(client))["forced_down"] is False

    run(tmp_path, scenario)


def test_only_an_administrator_sees_and_changes_services(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        path = f"{SERVICES}/{(await the_host(client))['id']}"
        stranger = await other_user(client, "member")
        refused = await asyncio.gather(
            stranger.get(SERVICES),
            stranger.put(path, {"forced_down": True}, headers=at("2.53")),
            stranger.put(f"{SERVICES}/disable", {"host": "x", "binary": "nova-compute"}, headers=at("2.1")),
        )
        assert [answer.status_code for answer in refused] == [403, 403, 403]
        nobody = await client.put(path, {"forced_down": True}, headers={"X-Auth-Token": ""})
        assert nobody.status_code == 401

    run(tmp_path, scenario)
