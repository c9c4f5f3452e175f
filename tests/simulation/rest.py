"""What must hold when all is quiet: everything is as it was last asked for, on the hosts too."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from altostratus.kernel.tx import Tx
from altostratus.services.network.driver import Spec, digest
from altostratus.services.network.reconcilers.resource import NetworkReconciler, PortReconciler, RouterReconciler
from altostratus.services.network.reconcilers.specs import network_spec
from altostratus.services.network.store.wishes import TABLES
from tests.simulation.client import COMPUTE, NETWORK, Client
from tests.simulation.cloud import Cloud
from tests.simulation.model import Server
from tests.simulation.volume_actions import path


async def restless(cloud: Cloud, clients: Sequence[Client]) -> list[str]:
    """What is not (yet) as it was last asked for; a Violation where it can never be."""
    found = [*cloud.due(), *cloud.system.db.write_now(lambda tx: list(_network_differences(cloud, tx)))]
    staying = [server.id for client in clients for server in client.model.staying()]
    found += cloud.machines.leftovers(staying)
    found += _floating_differences(cloud, clients)
    found += await _volume_differences(cloud, clients)
    for client in clients:
        found += await _still_down(client)
        for server in list(client.model.servers.values()):
            found += await _server_differences(client, server)
    return found


def _network_differences(cloud: Cloud, tx: Tx) -> Iterator[str]:
    """Things on the host that are not what the rows say now, to a reader who remembers nothing."""
    world, host = cloud.networks, cast(Any, None)
    readers = {"network": NetworkReconciler(host, network_spec), "router": RouterReconciler(host)}
    readers["port"] = PortReconciler(host)
    on_host: dict[str, dict[str, Spec]] = {"network": {**world.networks}, "router": {**world.routers}}
    on_host["port"] = {**world.ports}
    for kind, table in TABLES.items():
        ids = list(tx.sql.execute(table.select().with_only_columns(table.c.id)).scalars())
        for each in sorted({*ids, *on_host[kind]}):
            row = readers[kind].load(tx, each)
            wanted = row and row.spec
            seen = on_host[kind].get(each)
            damaged = seen is not None and world._digests[kind][each] != digest(seen)  # type: ignore[index]
            if wanted != seen or damaged:
                yield f"{kind} {each} on the host is {seen}{' (damaged)' if damaged else ''}, and {wanted} is wanted"


def _floating_differences(cloud: Cloud, clients: Sequence[Client]) -> list[str]:
    """Floating addresses that routers on the host translate, against what was acknowledged."""
    translated = {str(ip.floating) for router in cloud.networks.routers.values() for ip in router.floating}
    known = {f.address for c in clients for f in c.model.floating.values() if c.model.stays(f.port)}
    return [f"floating {each} is wanted or translated, but not both" for each in sorted(translated ^ known)]


async def _still_down(client: Client) -> list[str]:
    """Ports of servers and floating IPs that are there and on, and yet shown as down."""
    ports = (await client.get(f"{NETWORK}/ports?device_owner=compute:nova&admin_state_up=true"))["ports"]
    routers = (await client.get(f"{NETWORK}/routers?admin_state_up=true"))["routers"]
    on = {router["id"] for router in routers}
    floating = (await client.get(f"{NETWORK}/floatingips"))["floatingips"]
    things = [*ports, *(each for each in floating if each["router_id"] in on)]
    return [f"{each['id']} is {each['status']}" for each in things if each["status"] != "ACTIVE"]


async def _volume_differences(cloud: Cloud, clients: Sequence[Client]) -> list[str]:
    """Volumes and snapshots against what is shown, what is stored, and what machines have."""
    volumes = {volume.id for client in clients for volume in client.model.kept_volumes()}
    staying = [each for client in clients for each in client.model.snapshots.values() if not each.leaving]
    snapshots = {snapshot.id for snapshot in staying}
    found = []
    for client in clients:
        rows = (await client.get(path(client, "volumes", "detail")))["volumes"]
        volumes |= {row["id"] for row in rows}
        found += [each for row in rows if row["id"] in client.model.volumes for each in _volume(cloud, client, row)]
        rows = (await client.get(path(client, "snapshots", "detail")))["snapshots"]
        snapshots |= {row["id"] for row in rows}
        found += [f"{row['id']} is {row['status']}" for row in rows if row["status"] != "available"]
    found += cloud.storage.leftovers(volumes, snapshots)
    for snapshot in staying:
        stored = cloud.storage.snapshots.get(snapshot.id)
        if stored and not set(snapshot.holds) <= set(stored.content):
            cloud.note_broken(f"{snapshot} has only {stored.content}")
    on_host = {each for machine in cloud.machines.machines.values() for each in machine.plugged | machine.defined}
    let_in = {writer for writer, _ in cloud.storage.connections().values()}
    return found + [f"attachment {each} is let in or plugged, but not both" for each in sorted(on_host ^ let_in)]


def _volume(cloud: Cloud, client: Client, row: dict[str, Any]) -> Iterator[str]:
    known, stored = client.model.volumes[row["id"]], cloud.storage.volumes.get(row["id"])
    if row["status"] not in ("available", "in-use") or stored is None:
        yield f"{known} is {row['status']} and stored as {stored}"
        return
    if stored.size != known.size << 30 or row["size"] != known.size:
        yield f"{known} has {row['size']} GiB, and {stored.size} bytes"
    if not set(known.holds) <= set(stored.content):
        cloud.note_broken(f"{known} has only {stored.content}")
    if stored.writer != next((each["attachment_id"] for each in row["attachments"]), ""):
        yield f"{known} is {row['status']} at {row['attachments']}, and {stored.writer} writes to it"
    for each in row["attachments"]:
        machine = cloud.machines.machines.get(each["server_id"])
        has = (machine.plugged if machine.alive else machine.defined) if machine else ()
        if each["attachment_id"] not in has:
            yield f"{known} is in use, and its machine has {has}"


async def _server_differences(client: Client, server: Server) -> list[str]:
    status, answer = await client.ask("GET", f"{COMPUTE}/servers/{server.id}", None, (200, 404))
    if server.leaving:
        return [] if status == 404 else [f"{server.name} is not gone yet"]
    client.cloud.require(status == 200, f"{server.name} is lost")
    shown = answer["server"]
    powers = server.powers(client.cloud.off_at.get(server.id, -1.0))
    wanted = [{"running": "ACTIVE", "stopped": "SHUTOFF", "paused": "PAUSED"}[power] for power in powers]
    machine = client.cloud.machines.machines.get(server.id)
    is_on = machine.power if machine is not None and machine.alive else "off"
    good = shown["status"] in wanted and shown["OS-EXT-STS:task_state"] is None
    plugged = {nic.port_id for nic in machine.spec.nics} if machine and machine.spec else set()
    if not server.ports.keys() <= plugged <= server.ports.keys() | client.cloud.unplugged:
        return [f"{server.name} {server.id} has the ports {plugged}, not {list(server.ports)}"]
    if good and is_on == {"ACTIVE": "running", "PAUSED": "paused"}.get(shown["status"], "off"):
        return []
    state = f"{shown['status']} {shown['OS-EXT-STS:task_state']} {shown.get('fault', '')}"
    return [f"{server.name} {server.id} is {state} and {is_on}; wanted is {wanted}"]
