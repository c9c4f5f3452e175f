"""Servers through the API of a whole simulated cloud: life, refusals, views."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from altostratus.app.wiring import System
from altostratus.kernel.testing.client import ApiClient
from altostratus.services.compute.drivers.simulated.hypervisor import SimulatedHypervisor
from altostratus.services.compute.drivers.simulated.world import Machine, World
from altostratus.services.compute.store import servers
from tests.harness import eventually, running_system

SERVERS = "/compute/v2.1/servers"
Scenario = Callable[[ApiClient], Awaitable[None]]


def run(tmp_path: Path, scenario: Scenario) -> None:
    async def main() -> None:
        async with running_system(tmp_path / "cloud") as (_, client):
            await scenario(client)

    asyncio.run(main())


async def make_image(client: ApiClient) -> str:
    body = {"name": "tiny", "disk_format": "raw", "container_format": "bare"}
    image = (await client.post("/image/v2/images", body)).json()
    headers = {"Content-Type": "application/octet-stream"}
    put = await client.put(f"/image/v2/images/{image['id']}/file", content=b"\0" * 4096, headers=headers)
    assert put.status_code == 204, put.text
    return str(image["id"])


async def make_network(client: ApiClient, cidr: str = "10.1.0.0/24") -> str:
    network = (await client.post("/network/v2.0/networks", {"network": {"name": "net"}})).json()["network"]
    subnet = {"network_id": network["id"], "ip_version": 4, "cidr": cidr}
    made = await client.post("/network/v2.0/subnets", {"subnet": subnet})
    assert made.status_code == 201, made.text
    return str(network["id"])


async def body_for(client: ApiClient, **more: Any) -> dict[str, Any]:
    return {"name": "vm", "imageRef": await make_image(client), "flavorRef": "42", **more}


async def create(client: ApiClient, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    made = await client.post(SERVERS, {"server": body}, headers=headers)
    assert made.status_code == 202, made.text
    return dict(made.json()["server"])


async def status_is(client: ApiClient, server_id: str, status: str) -> dict[str, Any]:
    async def look() -> Any:
        server = (await client.get(f"{SERVERS}/{server_id}")).json()["server"]
        assert status == "ERROR" or server["status"] != "ERROR", server["fault"]
        return server if (server["status"], server["OS-EXT-STS:task_state"]) == (status, None) else None

    found: dict[str, Any] = await eventually(look)
    return found


async def is_gone(client: ApiClient, server_id: str) -> None:
    async def look() -> bool:
        return (await client.get(f"{SERVERS}/{server_id}")).status_code == 404

    await eventually(look)


async def act(client: ApiClient, server_id: str, action: dict[str, Any]) -> int:
    return (await client.post(f"{SERVERS}/{server_id}/action", action)).status_code


def test_a_server_lives_and_dies(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        network = await make_network(client)
        made = await create(client, await body_for(client, networks=[{"uuid": network}]))
        server = await status_is(client, made["id"], "ACTIVE")
        assert [a["OS-EXT-IPS:type"] for a in server["addresses"]["net"]] == ["fixed"]
        assert await act(client, made["id"], {"os-stop": None}) == 202
        await status_is(client, made["id"], "SHUTOFF")
        assert await act(client, made["id"], {"os-stop": None}) == 409
        assert await act(client, made["id"], {"os-start": None}) == 202
        await status_is(client, made["id"], "ACTIVE")
        assert await act(client, made["id"], {"reboot": {"type": "HARD"}}) == 202
        await status_is(client, made["id"], "ACTIVE")
        assert (await client.delete(f"{SERVERS}/{made['id']}")).status_code == 204
        await is_gone(client, made["id"])
        ports = (await client.get("/network/v2.0/ports", params={"device_id": made["id"]})).json()["ports"]
        assert ports == []

    run(tmp_path, scenario)


@dataclass
class Rebooting:
    """A server whose guest ignores the power button, in the middle of a soft reboot."""

    system: System
    client: ApiClient
    world: World
    id: str

    async def asked_at(self) -> datetime | None:
        """When its guest was first asked to power off for what is wanted now."""
        row = await self.system.db.read(lambda tx: servers.get_server(tx, self.id))
        assert row
        return row.shutdown_asked_at

    async def act(self, action: dict[str, Any]) -> int:
        return await act(self.client, self.id, action)

    async def state(self) -> tuple[str, str | None]:
        server = (await self.client.get(f"{SERVERS}/{self.id}")).json()["server"]
        return server["status"], server["OS-EXT-STS:task_state"]

    @property
    def machine(self) -> Machine:
        return self.world.machines[self.id]


def reboot_softly(tmp_path: Path, timeout: float, test: Callable[[Rebooting], Awaitable[None]]) -> None:
    async def main() -> None:
        world = World(time.time, random.Random(1))
        options = {"services": {"compute": {"soft_reboot_timeout": timeout}}}
        drivers = {"hypervisor": SimulatedHypervisor(world)}
        async with running_system(tmp_path / "cloud", drivers=drivers, settings=options) as (system, client):
            made = await create(client, await body_for(client, networks=[]))
            await status_is(client, made["id"], "ACTIVE")
            world.make_deaf(made["id"])
            assert await act(client, made["id"], {"reboot": {"type": "SOFT"}}) == 202
            await test(Rebooting(system, client, world, made["id"]))

    asyncio.run(main())


def test_a_soft_reboot_shows_until_the_guest_obeys(tmp_path: Path) -> None:
    async def test(server: Rebooting) -> None:
        assert await server.state() == ("REBOOT", "rebooting")
        listed = await server.client.get(SERVERS, params={"status": "REBOOT"})
        assert [found["id"] for found in listed.json()["servers"]] == [server.id]
        for refused in ({"os-stop": None}, {"os-start": None}, {"reboot": {"type": "SOFT"}}):
            assert await server.act(refused) == 409
        assert (await server.state(), server.machine.starts) == (("REBOOT", "rebooting"), 1)
        server.world.guest_powers_off(server.id)
        await status_is(server.client, server.id, "ACTIVE")
        assert server.machine.starts == 2
        found = await server.client.get(f"{SERVERS}/{server.id}/os-instance-actions")
        assert [action["action"] for action in found.json()["instanceActions"]] == ["reboot", "create"]

    reboot_softly(tmp_path, 120, test)


def test_a_guest_that_ignores_a_soft_reboot_is_reset(tmp_path: Path) -> None:
    async def test(server: Rebooting) -> None:
        await status_is(server.client, server.id, "ACTIVE")
        assert server.machine.starts == 2

    reboot_softly(tmp_path, 0.2, test)


def test_a_hard_reboot_takes_the_place_of_a_soft_one(tmp_path: Path) -> None:
    async def test(server: Rebooting) -> None:
        assert await server.act({"reboot": {"type": "HARD"}}) == 202
        await status_is(server.client, server.id, "ACTIVE")
        assert server.machine.starts == 2

    reboot_softly(tmp_path, 120, test)


def test_a_server_that_reboots_can_be_deleted(tmp_path: Path) -> None:
    async def test(server: Rebooting) -> None:
        assert (await server.client.delete(f"{SERVERS}/{server.id}")).status_code == 204
        await is_gone(server.client, server.id)
        server.world.assert_clean()

    reboot_softly(tmp_path, 120, test)


def test_a_stop_after_a_soft_reboot_gives_the_guest_its_whole_time(tmp_path: Path) -> None:
    """The guest still ignores the button: when it was pressed for the reboot must not count."""

    async def test(server: Rebooting) -> None:
        await status_is(server.client, server.id, "ACTIVE")
        for_reboot = await server.asked_at()
        assert for_reboot
        assert await server.act({"os-stop": None}) == 202
        for_stop = await eventually(server.asked_at)
        assert for_stop > for_reboot
        assert await server.state() == ("ACTIVE", "powering-off")
        server.world.guest_powers_off(server.id)
        await status_is(server.client, server.id, "SHUTOFF")
        assert server.machine.starts == 2

    reboot_softly(tmp_path, 0.2, test)


def test_the_same_create_ten_times_at_once_makes_one_server(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        body = await body_for(client, networks=[])
        key = {"Idempotency-Key": "only-one"}
        made = await asyncio.gather(*(create(client, body, **key) for _ in range(10)))
        assert len({server["id"] for server in made}) == 1
        assert len((await client.get(SERVERS)).json()["servers"]) == 1
        other = await client.post(SERVERS, {"server": {**body, "name": "other"}}, headers=key)
        assert other.status_code == 409

    run(tmp_path, scenario)


def test_servers_are_found_by_regular_expressions_that_cannot_take_for_ever(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        network = await make_network(client, "10.9.0.0/24")
        server = await create(client, await body_for(client, name="web-1", networks=[{"uuid": network}]))
        await status_is(client, server["id"], "ACTIVE")

        async def found(**query: str) -> list[str]:
            response = await client.get(SERVERS, params=query)
            assert response.status_code == 200, response.text
            return [server["name"] for server in response.json()["servers"]]

        assert await found(name="^web-[0-9]$") == await found(ip=r"^10\.9\.") == ["web-1"]
        assert await found(name="^eb") == await found(ip="^9") == []
        assert await found(name="(((.*)*)*)*!") == await found(ip="((([0-9.]*)*)*)*!") == []
        for query in ({"name": "("}, {"ip": "("}, {"ip": r"(1)\1"}, {"name": "a" * 256}):
            assert (await client.get(SERVERS, params=query)).status_code == 400

    run(tmp_path, scenario)


def test_quota_is_counted_and_the_largest_allowed_count_is_made(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        body = await body_for(client, networks=[], min_count=2, max_count=20)
        await create(client, body)
        servers = (await client.get(SERVERS)).json()["servers"]
        assert {s["name"] for s in servers} == {f"vm-{n}" for n in range(1, 11)}
        refused = await client.post(SERVERS, {"server": {**body, "min_count": 1, "max_count": 1}})
        assert refused.status_code == 403
        assert "Quota exceeded for instances" in refused.json()["forbidden"]["message"]
        limits = (await client.get("/compute/v2.1/limits")).json()["limits"]["absolute"]
        assert (limits["totalInstancesUsed"], limits["totalCoresUsed"]) == (10, 10)

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": ""}, 400),
        ({"name": 5}, 400),
        ({"name": "x" * 256}, 400),
        ({"surprise": 1}, 400),
        ({"imageRef": "no-such"}, 400),
        ({"imageRef": "6b9ee2b8-9f0a-4d2f-9b69-9d6e6bb5b0d4"}, 400),
        ({"flavorRef": "no-such"}, 400),
        ({"key_name": "no-such"}, 400),
        ({"user_data": "%%%"}, 400),
        ({"networks": [{"uuid": "6b9ee2b8-9f0a-4d2f-9b69-9d6e6bb5b0d4"}]}, 400),
        ({"networks": [{}]}, 400),
        ({"min_count": 3, "max_count": 2}, 400),
        ({"availability_zone": "mars"}, 400),
        ({"metadata": {"k": 5}}, 400),
        ({"personality": [{"path": "/x", "contents": ""}]}, 501),
    ],
)
def test_bad_input_is_refused_and_nothing_is_made(tmp_path: Path, change: dict[str, Any], status: int) -> None:
    async def scenario(client: ApiClient) -> None:
        body = await body_for(client, networks=[])
        refused = await client.post(SERVERS, {"server": {**body, **change}})
        assert refused.status_code == status, refused.text
        fault = next(iter(refused.json().values()))
        assert fault["code"] == status
        assert fault["message"]
        assert (await client.get(SERVERS)).json()["servers"] == []

    run(tmp_path, scenario)


def test_an_image_larger_than_the_disk_is_refused(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        body = {"name": "big", "disk_format": "raw", "container_format": "bare", "min_disk": 5}
        image = (await client.post("/image/v2/images", body)).json()["id"]
        refused = await client.post(SERVERS, {"server": {"name": "vm", "imageRef": image, "flavorRef": "42"}})
        assert refused.status_code == 400  # it is not active either; either reason will do
        assert "image" in refused.text.lower()

    run(tmp_path, scenario)


def test_no_host_is_a_readable_fault(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        flavor = {"name": "huge", "ram": 2_000_000_000, "vcpus": 1, "disk": 1, "id": "huge"}
        assert (await client.post("/compute/v2.1/flavors", {"flavor": flavor})).status_code == 200
        project = client.project_id
        lifted = await client.put(f"/compute/v2.1/os-quota-sets/{project}", {"quota_set": {"ram": -1}})
        assert lifted.status_code == 200, lifted.text
        made = await create(client, await body_for(client, networks=[], flavorRef="huge"))
        server = await status_is(client, made["id"], "ERROR")
        assert server["fault"]["message"].startswith("No valid host was found.")
        assert "memory" in server["fault"]["message"]
        assert (await client.delete(f"{SERVERS}/{made['id']}")).status_code == 204
        await is_gone(client, made["id"])

    run(tmp_path, scenario)


def test_microversions_shape_the_view(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        made = await create(client, await body_for(client, networks=[]))
        await status_is(client, made["id"], "ACTIVE")

        async def at(version: str) -> dict[str, Any]:
            headers = {"OpenStack-API-Version": f"compute {version}"}
            response = await client.get(f"{SERVERS}/{made['id']}", headers=headers)
            assert response.headers["OpenStack-API-Version"] == f"compute {version}"
            return dict(response.json()["server"])

        assert "locked" not in await at("2.8")
        assert (await at("2.9"))["locked"] is False
        assert "description" not in await at("2.18")
        assert (await at("2.19"))["description"] is None
        assert set((await at("2.46"))["flavor"]) == {"id", "links"}
        assert (await at("2.47"))["flavor"]["original_name"] == "m1.nano"
        assert (await client.get(SERVERS, headers={"OpenStack-API-Version": "compute 2.999"})).status_code == 406
        assert (await client.get(SERVERS, headers={"OpenStack-API-Version": "compute x"})).status_code == 400

    run(tmp_path, scenario)


def test_servers_of_others_do_not_exist(tmp_path: Path) -> None:
    async def scenario(client: ApiClient) -> None:
        made = await create(client, await body_for(client, networks=[]))
        stranger = await other_user(client, "member")
        assert (await stranger.get(f"{SERVERS}/{made['id']}")).status_code == 404
        assert (await stranger.delete(f"{SERVERS}/{made['id']}")).status_code == 404
        assert (await stranger.get(SERVERS)).json()["servers"] == []
        assert (await stranger.get(f"{SERVERS}/detail", params={"all_tenants": 1})).status_code == 403

    run(tmp_path, scenario)


async def other_user(admin: ApiClient, role: str) -> ApiClient:
    """A client of a user with a role in a project of their own."""
    project = (await admin.post("/identity/v3/projects", {"project": {"name": "theirs"}})).json()["project"]["id"]
    user = {"user": {"name": "stranger", "password": "secret"}}
    user_id = (await admin.post("/identity/v3/users", user)).json()["user"]["id"]
    roles = (await admin.get("/identity/v3/roles", params={"name": role})).json()["roles"]
    grant = f"/identity/v3/projects/{project}/users/{user_id}/roles/{roles[0]['id']}"
    assert (await admin.put(grant)).status_code == 204
    stranger = ApiClient(admin._asgi, admin._base_url)
    await stranger.login("stranger", "secret", "theirs")
    return stranger
