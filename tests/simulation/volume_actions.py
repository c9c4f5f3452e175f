"""What clients do with volumes and snapshots, and with the volumes of their servers."""

from collections.abc import Collection
from typing import Any

from tests.simulation.client import COMPUTE, Client
from tests.simulation.compute_actions import create
from tests.simulation.model import Server, Snapshot, Volume

WITH_FATE = {"OpenStack-API-Version": "compute 2.79"}
"""The version from which an attachment says whether the volume goes with its server."""


def path(client: Client, *more: str) -> str:
    return "/".join((f"/volume/v3/{client.project}", *more))


async def create_volume(client: Client) -> None:
    """Empty, or from one of three sources; refused (400) while its source is not there yet, or no more."""
    name = client.new_name()
    wish, held = _source(client)
    allowed = (202, 400, 413) if held is not None else (202, 413)
    body = {"volume": {"name": name, "size": client.rng.randint(1, 3), **wish}}
    status, answer = await client.ask("POST", path(client, "volumes"), body, allowed, makes=name)
    if status == 202:
        remember(client, answer["volume"], held or ())


def _source(client: Client) -> tuple[dict[str, Any], tuple[str, ...] | None]:
    """What a volume is made from, and what guests have written to that by now."""
    snapshot = client.choose([each for each in client.model.snapshots.values() if not each.leaving])
    volume = client.choose(client.model.kept_volumes())
    ways: list[tuple[dict[str, Any], tuple[str, ...] | None]] = [({}, None), ({"imageRef": client.image}, None)]
    if snapshot:
        ways.append(({"snapshot_id": snapshot.id, "size": 3}, snapshot.holds))
    if volume:
        ways.append(({"source_volid": volume.id, "size": volume.size}, written(client, volume)))
    return client.rng.choice(ways)


def written(client: Client, volume: Volume) -> tuple[str, ...]:
    """What it holds for certain."""
    return (*volume.holds, *client.cloud.written.get(volume.id, ()))


def remember(client: Client, row: dict[str, Any], holds: tuple[str, ...] = ()) -> Volume:
    """A volume as it is shown for the first time."""
    volume = Volume(row["id"], row["size"], row["bootable"] == "true", holds)
    client.model.volumes[volume.id] = volume
    return volume


async def extend_volume(client: Client) -> None:
    """Refused (400) unless it is available."""
    if volume := client.choose(client.model.kept_volumes()):
        size = volume.size + 1
        allowed = (400,) if client.model.keeps(volume) else (202, 400, 413)
        body = {"os-extend": {"new_size": size}}
        status, _ = await client.ask(
            "POST", path(client, "volumes", volume.id, "action"), body, allowed, touches=[volume.id]
        )
        if status == 202:
            volume.size = size


async def create_snapshot(client: Client) -> None:
    """Also of one that is in use: it has all that was written before. Refused (400) of one that is neither."""
    if volume := client.choose(client.model.kept_volumes()):
        name, holds = client.new_name(), written(client, volume)
        body = {"snapshot": {"volume_id": volume.id, "name": name, "force": True}}
        status, answer = await client.ask("POST", path(client, "snapshots"), body, (202, 400, 413), makes=name)
        if status == 202:
            made = answer["snapshot"]["id"]
            client.model.snapshots[made] = Snapshot(made, volume.id, holds)


async def delete_snapshot(client: Client) -> None:
    """Refused (400) while it is made, or a volume is made from it."""
    if snapshot := client.choose([each for each in client.model.snapshots.values() if not each.leaving]):
        where = path(client, "snapshots", snapshot.id)
        status, _ = await client.ask("DELETE", where, None, (202, 400), touches=[snapshot.id])
        snapshot.leaving = status == 202


async def delete_volume(client: Client) -> None:
    """With its snapshots, or refused (400) while it has any; always while it is attached."""
    volume = client.choose(client.model.kept_volumes())
    if volume is None:
        return
    cascade = client.rng.random() < 0.5
    mine = [each for each in client.model.snapshots.values() if each.volume == volume.id]
    kept = client.model.keeps(volume) or (not cascade and any(not each.leaving for each in mine))
    where = path(client, "volumes", volume.id) + ("?cascade=true" if cascade else "")
    touches = [volume.id, *(each.id for each in mine)]
    status, _ = await client.ask("DELETE", where, None, (400,) if kept else (202, 400), touches=touches)
    if status == 202:
        volume.leaving = True
        for snapshot in mine:
            snapshot.leaving = True


async def attach_volume(client: Client) -> None:
    """One that nobody has; refused while it is not ready (400), or where the server is not in a state for it (409)."""
    free = [each for each in client.model.kept_volumes() if each.server is None]
    server, volume = client.choose(client.model.staying()), client.choose(free)
    if not (server and volume):
        return
    goes = client.rng.random() < 0.3
    body = {"volumeAttachment": {"volumeId": volume.id, "delete_on_termination": goes}}
    volume.belong(server.id, goes)
    status, _ = await _attach(client, server.id, body, (200, 400, 409), [volume.id])
    if status != 200:
        volume.be_free()


async def _attach(
    client: Client, server: str, body: Any, allowed: tuple[int, ...], touches: Collection[str] = ()
) -> tuple[int, Any]:
    where = f"{COMPUTE}/servers/{server}/os-volume_attachments"
    return await client.ask("POST", where, body, allowed, touches=touches, headers=WITH_FATE)


async def attach_taken(client: Client) -> None:
    """One that a server has: refused, to that server too."""
    server = client.choose(client.model.staying())
    volume = client.choose([each for each in client.model.kept_volumes() if client.model.keeps(each)])
    if server and volume:
        await _attach(client, server.id, {"volumeAttachment": {"volumeId": volume.id}}, (400, 409))


async def attach_anothers(client: Client) -> None:
    """What is another project's is not there: neither its volumes nor its servers."""
    stranger = client.choose(client.strangers)
    servers, volumes = client.model.staying(), list(stranger.model.volumes)
    if client.rng.random() < 0.5:
        servers, volumes = stranger.model.staying(), list(client.model.volumes)
    server, volume = client.choose(servers), client.choose(volumes)
    if server and volume:
        await _attach(client, server.id, {"volumeAttachment": {"volumeId": volume}}, (404, 409))


async def detach_volume(client: Client) -> None:
    """Refused where the server is not in a state for it (409), or boots from it (400); it may be gone already (404)."""
    staying = {server.id for server in client.model.staying()}
    volume = client.choose([each for each in client.model.kept_volumes() if each.server in staying])
    if volume is None:
        return
    allowed = (400, 409) if volume.root else (202, 409) if client.model.keeps(volume) else (202, 404, 409)
    asked, volume.asked_back = volume.asked_back, not volume.root
    where = f"{COMPUTE}/servers/{volume.server}/os-volume_attachments/{volume.id}"
    status, _ = await client.ask("DELETE", where, None, allowed)
    if status == 409:
        volume.asked_back = asked


async def boot_from_volume(client: Client) -> None:
    """From a new one, or one that is there; perhaps with an empty one beside it. Either may go with the server."""
    networks = client.networks()
    if not networks:
        return
    name, goes = client.new_name(), client.rng.random() < 0.5
    roots = [each for each in client.model.kept_volumes() if each.server is None and each.bootable]
    root = client.choose(roots) if client.rng.random() < 0.5 else None
    device: dict[str, Any] = {"source_type": "image", "uuid": client.image, "volume_size": client.rng.randint(1, 2)}
    if root:
        device = {"source_type": "volume", "uuid": root.id}
        root.belong("", goes, root=True)
    devices = [{"boot_index": 0, "destination_type": "volume", "delete_on_termination": goes, **device}]
    if client.rng.random() < 0.3:
        devices.append({"source_type": "blank", "destination_type": "volume", "volume_size": 1})
    wish: dict[str, Any] = {"name": name, "imageRef": "", "flavorRef": "42", "adminPass": "secret"}
    wish["block_device_mapping_v2"] = devices
    wish["networks"] = [{"uuid": client.choose(networks).id}]
    server = await create(client, name, wish, [root.id] if root else [])
    if server:
        shown = await client.ask("GET", f"{COMPUTE}/servers/{server.id}", headers=WITH_FATE)
        await learn_volumes(client, server, shown[1]["server"])
    elif root:
        root.be_free()


async def learn_volumes(client: Client, server: Server, shown: dict[str, Any]) -> None:
    """Those that a server was made with, as it is shown; of these only the root can be booted."""
    for row in shown["os-extended-volumes:volumes_attached"]:
        volume = client.model.volumes.get(row["id"])
        if volume is None:
            status, answer = await client.ask("GET", path(client, "volumes", row["id"]), None, (200, 404))
            if status == 404:
                continue
            volume = remember(client, answer["volume"])
        if volume.server != server.id:
            client.cloud.require(not volume.server, f"{volume} is at {server}")
            volume.belong(server.id, row["delete_on_termination"], root=volume.bootable)


async def remove_volumes(client: Client) -> None:
    """All, each with its snapshots; nothing has them any more, and nothing hinders it."""
    for volume in client.model.kept_volumes():
        await client.ask("DELETE", path(client, "volumes", volume.id) + "?cascade=true", None, (202,))
