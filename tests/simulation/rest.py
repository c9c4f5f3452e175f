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


async def restless(cloud: Cloud, clients: Sequence[Client]) -> list[str]:
    """What is not (yet) as it was last asked for; a Violation where it can never be."""
    found = [*cloud.due(), *cloud.system.db.write_now(lambda tx: list(_network_differences(cloud, tx)))]
    staying = [server.id for client in clients for server in client.model.staying()]
    found += cloud.machines.leftovers(staying)
    found += _floating_differences(cloud, clients)
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


async def _server_differences(client: Client, server: Server) -> list[str]:
    status, answer = await client.ask("GET", f"{COMPUTE}/servers/{server.id}", None, (200, 404))
    if server.leaving:
        return [] if status == 404 else [f"{server.name} is not gone yet"]
    client.cloud.require(status == 200, f"{server.name} is lost")
    shown = answer["server"]
    powers = server.powers(client.cloud.off_at.get(server.id, -1.0))
    wanted = [{"running": "ACTIVE", "stopped": "SHUTOFF"}[power] for power in powers]
    machine = client.cloud.machines.machines.get(server.id)
    runs = machine is not None and machine.power == "running"
    good = shown["status"] in wanted and shown["OS-EXT-STS:task_state"] is None
    plugged = {nic.port_id for nic in machine.spec.nics} if machine and machine.spec else set()
    if not server.ports.keys() <= plugged <= server.ports.keys() | client.cloud.unplugged:
        return [f"{server.name} {server.id} has the ports {plugged}, not {list(server.ports)}"]
    if good and runs == (shown["status"] == "ACTIVE"):
        return []
    state = f"{shown['status']} {shown['OS-EXT-STS:task_state']} {shown.get('fault', '')}"
    return [f"{server.name} {server.id} is {state} and {'runs' if runs else 'is off'}; wanted is {wanted}"]
