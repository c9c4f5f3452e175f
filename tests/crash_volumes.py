"""Scenarios of the crash matrix about volumes: two reconcilers, two backends, one row."""

from typing import Any

from altostratus.kernel.tx import Tx
from altostratus.services.volume.store import tables
from tests.crash_scene import PROJECT, Act, Scenario, Scene

VOLUMES = f"/volume/v3/{PROJECT}"
KEPT = "what the guest wrote"


async def _settle(scene: Scene) -> None:
    await scene.settle()


async def _make_server(scene: Scene) -> None:
    await scene.make_server()


async def _make_volume(scene: Scene) -> None:
    made = await scene.ask("POST", f"{VOLUMES}/volumes", {"volume": {"size": 1, "name": "data"}}, 202)
    scene.names["volume"] = made["volume"]["id"]


async def _make_volume_of_image(scene: Scene) -> None:
    wish = {"size": 1, "imageRef": scene.names["image"]}
    made = await scene.ask("POST", f"{VOLUMES}/volumes", {"volume": wish}, 202)
    scene.names["volume"] = made["volume"]["id"]


async def _write(scene: Scene) -> None:
    scene.storage.write(scene.names["volume"], KEPT)


async def _make_snapshot(scene: Scene) -> None:
    wish = {"volume_id": scene.names["volume"], "force": True}
    made = await scene.ask("POST", f"{VOLUMES}/snapshots", {"snapshot": wish}, 202)
    scene.names["snapshot"] = made["snapshot"]["id"]


async def _extend(scene: Scene) -> None:
    path = f"{VOLUMES}/volumes/{scene.names['volume']}/action"
    await scene.ask("POST", path, {"os-extend": {"new_size": 2}}, 202)


async def _delete_volume(scene: Scene) -> None:
    scene.gone = scene.names["volume"]
    await scene.delete_stored("volume")


async def _delete_snapshot(scene: Scene) -> None:
    scene.gone = scene.names["snapshot"]
    await scene.delete_stored("snapshot")


async def _attach(scene: Scene) -> None:
    path = f"/compute/v2.1/servers/{scene.names['server']}/os-volume_attachments"
    made = await scene.ask("POST", path, {"volumeAttachment": {"volumeId": scene.names["volume"]}})
    assert made["volumeAttachment"]["device"] == "/dev/vdb"


async def _detach(scene: Scene) -> None:
    path = f"/compute/v2.1/servers/{scene.names['server']}/os-volume_attachments/{scene.names['volume']}"
    await scene.ask("DELETE", path, None, 202)


async def _stop(scene: Scene) -> None:
    await scene.act({"os-stop": None})


async def _cling(scene: Scene) -> None:
    scene.machines.make_clinging(scene.names["server"])


async def _refuse_disks(scene: Scene) -> None:
    scene.machine_faults.inject("ensure_attached", "fail", times=1000)


async def _boot_from_volume(scene: Scene) -> None:
    device = {
        "boot_index": 0,
        "uuid": scene.names["image"],
        "source_type": "image",
        "destination_type": "volume",
        "volume_size": 1,
        "delete_on_termination": True,
    }
    wish = {
        "name": "vm",
        "imageRef": "",
        "flavorRef": "42",
        "networks": [{"uuid": scene.names["network"]}],
        "block_device_mapping_v2": [device],
    }
    made = await scene.ask("POST", "/compute/v2.1/servers", {"server": wish}, 202)
    scene.names["server"] = made["server"]["id"]


async def _pause(scene: Scene) -> None:
    await scene.act({"pause": None})


async def _lose_rows(scene: Scene) -> None:
    """As after a restore of an old backup: the storage has a volume and a snapshot that no row knows."""

    def forget(tx: Tx) -> None:
        for table in (tables.snapshot, tables.volume):
            tx.sql.execute(table.delete())

    del scene.names["volume"], scene.names["snapshot"]
    scene.system.db.write_now(forget)


async def _volume(scene: Scene) -> dict[str, Any]:
    found = await scene.ask("GET", f"{VOLUMES}/volumes/{scene.names['volume']}")
    return dict(found["volume"])


async def _is_there(scene: Scene, size: int = 1) -> None:
    """Available, as large as it should be, whole, and nobody's."""
    volume = await _volume(scene)
    assert (volume["status"], volume["size"], volume["attachments"]) == ("available", size, []), volume
    snapshots = [scene.names["snapshot"]] if "snapshot" in scene.names else []
    scene.storage.assert_clean([volume["id"]], snapshots)
    assert scene.storage.volumes[volume["id"]].size == size << 30
    assert scene.storage.connections() == {}


async def _is_large(scene: Scene) -> None:
    await _is_there(scene, size=2)


async def _is_snapshot(scene: Scene) -> None:
    await _is_there(scene)
    found = await scene.ask("GET", f"{VOLUMES}/snapshots/{scene.names['snapshot']}")
    assert found["snapshot"]["status"] == "available"
    assert scene.storage.snapshots[scene.names["snapshot"]].content == (KEPT,)


async def _no_volume(scene: Scene) -> None:
    await scene.ask("GET", f"{VOLUMES}/volumes/{scene.gone}", None, 404)
    scene.storage.assert_clean()


async def _no_snapshot(scene: Scene) -> None:
    await scene.ask("GET", f"{VOLUMES}/snapshots/{scene.gone}", None, 404)
    await _is_there(scene)


async def _in_use(scene: Scene, running: bool = True) -> None:
    """The row, the storage and the hypervisor agree that the server has it."""
    volume, server = await _volume(scene), scene.names["server"]
    attached = [(each["server_id"], each["device"]) for each in volume["attachments"]]
    assert (volume["status"], attached) == ("in-use", [(server, "/dev/vdb")]), volume
    shown = await scene.server()
    assert [each["id"] for each in shown["os-extended-volumes:volumes_attached"]] == [volume["id"]]
    [(writer, _)] = scene.storage.connections().values()
    machine = scene.machines.machines[server]
    assert (machine.plugged, machine.defined) == ({writer} if running else set(), {writer})


async def _in_use_when_off(scene: Scene) -> None:
    await _in_use(scene, running=False)


async def _free(scene: Scene) -> None:
    await _is_there(scene)
    shown = await scene.server()
    assert shown["os-extended-volumes:volumes_attached"] == []
    machine = scene.machines.machines[scene.names["server"]]
    assert not machine.plugged
    assert not machine.defined
    assert scene.storage.read(scene.names["volume"]) == (KEPT,)


async def _booted(scene: Scene) -> None:
    shown = await scene.server()
    assert (shown["status"], shown["image"]) == ("ACTIVE", ""), shown
    [attached] = shown["os-extended-volumes:volumes_attached"]
    assert scene.storage.read(attached["id"]) == (f"image {scene.names['image']}",)
    assert set(scene.storage.connections()) == {attached["id"]}


async def _both_gone(scene: Scene) -> None:
    await scene.ask("GET", f"/compute/v2.1/servers/{scene.gone}", None, 404)
    scene.machines.assert_clean()
    scene.storage.assert_clean()


async def _server_gone(scene: Scene) -> None:
    await scene.ask("GET", f"/compute/v2.1/servers/{scene.gone}", None, 404)
    scene.machines.assert_clean()
    await _is_there(scene)


async def _paused(scene: Scene) -> None:
    shown = await scene.server()
    assert (shown["status"], shown["OS-EXT-STS:task_state"]) == ("PAUSED", None), shown
    assert str(scene.machines.machines[shown["id"]].power) == "paused"


async def _nothing_stored(scene: Scene) -> None:
    scene.storage.assert_clean()


def _no_orphans(scene: Scene) -> bool:
    return not scene.storage.leftovers()


def _no_bases(scene: Scene) -> bool:
    return not scene.storage.bases


VOLUME: tuple[Act, ...] = (_make_volume, _settle, _write)
BOTH: tuple[Act, ...] = (*VOLUME, _make_server, _settle)
ATTACHED: tuple[Act, ...] = (*BOTH, _attach, _settle)

VOLUME_SCENARIOS = (
    Scenario("create a volume", {"volume.volume": ("EnsureVolume",)}, _make_volume, _is_there),
    Scenario("grow a volume", {"volume.volume": ("EnsureSize",)}, _extend, _is_large, VOLUME),
    Scenario(
        "delete a volume",
        {"volume.volume": ("EnsureVolumeAbsent", "ForgetVolume")},
        _delete_volume,
        _no_volume,
        VOLUME,
    ),
    Scenario("make a snapshot", {"volume.snapshot": ("EnsureSnapshot",)}, _make_snapshot, _is_snapshot, VOLUME),
    Scenario(
        "delete a snapshot",
        {"volume.snapshot": ("EnsureSnapshotAbsent", "ForgetSnapshot")},
        _delete_snapshot,
        _no_snapshot,
        (*VOLUME, _make_snapshot, _settle),
    ),
    Scenario(
        "attach a volume",
        {"volume.attachment": ("Connect",), "compute.server": ("EnsureDefined", "EnsureAttached")},
        _attach,
        _in_use,
        BOTH,
    ),
    Scenario(
        "attach a volume to a stopped server",
        {"volume.attachment": ("Connect",), "compute.server": ("EnsureDefined",)},
        _attach,
        _in_use_when_off,
        (*BOTH, _stop, _settle),
    ),
    Scenario(
        "attach a volume that cannot be plugged",
        {
            "compute.server": ("EnsureAttached", "GiveUp", "Release"),
            "volume.attachment": ("Disconnect", "ForgetAttachment"),
        },
        _attach,
        _free,
        (*BOTH, _refuse_disks),
    ),
    Scenario(
        "detach a volume",
        {
            "compute.server": ("EnsureDefined", "AskDetach", "Release"),
            "volume.attachment": ("Disconnect", "ForgetAttachment"),
        },
        _detach,
        _free,
        ATTACHED,
    ),
    Scenario(
        "detach a volume from a stopped server",
        {
            "compute.server": ("EnsureDefined", "Release"),
            "volume.attachment": ("Disconnect", "ForgetAttachment"),
        },
        _detach,
        _free,
        (*ATTACHED, _stop, _settle),
    ),
    Scenario(
        "detach a volume that the guest keeps",
        {"compute.server": ("EnsureDefined", "AskDetach", "Keep")},
        _detach,
        _in_use,
        (*ATTACHED, _cling),
    ),
    Scenario(
        "boot from a volume",
        {
            "volume.volume": ("EnsureVolume",),
            "volume.attachment": ("Connect",),
            "compute.server": ("Place", "EnsureDefined", "EnsureRunning"),
        },
        _boot_from_volume,
        _booted,
    ),
    Scenario(
        "delete a server with its volume",
        {
            "compute.server": ("EnsureAbsent", "Release", "Forget"),
            "volume.attachment": ("Disconnect", "ForgetAttachment"),
            "volume.volume": ("EnsureVolumeAbsent", "ForgetVolume"),
        },
        Scene.delete_server,
        _both_gone,
        (_boot_from_volume, _settle),
    ),
    Scenario(
        "delete a server that has a volume",
        {
            "compute.server": ("EnsureAbsent", "Release", "Forget"),
            "volume.attachment": ("Disconnect", "ForgetAttachment"),
        },
        Scene.delete_server,
        _server_gone,
        ATTACHED,
    ),
    Scenario("pause a server", {"compute.server": ("EnsurePaused",)}, _pause, _paused, (_make_server, _settle)),
    Scenario(
        "find orphans in the storage",
        {"volume.orphans": ("RemoveOrphanVolume", "RemoveOrphanSnapshot")},
        _lose_rows,
        _nothing_stored,
        (*VOLUME, _make_snapshot, _settle),
        _no_orphans,
    ),
    Scenario(
        "forget the storage's copy of an image",
        {"volume.orphans": ("RemoveVolumeBase",)},
        _delete_volume,
        _no_volume,
        (_make_volume_of_image, _settle),
        _no_bases,
    ),
)
