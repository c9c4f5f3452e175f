"""What a client checks of the cloud: all that was acknowledged is there, nothing else is, and nothing of others.

Only the one request whose answer was lost leaves open what is true; there the cloud is believed.
"""

from collections.abc import Collection
from typing import Any

from tests.simulation.client import COMPUTE, NETWORK, NOTHING, Client
from tests.simulation.cloud import Violation
from tests.simulation.compute_actions import learn_ports
from tests.simulation.model import EITHER, FloatingIP, Group, Network, Router, Server, Snapshot, Volume
from tests.simulation.network_actions import rules_of
from tests.simulation.volume_actions import WITH_FATE, learn_volumes, path, remember

OWNERS = (
    "project_id",
    "tenant_id",
    "os-vol-tenant-attr:tenant_id",
    "os-extended-snapshot-attributes:project_id",
)
Rows = dict[str, dict[str, Any]]


async def audit(client: Client) -> None:
    """Compare everything of the client with what it knows."""
    await _servers(client)
    await _networks(client)
    await _routers(client)
    await _floating(client)
    await _groups(client)
    await _ports(client)
    await _volumes(client)
    await _snapshots(client)
    client.pending = NOTHING


async def _rows(client: Client, path: str, kind: str) -> Rows:
    """Everything that is listed, by id; all of it must be the project's, but for the public network."""
    _, answer = await client.ask("GET", path, headers=WITH_FATE)
    found = answer[kind]
    for row in found:
        owner = next(row[key] for key in OWNERS if key in row)
        if owner != client.project and row["id"] != client.public and row.get("network_id") != client.public:
            raise Violation(f"{client.name} sees what is {owner}'s: {row}")
    return {row["id"]: row for row in found}


def _own(client: Client, rows: Rows, key: str = "name") -> Rows:
    return {each: row for each, row in rows.items() if row[key].startswith(f"{client.name}-")}


def _compare(client: Client, known: dict[str, Any], rows: Rows, key: str = "name") -> list[str]:
    """Ids of what the lost request made. What it removed is forgotten; any other difference is a Violation."""
    for each in [each for each in known if each not in rows]:
        if each not in client.pending.touches:
            raise Violation(f"{client.name}: {known[each]} is lost")
        del known[each]
        client.model.gone.add(each)
    news = [each for each in rows if each not in known]
    for each in news:
        if each in client.model.gone:
            raise Violation(f"{client.name}: {rows[each]} was gone and is back")
        if rows[each][key] != client.pending.makes:
            raise Violation(f"{client.name}: nobody asked for {rows[each]}")
    if len(news) > 1:
        raise Violation(f"{client.name}: one request made {news}")
    return news


def _agree(client: Client, each: str, what: str, known: Any, seen: Any) -> Any:
    """What is seen, which must be what is known unless the lost request was about it."""
    if known != seen and each not in client.pending.touches:
        raise Violation(f"{client.name}: {what} of {each} is {seen}, and {known} was acknowledged")
    return seen


async def _servers(client: Client) -> None:
    """A server that leaves may be gone at any moment; one that stays may not."""
    rows = _own(client, await _rows(client, f"{COMPUTE}/servers/detail", "servers"))
    model = client.model
    for server in [server for server in model.servers.values() if server.leaving and server.id not in rows]:
        del model.servers[server.id]
        model.gone.add(server.id)
    for new in _compare(client, model.servers, rows):
        model.servers[new] = Server(new, rows[new]["name"], {}, 0.0)
        await learn_ports(client, new)
    for server in model.servers.values():
        leaving = rows[server.id]["OS-EXT-STS:task_state"] == "deleting"
        server.leaving = _agree(client, server.id, "leaving", server.leaving, leaving)
        if server.id in client.pending.touches:
            server.wish = EITHER
        if server.id in client.pending.touches or not server.ports:
            await learn_ports(client, server.id)
        await learn_volumes(client, server, rows[server.id])
        server.failed = client.cloud.may_fail(rows[server.id])
        if rows[server.id]["status"] == "ERROR" and not server.failed:
            raise Violation(f"{client.name}: {server.name} failed: {rows[server.id].get('fault')}")


async def _networks(client: Client) -> None:
    model = client.model
    rows = _own(client, await _rows(client, f"{NETWORK}/networks", "networks"))
    for new in _compare(client, model.networks, rows):
        model.networks[new] = Network(new, f"10.{200 + int(client.name[1:])}.{len(model.networks)}.0/27")
    for network in model.networks.values():
        seen = next(iter(rows[network.id]["subnets"]), None)
        network.subnet = _agree(client, network.id, "the subnet", network.subnet, seen)


async def _routers(client: Client) -> None:
    model = client.model
    rows = _own(client, await _rows(client, f"{NETWORK}/routers", "routers"))
    for new in _compare(client, model.routers, rows):
        model.routers[new] = Router(new)
    legs = await _rows(client, f"{NETWORK}/ports?device_owner=network:router_interface", "ports")
    for router in model.routers.values():
        joined = {a["subnet_id"] for leg in legs.values() if leg["device_id"] == router.id for a in leg["fixed_ips"]}
        router.subnets = _agree(client, router.id, "the subnets", router.subnets, joined)
        gateway = bool(rows[router.id]["external_gateway_info"])
        router.gateway = _agree(client, router.id, "the gateway", router.gateway, gateway)


async def _floating(client: Client) -> None:
    """One whose server leaves may lead nowhere already."""
    model = client.model
    rows = _own(client, await _rows(client, f"{NETWORK}/floatingips", "floatingips"), "description")
    for new in _compare(client, model.floating, rows, "description"):
        model.floating[new] = FloatingIP(new, rows[new]["floating_ip_address"])
    for floating in model.floating.values():
        seen = rows[floating.id]["port_id"]
        if seen is None and not model.stays(floating.port):
            floating.port = None
        floating.port = _agree(client, floating.id, "the port", floating.port, seen)
        _agree(client, floating.id, "the address", floating.address, rows[floating.id]["floating_ip_address"])


async def _groups(client: Client) -> None:
    model = client.model
    everybodys = await _rows(client, f"{NETWORK}/security-groups", "security_groups")
    rows = _own(client, everybodys)
    for new in _compare(client, model.groups, rows):
        model.groups[new] = Group(new, rows[new]["name"], rules_of(rows[new]))
    for group in model.groups.values():
        left = {rule: remote for rule, remote in group.rules.items() if remote is None or remote in everybodys}
        group.rules = _agree(client, group.id, "the rules", left, rules_of(rows[group.id]))


async def _ports(client: Client) -> None:
    rows = _own(client, await _rows(client, f"{NETWORK}/ports", "ports"))
    for new in _compare(client, client.model.ports, rows):
        client.model.ports[new] = rows[new]["network_id"]


async def _volumes(client: Client) -> None:
    """Some go with their servers; those that servers were made with have no name, and are known by now."""
    model, rows = client.model, await _rows(client, path(client, "volumes", "detail"), "volumes")
    own = {
        each: row for each, row in rows.items() if each in model.volumes or row["name"].startswith(f"{client.name}-")
    }
    kept = {volume.id for volume in model.kept_volumes()}
    for each in [each for each in model.volumes if each not in own and each not in kept]:
        del model.volumes[each]
        model.gone.add(each)
    for new in _compare(client, model.volumes, own):
        remember(client, own[new])
    for volume in model.volumes.values():
        _volume(client, volume, own[volume.id], volume.id in kept)


def _volume(client: Client, volume: Volume, row: dict[str, Any], kept: bool) -> None:
    status = row["status"]
    if status.startswith("error"):
        raise Violation(f"{client.name}: {volume} failed: {status}")
    volume.size = _agree(client, volume.id, "the size", volume.size, row["size"])
    if kept or status == "deleting":
        volume.leaving = _agree(client, volume.id, "leaving", volume.leaving or not kept, status == "deleting")
    if seen := [each["server_id"] for each in row["attachments"]]:
        _agree(client, volume.id, "the server", volume.server, seen[0])
        volume.seen = True
    elif status == "available":
        if client.model.keeps(volume) and volume.id not in client.pending.touches:
            raise Violation(f"{client.name}: {volume} is not attached any more")
        volume.be_free()


async def _snapshots(client: Client) -> None:
    model = client.model
    rows = _own(client, await _rows(client, path(client, "snapshots", "detail"), "snapshots"))
    for each in [each for each, known in model.snapshots.items() if known.leaving and each not in rows]:
        del model.snapshots[each]
        model.gone.add(each)
    for new in _compare(client, model.snapshots, rows):
        model.snapshots[new] = Snapshot(new, rows[new]["volume_id"])
    for snapshot in model.snapshots.values():
        status = rows[snapshot.id]["status"]
        snapshot.leaving = _agree(client, snapshot.id, "leaving", snapshot.leaving, status == "deleting")
        if status == "error":
            raise Violation(f"{client.name}: {snapshot} failed")


async def audit_quota(client: Client) -> None:
    """Usage is the number of rows, where these did not change meanwhile; and never more than is allowed."""
    kinds = (("floatingips", "floatingip"), ("networks", "network"), ("routers", "router"), ("ports", "port"))
    for plural, kind in kinds:
        paths = f"{NETWORK}/{plural}?project_id={client.project}", f"{NETWORK}/quotas/{client.project}/details"
        before, quota, after = [await client.get(path) for path in (paths[0], paths[1], paths[0])]
        _count(
            client, kind, (before[plural], after[plural]), quota["quota"][kind]["used"], quota["quota"][kind]["limit"]
        )
    before, limits, after = [await client.get(f"{COMPUTE}/{path}") for path in ("servers", "limits", "servers")]
    limit = limits["limits"]["absolute"]
    listed = (before["servers"], after["servers"])
    _count(client, "instances", listed, limit["totalInstancesUsed"], limit["maxTotalInstances"])
    paths = [path(client, each) for each in ("volumes", "limits", "volumes")]
    before, limits, after = [await client.get(each) for each in paths]
    limit, listed = limits["limits"]["absolute"], (before["volumes"], after["volumes"])
    _count(client, "volumes", listed, limit["totalVolumesUsed"], limit["maxTotalVolumes"])


def _count(client: Client, kind: str, listed: tuple[Collection[Any], Collection[Any]], used: int, limit: int) -> None:
    ids = [sorted(row["id"] for row in rows) for rows in listed]
    if ids[0] == ids[1] and used != len(ids[0]):
        raise Violation(f"{client.project} uses {used} of {kind}, and has {len(ids[0])}")
    if used > limit:
        raise Violation(f"{client.project} uses {used} of {kind}, and {limit} are allowed")
