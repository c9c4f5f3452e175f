"""`alto ls`, `alto status` and `alto events`."""

import time
from collections.abc import Sequence
from pathlib import Path

from altostratus.cli.booting import find_server
from altostratus.cli.client import Client, log_in


def list_servers(data_dir: Path | None) -> None:
    """A table of VMs."""
    servers = log_in(data_dir).get("/compute/v2.1/servers/detail")["servers"]
    if not servers:
        print("No VMs. Boot one: alto launch IMAGE")
        return
    rows = [("NAME", "STATUS", "ADDRESSES", "FLAVOR", "CREATED")]
    for server in servers:
        addresses = " ".join(a["addr"] for group in server["addresses"].values() for a in group)
        flavor = server["flavor"].get("original_name", "")
        rows.append((server["name"], server["status"], addresses, flavor, server["created"]))
    _print_table(rows)


def status(data_dir: Path | None, name: str | None) -> None:
    """The cloud in a few lines, or one server's state with the last passes over it."""
    client = log_in(data_dir)
    if name is not None:
        _server_status(client, name)
        return
    servers = client.get("/compute/v2.1/servers/detail", all_tenants=1)["servers"]
    hosts = client.get("/compute/v2.1/os-hypervisors/detail")["hypervisors"]
    print(f"The cloud is up at {client.base}.")
    for host in hosts:
        used = f"{host.get('memory_mb_used', 0)} of {host.get('memory_mb', 0)} MiB promised"
        print(f"host {host['hypervisor_hostname']}: {host['state']}, {used}" if "memory_mb" in host else
              f"host {host['hypervisor_hostname']}: {host['state']}")  # fmt: skip
    counts: dict[str, int] = {}
    for server in servers:
        counts[server["status"]] = counts.get(server["status"], 0) + 1
    print("VMs: " + (", ".join(f"{n} {state}" for state, n in sorted(counts.items())) or "none"))


def events(data_dir: Path | None, follow: bool, limit: int) -> None:
    """What happened, oldest first."""
    client = log_in(data_dir)
    found = client.get("/operator/v1/events", limit=limit)["events"]
    last = 0
    while True:
        for event in found:
            detail = " ".join(f"{k}={v}" for k, v in event["detail"].items())
            print(event["at"][:19], f"{event['kind']:<28}", event["resource_id"], detail, flush=True)
            last = event["id"]
        if not follow:
            return
        time.sleep(0.5)
        found = client.get("/operator/v1/events", after=last, limit=1000)["events"]


def _server_status(client: Client, name: str) -> None:
    server = find_server(client, name)
    task = server["OS-EXT-STS:task_state"]
    print(f"{server['name']} ({server['id']}): {server['status']}{f', {task}' if task else ''}")
    if fault := server.get("fault"):
        print(f"fault: {fault['message']}")
    for line in client.get(f"/operator/v1/passes/compute.server/{server['id']}")["passes"]:
        steps = ", ".join(line["steps"]) or "looked"
        print(f"{line['at'][:19]}  {steps} → {line['end']}  {line['request']}")


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
