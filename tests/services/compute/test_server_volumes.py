"""Servers and volumes on a whole simulated cloud: attached, booted from, asked back, and freed with the server."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from altostratus.app.wiring import System
from altostratus.kernel.testing.client import ApiClient
from tests.services.compute.api.servers_with_volumes import (
    SERVERS,
    attach,
    attachments,
    in_cloud,
    make_server,
    make_snapshot,
    make_volume,
    volume_is,
    volume_is_gone,
)
from tests.services.compute.test_servers import act, create, is_gone, make_image, status_is


def test_a_volume_goes_from_server_to_server(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        first, second, volume = await make_server(client), await make_server(client), await make_volume(client)
        assert (await attach(client, first, {"volumeId": volume})).status_code == 200
        [attachment] = (await volume_is(client, volume, "in-use"))["attachments"]
        assert (attachment["server_id"], attachment["device"]) == (first, "/dev/vdb")
        assert (await client.delete(f"{SERVERS}/{first}/os-volume_attachments/{volume}")).status_code == 202
        await volume_is(client, volume, "available")
        assert await attachments(client, first) == {}
        assert (await attach(client, second, {"volumeId": volume})).status_code == 200
        [attachment] = (await volume_is(client, volume, "in-use"))["attachments"]
        assert attachment["server_id"] == second

    in_cloud(tmp_path, scenario)


def test_stopped_and_paused_servers_take_volumes_and_stopped_ones_give_them(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        server, volume = await make_server(client), await make_volume(client)
        assert await act(client, server, {"pause": None}) == 202
        await status_is(client, server, "PAUSED")
        assert (await attach(client, server, {"volumeId": volume})).status_code == 200
        await volume_is(client, volume, "in-use")
        for action, status in (({"unpause": None}, "ACTIVE"), ({"os-stop": None}, "SHUTOFF")):
            assert await act(client, server, action) == 202
            await status_is(client, server, status)
        other = await make_volume(client)
        assert (await attach(client, server, {"volumeId": other})).status_code == 200
        await volume_is(client, other, "in-use")
        for each in (volume, other):
            assert (await client.delete(f"{SERVERS}/{server}/os-volume_attachments/{each}")).status_code == 202
            await volume_is(client, each, "available")

    in_cloud(tmp_path, scenario)


def test_pause_and_unpause_are_for_servers_that_run_or_are_paused(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        server = await make_server(client)
        assert await act(client, server, {"unpause": None}) == 409
        assert await act(client, server, {"pause": None}) == 202
        shown = await status_is(client, server, "PAUSED")
        assert (shown["OS-EXT-STS:vm_state"], shown["OS-EXT-STS:power_state"]) == ("paused", 3)
        for refused in ({"pause": None}, {"os-start": None}, {"reboot": {"type": "SOFT"}}):
            assert await act(client, server, refused) == 409
        assert await act(client, server, {"lock": None}) == 202
        assert await act(client, server, {"unpause": None}) == 202  # an administrator
        await status_is(client, server, "ACTIVE")
        actions = (await client.get(f"{SERVERS}/{server}/os-instance-actions")).json()["instanceActions"]
        assert [action["action"] for action in actions] == ["unpause", "lock", "pause", "create"]
        assert await act(client, server, {"pause": None}) == 202
        await status_is(client, server, "PAUSED")
        assert (await client.delete(f"{SERVERS}/{server}")).status_code == 204
        await is_gone(client, server)

    in_cloud(tmp_path, scenario)


def test_servers_boot_from_volumes_of_every_kind(tmp_path: Path) -> None:
    """From an image, from a volume made from one, and from its snapshot; and a delete frees them before it is a 404."""

    async def scenario(system: System, client: ApiClient) -> None:
        image = await make_image(client)
        volume = await make_volume(client, imageRef=image)
        snapshot = await make_snapshot(client, volume)
        roots: list[dict[str, Any]] = [
            {"source_type": "image", "uuid": image, "volume_size": 1, "delete_on_termination": True},
            {"source_type": "volume", "uuid": volume},
            {"source_type": "snapshot", "uuid": snapshot},
        ]
        for root in roots:
            mapping = {**root, "destination_type": "volume", "boot_index": 0}
            asked = {"name": "vm", "flavorRef": "1", "networks": [], "block_device_mapping_v2": [mapping]}
            made = await create(client, {**asked, "imageRef": ""})
            shown = await status_is(client, made["id"], "ACTIVE")
            assert shown["image"] == ""
            [(of_server, device)] = (await attachments(client, made["id"])).items()
            assert device == "/dev/vda"
            await volume_is(client, of_server, "in-use")
            refused = await client.delete(f"{SERVERS}/{made['id']}/os-volume_attachments/{of_server}")
            assert (refused.status_code, "root device volume" in refused.text) == (400, True)
            assert (await client.delete(f"{SERVERS}/{made['id']}")).status_code == 204
            await is_gone(client, made["id"])
            await (volume_is_gone if "delete_on_termination" in root else _is_available)(client, of_server)

    in_cloud(tmp_path, scenario)


async def _is_available(client: ApiClient, volume: str) -> None:
    await volume_is(client, volume, "available")


def test_a_root_volume_takes_no_disk_of_its_host(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        flavor = {"flavor": {"name": "vast", "ram": 64, "vcpus": 1, "disk": 1_000_000, "id": "vast"}}
        assert (await client.post("/compute/v2.1/flavors", flavor)).status_code == 200
        root = {"source_type": "blank", "destination_type": "volume", "volume_size": 1, "boot_index": 0}
        made = await create(
            client, {"name": "vm", "flavorRef": "vast", "networks": [], "block_device_mapping_v2": [root]}
        )
        await status_is(client, made["id"], "ACTIVE")
        [hypervisor] = (await client.get("/compute/v2.1/os-hypervisors/detail")).json()["hypervisors"]
        assert hypervisor["local_gb_used"] == 0

    in_cloud(tmp_path, scenario)


def test_a_list_takes_as_many_queries_for_many_servers_as_for_one(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        for _ in range(3):
            server, volume = await make_server(client), await make_volume(client)
            assert (await attach(client, server, {"volumeId": volume})).status_code == 200
            await volume_is(client, volume, "in-use")
        assert system.engine is not None
        await system.engine.stop()

        async def queries(limit: int) -> list[str]:
            statements: list[str] = []

            def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
                statements.append(statement.split(" WHERE ")[0])

            event.listen(Engine, "before_cursor_execute", note)
            answer = await client.get(f"{SERVERS}/detail", params={"limit": str(limit)})
            event.remove(Engine, "before_cursor_execute", note)
            found = [server["os-extended-volumes:volumes_attached"] for server in answer.json()["servers"]]
            assert [len(volumes) for volumes in found] == [1] * limit
            return statements

        async def least(limit: int) -> int:
            """Of three: what is looked up of the token, now and then, is not the list's."""
            return min([len(await queries(limit)) for _ in range(3)])

        assert await least(1) == await least(3)

    in_cloud(tmp_path, scenario)
