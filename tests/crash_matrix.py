"""The crash matrix: every step of every reconciler, in a scenario that needs it, with everything that can go wrong.

A scenario brings a simulated cloud into a state, asks for one change through the API, and says what must hold in the
end. For each of its steps the process dies before it or after it, the driver's reply is lost, the driver hangs past
its deadline (and does the work late), or the step runs twice. Time, order and randomness are the seed's. In the end
everything made is deleted again, and nothing may be left: see tests/universe.py.
"""

import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import select

from altostratus.kernel.testing.crash import CrashAt
from altostratus.kernel.testing.faults import Faults, Kind
from altostratus.kernel.testing.loop import Simulation
from altostratus.kernel.tx import Tx
from altostratus.services.compute.store import tables as compute_tables
from altostratus.services.image.store import uploads
from altostratus.services.network.store import tables as network_tables
from tests.crash_scene import Act, Scenario, Scene
from tests.crash_volumes import VOLUME_SCENARIOS

MODES = ("dies before", "dies after", "reply lost", "hangs", "twice")
METHODS = {
    "EnsureBase": ("machine", "ensure_base"),
    "EnsureDefined": ("machine", "ensure_defined"),
    "EnsureRunning": ("machine", "ensure_running"),
    "AskShutdown": ("machine", "request_shutdown"),
    "EnsureOff": ("machine", "ensure_off"),
    "Reboot": ("machine", "reboot"),
    "EnsureAbsent": ("machine", "ensure_absent"),
    "EnsureAttached": ("machine", "ensure_attached"),
    "AskDetach": ("machine", "request_detach"),
    "EnsurePaused": ("machine", "ensure_paused"),
    "RemoveBase": ("machine", "ensure_base_absent"),
    "EnsureNetwork": ("network", "ensure_network"),
    "EnsureRouter": ("network", "ensure_router"),
    "EnsurePort": ("network", "ensure_port"),
    "RemoveNetwork": ("network", "remove_network"),
    "RemoveRouter": ("network", "remove_router"),
    "RemovePort": ("network", "remove_port"),
    "EnsureVolume": ("storage", "ensure_volume"),
    "EnsureSize": ("storage", "ensure_size"),
    "EnsureVolumeAbsent": ("storage", "ensure_absent"),
    "EnsureSnapshot": ("storage", "ensure_snapshot"),
    "EnsureSnapshotAbsent": ("storage", "ensure_snapshot_absent"),
    "Connect": ("storage", "ensure_connected"),
    "Disconnect": ("storage", "ensure_disconnected"),
    "RemoveOrphanVolume": ("storage", "ensure_absent"),
    "RemoveOrphanSnapshot": ("storage", "ensure_snapshot_absent"),
    "RemoveVolumeBase": ("storage", "ensure_base_absent"),
}
"""The driver and its method behind each step that calls one; other steps only write rows."""


async def _is(universe: Scene, status: str, power: str) -> None:
    server = await universe.server()
    assert (server["status"], server["OS-EXT-STS:task_state"]) == (status, None), server
    machine = universe.machines.machines[server["id"]]
    assert str(machine.power) == power
    universe.machines.assert_clean([server["id"]])


async def _active(universe: Scene) -> None:
    await _is(universe, "ACTIVE", "running")


async def _shut_off(universe: Scene) -> None:
    await _is(universe, "SHUTOFF", "off")


async def _gone(universe: Scene) -> None:
    await universe.ask("GET", f"/compute/v2.1/servers/{universe.gone}", None, 404)
    universe.machines.assert_clean()


async def _rebooted(universe: Scene) -> None:
    await _active(universe)
    assert universe.machines.machines[universe.names["server"]].starts == 2, "when it was made, and now"


async def _floating(universe: Scene) -> None:
    found = await universe.ask("GET", f"/network/v2.0/floatingips/{universe.names['floatingip']}")
    assert universe.floating_on_host() == [found["floatingip"]["floating_ip_address"]]


async def _not_floating(universe: Scene) -> None:
    assert universe.floating_on_host() == []


async def _no_network(universe: Scene) -> None:
    assert [t for t in universe.networks.leftovers() if universe.names["public"] not in t] == []


async def _no_files(universe: Scene) -> None:
    left = [path for path in (universe.data_dir / "images").rglob("*") if path.is_file()]
    assert left == []


async def _create(universe: Scene) -> None:
    await universe.make_server()


async def _settle(universe: Scene) -> None:
    await universe.settle()


async def _deaf(universe: Scene) -> None:
    universe.machines.make_deaf(universe.names["server"])


async def _stop(universe: Scene) -> None:
    await universe.act({"os-stop": None})


async def _start(universe: Scene) -> None:
    await universe.act({"os-start": None})


async def _reboot(universe: Scene) -> None:
    await universe.act({"reboot": {"type": "HARD"}})


async def _reboot_softly(universe: Scene) -> None:
    await universe.act({"reboot": {"type": "SOFT"}})


async def _lose_rows(universe: Scene) -> None:
    """As after a restore of an old backup: the host has a machine and a port that no row knows."""

    def forget(tx: Tx) -> None:
        port = network_tables.port
        lost = list(tx.sql.execute(select(port.c.id).where(port.c.device_owner == "compute:nova")).scalars())
        for table in (network_tables.port_address, network_tables.port_security_group):
            tx.sql.execute(table.delete().where(table.c.port_id.in_(lost)))
        tx.sql.execute(port.delete().where(port.c.id.in_(lost)))
        tx.sql.execute(compute_tables.server.delete())

    universe.names.pop("server")
    universe.system.db.write_now(forget)


async def _abandon_upload(universe: Scene) -> None:
    """As after an upload whose process died: its lease is there, and half a file."""
    body = {"name": "half", "disk_format": "raw", "container_format": "bare"}
    image = (await universe.ask("POST", "/image/v2/images", body, 201))["id"]
    universe.system.db.write_now(lambda tx: uploads.claim(tx, image, f"{image}.half", 1))
    (universe.data_dir / "images" / f"{image}.half").write_bytes(b"half")
    universe.names["half"] = image


def _upload_is_over(universe: Scene) -> bool:
    dead = universe.system.db.write_now(lambda tx: uploads.files(tx) - {universe.names["half"]})
    return not any(name.endswith(".half") for name in dead)


async def _queued(universe: Scene) -> None:
    found = await universe.ask("GET", f"/image/v2/images/{universe.names['half']}")
    assert found["status"] == "queued"


def _no_orphans(universe: Scene) -> bool:
    return not universe.machines.leftovers() and not universe.networks.ports


def _no_bases(universe: Scene) -> bool:
    return not universe.machines.bases


def _no_image_files(universe: Scene) -> bool:
    return not [path for path in (universe.data_dir / "images").rglob("*") if path.is_file()]


SERVER: tuple[Act, ...] = (_create, _settle)
SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "create a server",
            {
                "compute.server": ("Place", "EnsureBase", "EnsureDefined", "EnsureRunning"),
                "network.network": ("EnsureNetwork",),
                "network.port": ("EnsurePort",),
                "network.membership": ("SpreadMembership",),
            },
            _create,
            _active,
        ),
        Scenario(
            "start a server",
            {"compute.server": ("EnsureRunning",)},
            _start,
            _active,
            (*SERVER, _stop, _settle),
        ),
        Scenario("stop a server", {"compute.server": ("AskShutdown",)}, _stop, _shut_off, SERVER),
        Scenario(
            "stop a deaf server",
            {"compute.server": ("AskShutdown", "EnsureOff")},
            _stop,
            _shut_off,
            (*SERVER, _deaf),
        ),
        Scenario(
            "reboot a server",
            {"compute.server": ("Reboot", "FinishVerb")},
            _reboot,
            _rebooted,
            SERVER,
        ),
        Scenario(
            "reboot a server softly",
            {"compute.server": ("AskShutdown", "Reboot", "FinishVerb")},
            _reboot_softly,
            _rebooted,
            SERVER,
        ),
        Scenario(
            "reboot a deaf server softly",
            {"compute.server": ("AskShutdown", "Reboot", "FinishVerb")},
            _reboot_softly,
            _rebooted,
            (*SERVER, _deaf),
        ),
        Scenario(
            "delete a server",
            {
                "compute.server": ("EnsureAbsent", "Forget"),
                "network.port": ("RemovePort",),
                "network.network": ("RemoveNetwork",),
            },
            Scene.delete_server,
            _gone,
            SERVER,
        ),
        Scenario(
            "attach a floating IP",
            {"network.router": ("EnsureRouter",)},
            Scene.attach_floating_ip,
            _floating,
            SERVER,
        ),
        Scenario(
            "detach a floating IP",
            {"network.router": ("EnsureRouter",)},
            Scene.detach_floating_ip,
            _not_floating,
            (*SERVER, Scene.attach_floating_ip, _settle),
        ),
        Scenario(
            "delete a router and its network",
            {"network.router": ("RemoveRouter",)},
            Scene.delete_network,
            _no_network,
            (*SERVER, Scene.delete_server, _settle),
        ),
        Scenario(
            "find orphans",
            {"compute.orphans": ("RemoveOrphan",), "network.orphans": ("RemoveOrphan",)},
            _lose_rows,
            _not_floating,
            SERVER,
            _no_orphans,
        ),
        Scenario(
            "forget the copy of an image",
            {"compute.orphans": ("RemoveBase",)},
            Scene.delete_server,
            _gone,
            SERVER,
            _no_bases,
        ),
        Scenario(
            "delete an image",
            {"image.files": ("RemoveFiles",)},
            Scene.delete_image,
            _no_files,
            (),
            _no_image_files,
        ),
        Scenario(
            "an upload that nobody finishes",
            {"image.files": ("ForgetDeadUploads", "RemoveFiles")},
            _abandon_upload,
            _queued,
            (),
            _upload_is_over,
        ),
        *VOLUME_SCENARIOS,
    )
}


def _covered() -> dict[str, frozenset[str]]:
    """Step names by reconciler that some scenario needs."""
    found: dict[str, set[str]] = {}
    for scenario in SCENARIOS.values():
        for kind, steps in scenario.steps.items():
            found.setdefault(kind, set()).update(steps)
    return {kind: frozenset(steps) for kind, steps in found.items()}


COVERED = _covered()


def cases() -> list[tuple[str, str, str]]:
    """(scenario, step, mode) for all that can go wrong."""
    return [
        (scenario.name, step, mode)
        for scenario in SCENARIOS.values()
        for steps in scenario.steps.values()
        for step in steps
        for mode in MODES
        if mode in ("dies before", "dies after", "twice") or step in METHODS
    ]


def arm(universe: Scene, step: str, mode: str) -> None:
    """From now on this goes wrong, once."""
    match mode:
        case "dies before":
            universe.crash = CrashAt("before", step)
        case "dies after":
            universe.crash = CrashAt("after", step)
        case "twice":
            universe.twice = step
        case "reply lost" | "hangs":
            kind: Kind = "lost" if mode == "reply lost" else "hang"
            driver, method = METHODS[step]
            faults: Faults = getattr(universe, f"{driver}_faults")
            faults.inject(method, kind)


async def run_case(simulation: Simulation, template: Path, data_dir: Path, names: dict[str, str], case: Any) -> Scene:
    """One cell of the matrix, from a copy of the template to a clean slate."""
    scenario = SCENARIOS[case[0]]
    shutil.copytree(template, data_dir)
    universe = Scene(simulation, data_dir, dict(names))
    await universe.live()
    await universe.settle()
    for step in scenario.before:
        await step(universe)
    universe.taken.clear()
    if len(case) == 3:
        arm(universe, case[1], case[2])
    await scenario.act(universe)
    await universe.settle(lambda: scenario.also(universe))
    await scenario.check(universe)
    for faults in (universe.machine_faults, universe.storage_faults):
        faults.release()  # what hung does its work late, and must not undo anything
    await universe.settle()
    await scenario.check(universe)
    universe.happened = frozenset(universe.taken)
    universe.twice = None
    await universe.remove_everything()
    await universe.settle()
    universe.assert_clean_slate(universe.names["public"])
    await universe.system.stop()
    return universe
