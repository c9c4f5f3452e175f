"""Whether what is on this host is exactly what one cloud's rows want: nothing missing, nothing left over.

Reads the host with the host's own tools and the rows with plain SQL, so that it does not believe what it checks.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from altostratus.services.network.drivers.linux.names import Names
from tests.live.cloud import LiveCloud

SETTLE_SECONDS = 30.0
SHARED = "as another cloud wants"
Rows = dict[str, list[dict[str, Any]]]
TABLES = ("compute_server", "compute_verb", "network", "subnet", "port", "port_address", "router", "floating_ip",
          "network_tombstone", "volume", "volume_snapshot", "volume_attachment")  # fmt: skip
REALISED = ("compute_server", "network", "router", "port")


def assert_clean_slate(cloud: LiveCloud) -> None:
    """Waits until rows and host agree and nothing is on its way; says what differs when they do not in time."""
    end = time.monotonic() + SETTLE_SECONDS
    while wrong := differences(cloud):
        assert time.monotonic() < end, "\n".join(wrong)
        time.sleep(0.3)


def differences(cloud: LiveCloud) -> list[str]:
    """One line for each thing that is wrong."""
    rows, names = read_rows(cloud.data), Names(instance_of(cloud.data))
    wanted, seen = set(wanted_things(rows, names)), set(seen_things(cloud.data, names))
    left = [f"on the host, but nobody wants it: {thing}" for thing in sorted(seen - wanted)]
    missing = [f"wanted, but not on the host: {thing}" for thing in sorted(wanted - seen)]
    return [*left, *missing, *unsettled(rows), *wrong_usage(cloud, rows)]


def instance_of(data: Path) -> str:
    """The four characters by which everything of a cloud is recognised on the host."""
    hashed = hashlib.sha256(str(data.resolve()).encode()).digest()
    return base64.b32encode(hashed)[:4].decode().lower()


# -- rows -------------------------------------------------------------------------------------------------------------


def read_rows(data: Path) -> Rows:
    with closing(sqlite3.connect(f"file:{data}/altostratus.db?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        database.execute("BEGIN")
        return {table: [dict(row) for row in database.execute(f"SELECT * FROM {table}")] for table in TABLES}


def unsettled(rows: Rows) -> Iterator[str]:
    """What is still to be done, and children without a parent."""
    yield from (f"a reboot waits: {row['id']}" for row in rows["compute_verb"])
    yield from (f"a tombstone stands: {row['kind']} {row['id']}" for row in rows["network_tombstone"])
    for table in REALISED:
        for row in rows[table]:
            if row["generation"] != row["observed_generation"] or row.get("deleted_at"):
                yield f"not as wanted yet: {table} {row['id']}"
    for row in rows["volume"]:
        if row["generation"] != row["observed_generation"] or row["deleted_at"] or row["fault"]:
            yield f"not as wanted yet: volume {row['id']}"
    for row in rows["volume_attachment"]:
        if row["attached_at"] is None or row["detach_asked_at"]:
            yield f"neither attached nor detached: volume {row['volume_id']}"
    owners = {"", *(f"compute.server/{row['id']}" for row in rows["compute_server"])}
    yield from (f"a port without its server: {row['id']}" for row in rows["port"] if row["owner"] not in owners)
    ports = {row["id"] for row in rows["port"]}
    yield from (f"an address of no port: {row['ip']}" for row in rows["port_address"] if row["port_id"] not in ports)


def wanted_things(rows: Rows, names: Names) -> Iterator[str]:
    """What should be on the host."""
    bound = [row for row in rows["port"] if row["host_id"]]
    with_subnet = {row["network_id"] for row in rows["subnet"]}
    external = {row["id"] for row in rows["network"] if row["external"]} & with_subnet
    for server in rows["compute_server"]:
        yield from (f"domain {server['id']} {server['power']}", f"disk {server['id']}")
    powers = {f"compute.server/{row['id']}": row["power"] for row in rows["compute_server"]}
    for port in bound:
        yield f"filter {port['id']}"
        if powers.get(port["owner"]) == "running":
            yield f"tap tap{port['id'][:11]}"
    legs = [row for row in rows["port"] if row["device_owner"].startswith("network:router_")]
    yield from (f"namespace {names.router_namespace(router)}" for router in {leg["device_id"] for leg in legs})
    yield from (f"link {names.leg('router', leg['id'])}" for leg in legs)
    for network in external | {row["network_id"] for row in [*bound, *legs]}:
        yield f"link {names.bridge(network)}"
    for network in external:
        yield from (f"link {names.leg(role, network)}" for role in ("host", "host-l3"))
        yield f"table ip {names.uplink_table(network)}"
    for network in {row["network_id"] for row in bound} - external:
        yield from (f"namespace {names.dhcp_namespace(network)}", f"link {names.leg('dhcp', network)}")
        yield f"dnsmasq {network}"
    for floating in rows["floating_ip"]:
        if floating["fixed_ip"]:
            yield f"translation {floating['address']} to {floating['fixed_ip']}"
    writers = {row["volume_id"]: row["id"] for row in rows["volume_attachment"]}
    for volume in rows["volume"]:
        yield f"volume {volume['id']}, written by {writers.get(volume['id'], '')}"
    yield from (f"snapshot {row['id']}" for row in rows["volume_snapshot"])
    for row in rows["volume_attachment"]:
        yield f"domain {row['instance_id']} has volume {row['volume_id']}"


# -- the host ---------------------------------------------------------------------------------------------------------


def seen_things(data: Path, names: Names) -> Iterator[str]:
    """What of this cloud is on the host."""
    yield from _domains(data)
    folder = data / "compute/machines"
    yield from (f"disk {path.name}" for path in folder.iterdir())
    yield from (f"half-made file {path}" for path in data.glob("compute/**/*.tmp"))
    yield from _stored(data / "volume")
    yield from _links(names)
    for namespace in json.loads(_run("ip", "-j", "netns") or "[]"):
        if namespace["name"].startswith(f"alto-{names.instance}-"):
            yield f"namespace {namespace['name']}"
            yield from _translations(namespace["name"], names)
    yield from _tables(names)
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        if found := re.search(f"--pid-file={data}/network/dhcp/([0-9a-f-]+)/pid", _read(line)):
            yield f"dnsmasq {found[1]}"


def _domains(data: Path) -> Iterator[str]:
    for name in _run("virsh", "-q", "list", "--all", "--name").split():
        if name.startswith("alto-") and f"{data}/compute" in _run("virsh", "-q", "dumpxml", name):
            serials = re.findall(r"<serial>([0-9a-f-]+)</serial>", _run("virsh", "-q", "dumpxml", name))
            yield from (f"domain {name.removeprefix('alto-')} has volume {serial}" for serial in serials)
            state = _run("virsh", "-q", "domstate", name).strip()
            power = {"running": "running", "shut off": "off"}.get(state, state)
            yield f"domain {name.removeprefix('alto-')} {power}"


def _stored(storage: Path) -> Iterator[str]:
    for folder in (storage / "volumes").iterdir():
        writer = json.loads((folder / "owner.json").read_text())["writer"]
        yield f"volume {folder.name}, written by {writer}"
    yield from (f"snapshot {folder.name}" for folder in (storage / "snapshots").iterdir())
    yield from (f"half-made file {path}" for path in storage.glob("**/*.tmp"))


def _links(names: Names) -> Iterator[str]:
    for link in json.loads(_run("ip", "-j", "link")):
        if names.is_our_link(link["ifname"]):
            yield f"link {link['ifname']}"
        elif str(link.get("master", "")).startswith(names.bridges):
            yield f"tap {link['ifname']}"


def _tables(names: Names) -> Iterator[str]:
    for item in json.loads(_run("nft", "-j", "list", "tables"))["nftables"]:
        table = item.get("table", {"name": ""})
        if table["name"].startswith(f"{names.table}_"):
            yield f"table {table['family']} {table['name']}"
        elif table["name"] == names.table:
            ruleset = _run("nft", "list", "table", table["family"], table["name"])
            yield from (f"filter {found[1]}" for found in re.finditer(r"chain (?:src|in|out)-(\S+) ", ruleset))


def _translations(namespace: str, names: Names) -> Iterator[str]:
    if names.router_of(namespace):
        ruleset = _run("ip", "netns", "exec", namespace, "nft", "list", "table", "ip", "alto")
        found = re.search(r"map to_fixed \{(.*?)\n\t\}", ruleset, re.DOTALL)
        pairs = re.findall(r"([0-9.]+) : ([0-9.]+)", found[1] if found else "")
        yield from (f"translation {floating} to {fixed}" for floating, fixed in pairs)


# -- quota ------------------------------------------------------------------------------------------------------------


def wrong_usage(cloud: LiveCloud, rows: Rows) -> Iterator[str]:
    """Where the quota that the API shows is not what the project's rows add up to."""
    api = cloud.api
    limits = api.get("/compute/v2.1/limits")["limits"]["absolute"]
    servers = [row for row in rows["compute_server"] if row["project_id"] == api.project_id]
    flavors = [json.loads(row["flavor"]) for row in servers]
    used = {
        "totalInstancesUsed": len(servers),
        "totalCoresUsed": sum(flavor["vcpus"] for flavor in flavors),
        "totalRAMUsed": sum(flavor["ram"] for flavor in flavors),
    }
    yield from (f"quota: {name} is {limits[name]}, rows say {n}" for name, n in used.items() if limits[name] != n)
    shown = api.get(f"/network/v2.0/quotas/{api.project_id}/details")["quota"]
    for name, table in {"network": "network", "port": "port", "router": "router", "floatingip": "floating_ip"}.items():
        count = sum(row["project_id"] == api.project_id for row in rows[table])
        if shown[name]["used"] != count:
            yield f"quota: {name} is {shown[name]['used']}, rows say {count}"


# -- the whole host ---------------------------------------------------------------------------------------------------


def host_picture(data: Path) -> dict[str, Any]:
    """What a purge of this cloud must leave as it was: links, routes, namespaces, rules, machines, and whether the host
    forwards. What belongs to other clouds comes and goes as it likes, and so is left out."""
    mine = instance_of(data)
    links = json.loads(_run("ip", "-j", "link"))
    foreign = {link["ifname"] for link in links if _is_foreign(link["ifname"], mine)}
    foreign |= {link["ifname"] for link in links if link.get("master") in foreign}
    routes = json.loads(_run("ip", "-j", "-4", "route"))
    namespaces = [each["name"] for each in json.loads(_run("ip", "-j", "netns") or "[]")]
    return {
        "links": sorted(link["ifname"] for link in links if link["ifname"] not in foreign),
        "routes": sorted(f"{route['dst']} {route['dev']}" for route in routes if route["dev"] not in foreign),
        "namespaces": sorted(name for name in namespaces if not _is_foreign(name, mine)),
        "rules": sorted(_rules_of_host(mine)),
        "machines": sorted(_machines(data)),
        "ip_forward": SHARED if foreign else _read(Path("/proc/sys/net/ipv4/ip_forward")).strip(),
    }


def assert_left_as_before(before: dict[str, Any], data: Path) -> None:
    """A purge of this cloud left nothing behind. Whether the host forwards is not asked while another is on it."""
    after = host_picture(data)
    shared = SHARED in (before["ip_forward"], after["ip_forward"])
    assert {**after, "ip_forward": ""} == {**before, "ip_forward": ""}
    assert shared or after["ip_forward"] == before["ip_forward"]


def _is_foreign(name: str, mine: str) -> bool:
    """It is called as a thing of another cloud, or of the network driver's own tests, is."""
    if name.startswith("altotest-"):
        return True
    found = re.match(r"(?:a[bi]|alto[-_])([0-9a-z]{4})(?:[-_]|$)", name)
    return found is not None and found[1] != mine


def _rules_of_host(mine: str) -> Iterator[str]:
    for item in json.loads(_run("nft", "-j", "list", "tables"))["nftables"]:
        if "table" in item and not _is_foreign(item["table"]["name"], mine):
            yield _run("nft", "-s", "list", "table", item["table"]["family"], item["table"]["name"])


def _machines(data: Path) -> Iterator[str]:
    """Ours, and those that are no cloud's."""
    for name in _run("virsh", "-q", "list", "--all", "--name").split():
        if not name.startswith("alto-") or f"{data}/compute" in _run("virsh", "-q", "dumpxml", name):
            yield name


def _run(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=30).stdout


def _read(path: Path) -> str:
    try:
        return path.read_text().replace("\0", " ")
    except OSError:  # a process that has just ended
        return ""
