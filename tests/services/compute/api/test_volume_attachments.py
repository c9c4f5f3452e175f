"""/servers/{id}/os-volume_attachments: what is answered, by microversion, and what is refused."""

from functools import partial
from pathlib import Path
from typing import Any

import httpx

from altostratus.app.wiring import System, admin_password
from altostratus.kernel.testing.client import ApiClient
from altostratus.services.compute.store import servers
from tests.services.compute.api.servers_with_volumes import (
    SERVERS,
    VOLUMES,
    at,
    attach,
    attachments,
    in_cloud,
    make_server,
    make_volume,
    volume_is,
)
from tests.services.compute.test_servers import act, other_user

NOWHERE = "d0c6f5a8-5c07-4d4c-9f0b-5f6b8c0e2a11"
FOREIGN = "6b9ee2b8-9f0a-4d2f-9b69-9d6e6bb5b0d4"


def message(answer: httpx.Response) -> str:
    fault: str = next(iter(answer.json().values()))["message"]
    return fault


def test_an_attachment_shows_what_its_microversion_knows(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        server, volume = await make_server(client), await make_volume(client)
        asked = {"volumeId": volume, "device": "/dev/sdd", "tag": "logs", "delete_on_termination": True}
        made = (await attach(client, server, asked)).json()["volumeAttachment"]
        plain = {"id": volume, "volumeId": volume, "serverId": server, "device": "/dev/vdd"}
        assert made == {**plain, "tag": "logs", "delete_on_termination": True}
        path = f"{SERVERS}/{server}/os-volume_attachments"

        async def shown(version: str) -> dict[str, Any]:
            one = (await client.get(f"{path}/{volume}", headers=at(version))).json()["volumeAttachment"]
            [listed] = (await client.get(path, headers=at(version))).json()["volumeAttachments"]
            assert one == listed
            return dict(one)

        assert await shown("2.69") == plain
        assert await shown("2.70") == {**plain, "tag": "logs"}
        assert await shown("2.79") == await shown("2.88") == made
        newest = await shown("2.89")
        row = (
            await client.get(
                f"/volume/v3/attachments/{newest['attachment_id']}", headers={"OpenStack-API-Version": "volume 3.27"}
            )
        ).json()["attachment"]
        assert (row["volume_id"], row["instance"]) == (volume, server)
        assert newest == {
            "volumeId": volume, "serverId": server, "device": "/dev/vdd", "tag": "logs", "delete_on_termination": True,
            "attachment_id": newest["attachment_id"], "bdm_uuid": newest["attachment_id"],
        }  # fmt: skip

        async def of_server(version: str) -> Any:
            found = (await client.get(f"{SERVERS}/{server}", headers=at(version))).json()["server"]
            return found["os-extended-volumes:volumes_attached"]

        assert await of_server("2.2") == [{"id": volume}]
        assert await of_server("2.3") == await of_server("2.96") == [{"id": volume, "delete_on_termination": True}]

    in_cloud(tmp_path, scenario)


def test_fields_of_later_microversions_are_refused(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        server, volume = await make_server(client), await make_volume(client)
        for version, more in (
            ("2.48", {"tag": "x"}),
            ("2.78", {"delete_on_termination": True}),
            ("2.79", {"device": "vdb"}),
            ("2.79", {"device": "/dev/vd1"}),
            ("2.79", {"device": "/dev/vdaa"}),
            ("2.79", {"tag": "a,b"}),
            ("2.79", {"delete_on_termination": "perhaps"}),
            ("2.79", {"volumeId": "vol-1"}),
        ):
            refused = await attach(client, server, {"volumeId": volume, **more}, version)
            assert refused.status_code == 400, (version, more)
        assert await attachments(client, server) == {}
        made = (await attach(client, server, {"volumeId": volume, "tag": "x"}, "2.49")).json()["volumeAttachment"]
        assert made == {"id": volume, "volumeId": volume, "serverId": server, "device": "/dev/vdb"}

    in_cloud(tmp_path, scenario)


def test_devices_are_given_in_order_and_none_twice(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        server = await make_server(client, config_drive=True)
        volumes = [await make_volume(client) for _ in range(4)]
        for volume, device in zip(volumes, (None, "/dev/vde", None), strict=False):
            await attach(client, server, {"volumeId": volume, "device": device})
        assert list((await attachments(client, server)).values()) == ["/dev/vdc", "/dev/vde", "/dev/vdd"]
        for taken in ("/dev/vda", "/dev/vdb", "/dev/vdc", "/dev/sde1"):
            refused = await attach(client, server, {"volumeId": volumes[3], "device": taken})
            assert (refused.status_code, message(refused)) == (409, f"The supplied device path ({taken}) is in use.")
        path = f"{SERVERS}/{server}/os-volume_attachments"
        page = (await client.get(path, params={"limit": "1", "offset": "1"})).json()["volumeAttachments"]
        assert [row["volumeId"] for row in page] == [volumes[1]]
        assert (await client.get(path, params={"limit": "x"})).status_code == 400

    in_cloud(tmp_path, scenario)


def test_a_server_has_fourteen_volumes_and_no_more(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        limits = {"quota_set": {"volumes": -1}}
        assert (await client.put(f"/volume/v3/os-quota-sets/{client.project_id}", limits)).status_code == 200
        server = await make_server(client)
        for _ in range(14):
            assert (await attach(client, server, {"volumeId": await make_volume(client)})).status_code == 200
        refused = await attach(client, server, {"volumeId": await make_volume(client)})
        assert refused.status_code == 403
        assert "maximum allowed number of disk devices (14)" in message(refused)
        assert len(await attachments(client, server)) == 14

    in_cloud(tmp_path, scenario)


def test_volumes_that_cannot_be_attached(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        server, other, volume = await make_server(client), await make_server(client), await make_volume(client)
        missing = await attach(client, server, {"volumeId": FOREIGN})
        assert (missing.status_code, message(missing)) == (404, f"Volume {FOREIGN} could not be found.")
        assert (await attach(client, server, {"volumeId": volume})).status_code == 200
        for target in (server, other):
            refused = await attach(client, target, {"volumeId": volume})
            assert refused.status_code == 400
            assert message(refused).startswith(f"Invalid volume: volume '{volume}' status must be 'available'.")
        stranger = await other_user(client, "member")
        assert (await attach(stranger, server, {"volumeId": volume})).status_code == 404
        theirs = await make_server(stranger)
        assert (await attach(stranger, theirs, {"volumeId": volume})).status_code == 404
        assert (await attachments(client, other), await attachments(stranger, theirs)) == ({}, {})

    in_cloud(tmp_path, scenario)


def test_states_in_which_volumes_stay_as_they_are(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        assert system.engine is not None
        server, volume, free = await make_server(client), await make_volume(client), await make_volume(client)
        assert (await attach(client, server, {"volumeId": volume})).status_code == 200
        await volume_is(client, volume, "in-use")
        await system.engine.stop()
        now = system.clock.now()
        settled = {"launched_at": now, "fault": None, "wanted": "running", "deleted_at": None}
        for state, shown in (
            ({"launched_at": None}, "task_state spawning"),
            ({"fault": "broken"}, "vm_state error"),
            ({"wanted": "stopped"}, "task_state powering-off"),
            ({"deleted_at": now}, "task_state deleting"),
        ):
            await system.db.write(partial(_set, server, {**settled, **state}))
            refused = await attach(client, server, {"volumeId": free})
            why = f"instance {server} while it is in {shown}"
            assert (refused.status_code, message(refused)) == (409, f"Cannot 'attach_volume' {why}")
            refused = await client.delete(f"{SERVERS}/{server}/os-volume_attachments/{volume}")
            assert (refused.status_code, message(refused)) == (409, f"Cannot 'detach_volume' {why}")

    in_cloud(tmp_path, scenario)


def _set(server: str, values: dict[str, Any], tx: Any) -> None:
    servers.update_server(tx, server, **values)


def test_a_locked_server_keeps_its_volumes_but_for_administrators(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        owner = await other_user(client, "member")
        server, first, second = await make_server(owner), await make_volume(owner), await make_volume(owner)
        assert (await attach(owner, server, {"volumeId": first})).status_code == 200
        assert await act(owner, server, {"lock": None}) == 202
        refused = await attach(owner, server, {"volumeId": second})
        assert (refused.status_code, message(refused)) == (409, f"Instance {server} is locked")
        path = f"{SERVERS}/{server}/os-volume_attachments/{first}"
        assert (await owner.delete(path)).status_code == 409
        assert (await client.delete(path)).status_code == 202

    in_cloud(tmp_path, scenario)


def test_only_whether_a_volume_goes_with_its_server_can_be_changed(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        server, volume, other = await make_server(client), await make_volume(client), await make_volume(client)
        await attach(client, server, {"volumeId": volume, "tag": "logs"})
        path = f"{SERVERS}/{server}/os-volume_attachments/{volume}"

        async def put(version: str = "2.85", **asked: Any) -> int:
            body = {"volumeAttachment": {"volumeId": volume, **asked}}
            return (await client.put(path, body, headers=at(version))).status_code

        async def goes() -> bool:
            found = (await client.get(path, headers=at("2.79"))).json()["volumeAttachment"]
            return bool(found["delete_on_termination"])

        same = {"id": volume, "serverId": server, "device": "/dev/vdb", "tag": "logs"}
        assert await put(**same, delete_on_termination=True) == 202
        assert await goes()
        for different in ({"id": other}, {"serverId": other}, {"device": "/dev/vdc"}, {"device": None}, {"tag": "x"}):
            assert await put(**different, delete_on_termination=False) == 400, different
        assert await put(delete_on_termination="perhaps") == await put("2.84", delete_on_termination=True) == 400
        assert await goes()
        assert await put("2.84") == await put(volumeId=other) == 403
        missing = await client.put(
            f"{path[:-36]}{other}", {"volumeAttachment": {"volumeId": other}}, headers=at("2.85")
        )
        assert missing.status_code == 404

    in_cloud(tmp_path, scenario)


def test_volumes_are_not_replaced(tmp_path: Path) -> None:
    """Nova lets Cinder do it, while it migrates a volume."""

    async def scenario(system: System, client: ApiClient) -> None:
        server, volume = await make_server(client), await make_volume(client)
        [role] = (await client.get("/identity/v3/roles", params={"name": "service"})).json()["roles"]
        grant = f"/identity/v3/projects/{client.project_id}/users/{client.user_id}/roles/{role['id']}"
        assert (await client.put(grant)).status_code == 204
        await client.login("admin", admin_password(system.settings.data_dir), "admin")
        for version in ("2.1", "2.85"):
            path = f"{SERVERS}/{server}/os-volume_attachments"
            body = {"volumeAttachment": {"volumeId": FOREIGN}}
            assert (await client.put(f"{path}/{NOWHERE}", body, headers=at(version))).status_code == 404
            refused = await client.put(f"{path}/{volume}", body, headers=at(version))
            expected = f"volume {volume} is not migrating; this API should only be called by Cinder"
            assert (refused.status_code, message(refused)) == (409, expected)

    in_cloud(tmp_path, scenario)


def test_detaching_writes_the_wish_once(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        server, volume, other = await make_server(client), await make_volume(client), await make_volume(client)
        await attach(client, server, {"volumeId": volume})
        assert system.engine is not None
        await system.engine.stop()
        path = f"{SERVERS}/{server}/os-volume_attachments"
        refused = await client.delete(f"{path}/{other}")
        expected = f"Instance {server} is not attached to volume {other}"
        assert (refused.status_code, message(refused)) == (404, expected)
        for _ in range(2):
            answer = await client.delete(f"{path}/{volume}")
            assert (answer.status_code, answer.content) == (202, b"")
        assert (await client.get(f"{VOLUMES}/{volume}")).json()["volume"]["status"] == "detaching"
        actions = (await client.get(f"{SERVERS}/{server}/os-instance-actions")).json()["instanceActions"]
        assert [action["action"] for action in actions] == ["detach_volume", "attach_volume", "create"]

    in_cloud(tmp_path, scenario)


def test_who_may_do_what_with_attachments(tmp_path: Path) -> None:
    """A reader reads; nobody does anything to a server of another project."""

    async def scenario(system: System, client: ApiClient) -> None:
        reader = await other_user(client, "reader")
        mine, volume = await make_server(client), await make_volume(client)
        theirs = await _given_to(system, reader, await make_server(client))
        for server, listed, changed in ((mine, 404, 404), (theirs, 200, 403)):
            path = f"{SERVERS}/{server}/os-volume_attachments"
            body = {"volumeAttachment": {"volumeId": volume}}
            assert (await reader.get(path)).status_code == listed
            assert (await reader.get(f"{path}/{volume}")).status_code == 404
            assert (await reader.post(path, body)).status_code == changed
            assert (await reader.put(f"{path}/{volume}", body, headers=at("2.85"))).status_code == changed
            assert (await reader.put(f"{path}/{volume}", body, headers=at("2.1"))).status_code == changed
            assert (await reader.delete(f"{path}/{volume}")).status_code == changed
            for action in ("pause", "unpause"):
                assert await act(reader, server, {action: None}) == changed
            nobody = {"headers": {"X-Auth-Token": ""}}
            for method in ("GET", "POST"):
                assert (await reader.request(method, path, **nobody)).status_code == 401
            for method in ("GET", "PUT", "DELETE"):
                assert (await reader.request(method, f"{path}/{volume}", **nobody)).status_code == 401

    in_cloud(tmp_path, scenario)


async def _given_to(system: System, client: ApiClient, server: str) -> str:
    await system.db.write(lambda tx: servers.update_server(tx, server, project_id=client.project_id))
    return server
