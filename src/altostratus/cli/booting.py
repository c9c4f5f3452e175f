"""`alto launch` and `alto rm`: a VM with everything it needs to be logged in to."""

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from altostratus.cli import Problem, places
from altostratus.cli.client import ApiError, Client, log_in, wait

NETWORK, SUBNET, ROUTER, GROUP = "private", "private-subnet", "private-router", "ssh-and-ping"
CIDR = "10.42.0.0/24"
ACTIVE_SECONDS = 300.0
Report = Callable[[str], None]


def launch(
    data_dir: Path | None,
    image: str,
    name: str | None,
    flavor: str | None,
    network: str | None,
    key: Path | None,
    user_data: Path | None,
) -> None:
    """Boot a VM and say how to reach it."""
    client = log_in(data_dir)
    server = boot(client, print, image, name, flavor, network, key, user_data)
    address = floating_ip_of(client, server["id"])
    print(f"{server['name']} is running{f' at {address}' if address else ''}. Log in: alto ssh {server['name']}")


def boot(
    client: Client,
    report: Report,
    image: str,
    name: str | None = None,
    flavor: str | None = None,
    network: str | None = None,
    key: Path | None = None,
    user_data: Path | None = None,
) -> dict[str, Any]:
    """The running server, with a floating IP where there is an external network."""
    image_id = find(client, "/image/v2/images", "images", image)
    network_id = find_network(client, network) if network else ensure_network(client, report)
    body: dict[str, Any] = {
        "name": name or image,
        "imageRef": image_id["id"],
        "flavorRef": _flavor(client, flavor, image_id),
        "networks": [{"uuid": network_id}],
        "key_name": ensure_key(client, key),
        "security_groups": [{"name": ensure_group(client, report)}],
    }
    if user_data is not None:
        body["user_data"] = base64.b64encode(user_data.read_bytes()).decode()
    made = client.post("/compute/v2.1/servers", {"server": body})["server"]
    report(f"server {body['name']} is being made")
    server = wait_active(client, made["id"])
    if address := ensure_floating_ip(client, made["id"], network_id):
        report(f"floating IP {address} leads to it")
    return server


def remove(data_dir: Path | None, name: str) -> None:
    """Delete a server with its floating IPs, and wait until it is gone."""
    client = log_in(data_dir)
    server = find_server(client, name)
    for port in client.get("/network/v2.0/ports", device_id=server["id"])["ports"]:
        for ip in client.get("/network/v2.0/floatingips", port_id=port["id"])["floatingips"]:
            client.delete(f"/network/v2.0/floatingips/{ip['id']}")
    client.delete(f"/compute/v2.1/servers/{server['id']}")
    wait(f"deleting {name}", lambda: _gone(client, server["id"]), 120)
    print(f"{name} is deleted.")


# -- what a launch needs -------------------------------------------------------------------------------------


def ensure_network(client: Client, report: Report) -> str:
    """A private network with a router to the external one, made once."""
    own = client.get("/network/v2.0/networks", name=NETWORK, project_id=client.project_id)["networks"]
    network = own[0] if own else client.post("/network/v2.0/networks", {"network": {"name": NETWORK}})["network"]
    if not network.get("subnets"):
        subnet = {"network_id": network["id"], "name": SUBNET, "ip_version": 4, "cidr": CIDR}
        created = client.post("/network/v2.0/subnets", {"subnet": subnet})["subnet"]
        report(f"network {NETWORK} ({CIDR}) made")
        ensure_router(client, created["id"], report)
    else:
        ensure_router(client, network["subnets"][0], report)
    return str(network["id"])


def ensure_router(client: Client, subnet_id: str, report: Report) -> None:
    """A router from the subnet to the external network; nothing where there is none."""
    external = client.get("/network/v2.0/networks", **{"router:external": True})["networks"]
    found = client.get("/network/v2.0/routers", name=ROUTER, project_id=client.project_id)["routers"]
    if found or not external:
        return
    gateway = {"network_id": external[0]["id"]}
    router = client.post("/network/v2.0/routers", {"router": {"name": ROUTER, "external_gateway_info": gateway}})
    path = f"/network/v2.0/routers/{router['router']['id']}/add_router_interface"
    client.put(path, {"subnet_id": subnet_id})
    report(f"router {ROUTER} to {external[0]['name']} made")


def ensure_group(client: Client, report: Report) -> str:
    """A security group that lets SSH and ping in, made once."""
    groups = client.get("/network/v2.0/security-groups", name=GROUP, project_id=client.project_id)["security_groups"]
    if groups:
        return str(groups[0]["id"])
    made = client.post("/network/v2.0/security-groups", {"security_group": {"name": GROUP}})["security_group"]
    for match in ({"protocol": "tcp", "port_range_min": 22, "port_range_max": 22}, {"protocol": "icmp"}):
        rule = {"security_group_id": made["id"], "direction": "ingress", "ethertype": "IPv4", **match}
        client.post("/network/v2.0/security-group-rules", {"security_group_rule": rule})
    report(f"security group {GROUP} made")
    return str(made["id"])


def ensure_key(client: Client, key: Path | None) -> str:
    """The caller's public key under a name that says which it is."""
    path = key or places.ssh_key().with_suffix(".pub")
    if not path.exists():
        raise Problem(f"{path}: there is no such public key")
    public = path.read_text().strip()
    for entry in client.get("/compute/v2.1/os-keypairs")["keypairs"]:
        if entry["keypair"]["public_key"].split()[:2] == public.split()[:2]:
            return str(entry["keypair"]["name"])
    name = f"{places.caller().pw_name}-{path.stem}-{int(time.time())}"
    client.post("/compute/v2.1/os-keypairs", {"keypair": {"name": name, "public_key": public}})
    return name


def ensure_floating_ip(client: Client, server_id: str, network_id: str) -> str | None:
    """A floating IP on the server's port; None where there is no external network."""
    if found := floating_ip_of(client, server_id):
        return found
    external = client.get("/network/v2.0/networks", **{"router:external": True})["networks"]
    ports = client.get("/network/v2.0/ports", device_id=server_id, network_id=network_id)["ports"]
    if not external or not ports:
        return None
    wanted = {"floating_network_id": external[0]["id"], "port_id": ports[0]["id"]}
    try:
        made = client.post("/network/v2.0/floatingips", {"floatingip": wanted})["floatingip"]
    except ApiError as error:
        if error.status == 404:  # the network given has no router to the external one
            return None
        raise
    return str(made["floating_ip_address"])


# -- looking things up ---------------------------------------------------------------------------------------


def find(client: Client, path: str, collection: str, name: str) -> dict[str, Any]:
    """The one thing with this name or id."""
    everything = client.get(path, limit=1000)[collection]
    found = [x for x in everything if name in (x["id"], x["name"])]
    if len(found) == 1:
        only: dict[str, Any] = found[0]
        return only
    names = ", ".join(sorted({x["name"] or x["id"] for x in everything})) or "none"
    kind = collection.rstrip("s")
    raise Problem(f"{len(found)} {kind}s are named '{name}'; give an id" if found else
                  f"there is no {kind} '{name}'. There are: {names}")  # fmt: skip


def find_network(client: Client, name: str) -> str:
    return str(find(client, "/network/v2.0/networks", "networks", name)["id"])


def find_server(client: Client, name: str) -> dict[str, Any]:
    return find(client, "/compute/v2.1/servers/detail", "servers", name)


def floating_ip_of(client: Client, server_id: str) -> str | None:
    addresses = client.get(f"/compute/v2.1/servers/{server_id}")["server"]["addresses"]
    floating = [a["addr"] for group in addresses.values() for a in group if a.get("OS-EXT-IPS:type") == "floating"]
    return floating[0] if floating else None


def wait_active(client: Client, server_id: str) -> dict[str, Any]:
    """The server once it runs; Problem with its fault when it cannot."""

    def look() -> dict[str, Any] | None:
        server: dict[str, Any] = client.get(f"/compute/v2.1/servers/{server_id}")["server"]
        if server["status"] == "ERROR":
            raise Problem(
                f"server {server['name']} failed: {server.get('fault', {}).get('message', 'no reason given')}"
            )
        return server if server["status"] == "ACTIVE" else None

    found: dict[str, Any] = wait("starting the server", look, ACTIVE_SECONDS, why=lambda: _last_pass(client, server_id))
    return found


def _last_pass(client: Client, server_id: str) -> str:
    """What the cloud waits for; '' when it does not tell this user."""
    try:
        passes = client.get(f"/operator/v1/passes/compute.server/{server_id}")["passes"]
    except Problem:
        return ""
    return f". It is still being tried; the last time: {passes[-1]['end']}" if passes else ""


def _flavor(client: Client, name: str | None, image: dict[str, Any]) -> str:
    flavors = client.get("/compute/v2.1/flavors/detail")["flavors"]
    if name is not None:
        return str(find(client, "/compute/v2.1/flavors/detail", "flavors", name)["id"])
    disk = max(image.get("min_disk") or 0, (image.get("virtual_size") or image.get("size") or 0) / (1 << 30))
    fits = [f for f in flavors if f["disk"] >= disk and f["ram"] >= (image.get("min_ram") or 0)]
    if not fits:
        raise Problem(f"no flavor fits the image: it needs {disk:.1f} GiB of disk. Make one: openstack flavor create")
    return str(min(fits, key=lambda f: (f["ram"], f["disk"]))["id"])


def _gone(client: Client, server_id: str) -> bool:
    try:
        client.get(f"/compute/v2.1/servers/{server_id}")
    except ApiError as error:
        if error.status == 404:
            return True
        raise
    return False
